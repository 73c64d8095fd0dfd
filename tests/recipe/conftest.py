"""A folder of few photos, a run on it that was not stopped, and signals as a shell leaves them."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from faces.photo_folders import make_photos
from recipe.stopped import QUICK, train
from saccade import notes


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    notes.forget_notes()
    return make_photos(tmp_path / "photos", count=4)


@pytest.fixture
def hears_signals():
    """A process that was started in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def whole(photos, tmp_path):
    train("photos", "-o", "whole", *QUICK)
    return tmp_path / "whole"
