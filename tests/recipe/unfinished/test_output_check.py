"""What lies in a run folder and is no file, or no folder, where the run needs one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import saccade
from faces.photo_folders import make_photos
from saccade.errors import SaccadeError

FILES = ("model.keras", "history.csv", "metrics.json", "classes.json", "curves.png",
         "confusion.png")  # fmt: skip
FOLDERS = (".resume", ".unfinished")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other ways")
@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in ("pipe", "device") for name in (*FILES, *FOLDERS)]
    + [("folder", name) for name in FILES],
)
def test_it_is_told_before_a_photo_is_read_and_stays(tmp_path, monkeypatch, kind, name):
    """Nobody asked to have a pipe replaced, and to open one may take for ever."""
    make = {"folder": Path.mkdir, "pipe": os.mkfifo, "device": lambda to: to.symlink_to(os.devnull)}
    monkeypatch.setattr("saccade.recipe.training.trainer.find_photos", pytest.fail)
    there = tmp_path / "run" / name
    there.parent.mkdir()
    make[kind](there)
    before = os.lstat(there)
    with pytest.raises(SaccadeError) as told:
        saccade.train(make_photos(tmp_path / "photos", count=2), there.parent, overwrite=True)
    assert name in str(told.value)
    assert os.path.samestat(os.lstat(there), before)
    assert os.listdir(there.parent) == [name]
