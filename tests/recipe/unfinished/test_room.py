"""The room that a training asks for before it begins is the room that it takes."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

import saccade
from faces.photo_folders import make_photos
from recipe.test_faulty_runs import Doing
from saccade.errors import NotWritten


def test_a_disk_too_small_for_the_files_at_their_largest_is_refused_before_training(
    tmp_path, monkeypatch
):
    """While a model or a state is replaced there are two of it."""
    monkeypatch.chdir(tmp_path)
    photos = make_photos(tmp_path / "photos", count=6)
    sizes = {}

    def look():
        sizes.update({path: path.stat().st_size for path in Path("run").rglob("*.keras")})
        sizes.update({path: path.stat().st_size for path in Path("run").rglob("*.state.*")})

    saccade.train(photos, "run", epochs=4, listener=Doing(4, look))
    assert len(sizes) == 2
    full = SimpleNamespace(free=2 * sum(sizes.values()))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    begun = Doing(1, lambda: None, pytest.fail)
    with pytest.raises(NotWritten, match=r"must have \d+\.\d MiB .* got \d+\.\d MiB"):
        saccade.train(photos, "other", epochs=1, listener=begun)
    assert not Path("other").exists()
