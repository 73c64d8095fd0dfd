"""The run folder: one training at a time, and disks that are full, read-only or gone."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

import saccade
from recipe.killing import assert_same_end
from recipe.stopped import QUICK, in_one_line, train, train_until
from saccade.disk import folder_lock, whole_file
from saccade.disk.folder_lock import FolderLock
from saccade.errors import NotFinite, StateError
from saccade.recipe.choices import Choices
from saccade.recipe.run_folder import RunFolder
from saccade.recipe.training.recorder import Recorder
from saccade.recipe.unfinished import room
from saccade.recipe.unfinished.taking_up import record_of
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun


def test_two_runs_into_one_folder_are_refused(photos, tmp_path, monkeypatch, hears_signals):
    said = []

    def second():
        for options in ([], ["--overwrite"], ["--resume"]):
            said.append(train("photos", "-o", "run", *QUICK, *options, code=2))

    train_until(monkeypatch, second, "photos", "-o", "run", *QUICK, code=0)
    for each in said:
        assert f"a second one while process {os.getpid()} trains into it" in in_one_line(each)
    assert len(said) == 3
    assert (tmp_path / "run" / "metrics.json").exists()


def test_the_lock_goes_with_its_file(tmp_path):
    one, two = (FolderLock(tmp_path / "lock", "here", "Wait.") for _ in range(2))
    one.take()
    assert two.is_held
    with pytest.raises(StateError, match="only one training at a time"):
        two.take()
    (tmp_path / "lock").unlink()
    one.release()
    assert not two.is_held
    two.take()
    assert one.is_held
    two.release()


def test_a_lock_on_a_file_that_is_gone_is_taken_anew(tmp_path, monkeypatch):
    """Its holder ends, and removes the file, between the opening and the locking."""
    path, lock = tmp_path / "lock", folder_lock._lock

    def late(file):
        monkeypatch.setattr(folder_lock, "_lock", lock)
        path.unlink()
        lock(file)

    monkeypatch.setattr(folder_lock, "_lock", late)
    one = FolderLock(path, "here", "Wait.")
    one.take()
    assert FolderLock(path, "here", "Wait.").is_held
    one.release()


def test_what_was_being_moved_is_moved_when_the_run_goes_on(tmp_path, monkeypatch):
    top = tmp_path / "run"
    top.mkdir()
    (top / "model.keras").write_text("old")
    (top / "curves.png").write_text("old")
    choices = Choices(tmp_path, top, overwrite=True)
    found = {"settled": {"architecture": "lenet"}, "photos": "", "preprocessing": {}, "threads": 1}
    run = RunFolder.create(choices, record_of(choices, found))
    run.write_classes(["a", "b"])
    (run.path / "model.keras").write_text("new")
    monkeypatch.setattr(RunFolder, "_move", lambda self: None)
    run.settle()
    monkeypatch.undo()
    run.unfinished.lock.release()
    os.replace(run.path / "model.keras", top / "model.keras")  # so far it came
    later = UnfinishedRun(top)
    later.take()
    again = RunFolder.reopen(later)
    assert again.path == top
    assert (top / "model.keras").read_text() == "new"
    assert {path.name for path in top.iterdir()} == {".resume", "classes.json", "model.keras"}
    again.end()


def test_an_earlier_run_that_gives_way_is_whole_when_that_is_cut_short(
    whole, tmp_path, monkeypatch
):
    """Killed while the new run's files take the place of the old one's, file by file."""
    moves, left = os.replace, [2]

    def replace(source, target):
        if Path(source).parent.name == ".unfinished" and Path(target).parent.name == "run":
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
        moves(source, target)

    (tmp_path / "run").mkdir()
    for name in ("model.keras", "history.csv", "metrics.json", "curves.png"):
        (tmp_path / "run" / name).write_text("of the run before")
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        train("photos", "-o", "run", *QUICK, "--overwrite", code=130)
    assert left == [0]
    train("photos", "-o", "run", *QUICK, "--resume")
    assert_same_end(tmp_path / "run", whole)


def test_a_full_disk_does_not_stop_the_training(whole, tmp_path, monkeypatch, caplog):
    """Neither model nor history nor state can be written for a while."""
    full = [True]
    flush = os.fsync

    def fsync(number):
        if full[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(number)

    begin = Recorder.on_epoch_end

    def epoch(self, number, logs=None):
        full[0] = number < 2
        begin(self, number, logs)

    with monkeypatch.context() as patched:
        patched.setattr(whole_file.os, "fsync", fsync)
        patched.setattr(Recorder, "on_epoch_end", epoch)
        full[0] = False
        train("photos", "-o", "run", *QUICK)
    assert "Training goes on, and writes it later." in caplog.text
    assert_same_end(tmp_path / "run", whole)


def test_where_the_disk_stays_full_the_best_model_lies_elsewhere(photos, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    save = Recorder._write_model

    def refused(self):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "_write_model", refused)
        said = in_one_line(train("photos", "-o", "run", *QUICK, code=2))
    assert "the run could not be written" in said
    assert "To go on with it:" in said
    (model,) = (tmp_path / "elsewhere").glob("*/model.keras")
    assert str(model) in said.replace(" ", "") or model.parent.name in said
    assert saccade.Run.load(model).predict(photos / "dot")[0].error is None
    assert Recorder._write_model is save
    train("photos", "-o", "run", *QUICK, "--resume")  # there is room again
    assert (tmp_path / "run" / "metrics.json").exists()


def test_too_little_room_is_known_before_the_training_begins(photos, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: usage._replace(free=2**19))
    said = in_one_line(train("photos", "-o", "run", *QUICK, code=2))
    assert "the disk must have" in said
    assert "got 0.5 MiB that are free" in said
    assert "epoch" not in said
    assert not (tmp_path / "run").exists()


def test_a_place_that_may_not_be_written_to_is_known_before_a_photo_is_read(photos, monkeypatch):
    def refused(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(whole_file.tempfile, "mkstemp", refused)
    for options in (["-o", "run"], []):
        said = in_one_line(train("photos", *QUICK, *options, code=2))
        assert "must be a folder that can be written to" in said
        assert "images in" not in said
    Path("file").write_text("")
    assert "must be a folder" in train("photos", *QUICK, "-o", "file/run", code=2)


def test_a_folder_that_vanishes_is_made_anew(whole, tmp_path, monkeypatch, caplog):
    train_until(monkeypatch, lambda: shutil.rmtree("run"), "photos", "-o", "run", *QUICK, code=0)
    assert '"run" is gone, and is made anew' in caplog.text
    assert_same_end(tmp_path / "run", whole)


def test_a_loss_that_is_not_finite_is_nothing_to_go_on_with(photos, tmp_path, monkeypatch):
    def stop():
        raise NotFinite("fit", "the loss must stay finite", "NaN")

    said = train_until(monkeypatch, stop, "photos", "-o", "run", *QUICK, code=2)
    assert "Training failed. run holds the best model so far" in said
    assert "To go on" not in said
    assert not UnfinishedRun(tmp_path / "run").path.exists()
