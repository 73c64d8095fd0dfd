"""`saccade train --resume`: what it goes on with, what it refuses, what is said of it."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import saccade
from faces.photo_folders import make_photos
from recipe.killing import assert_same_end
from saccade import notes
from saccade.cli import app
from saccade.errors import InvalidArgument, NotFinite, StateError
from saccade.files import replacement
from saccade.recipe.training import trainer
from saccade.recipe.training.recorder import Recorder
from saccade.recipe.unfinished import room
from saccade.recipe.unfinished.folder_lock import FolderLock
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun

QUICK = ["--epochs", "3", "--batch-size", "8", "--size", "16"]
GIVEN = {"epochs": 3, "batch_size": 8, "size": 16}


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


def train(*arguments: Any, code: int = 0) -> str:
    """Run `saccade train` here; what it printed, on both streams."""
    done = CliRunner().invoke(app, ["train", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def train_until(
    monkeypatch: pytest.MonkeyPatch, stop: Any, *arguments: Any, code: int = 130
) -> str:
    """As `train`, and `stop` is called after the second epoch."""
    whole = Recorder.on_epoch_end

    def stopped(self, epoch, logs=None):
        whole(self, epoch, logs)
        if epoch == 1:
            stop()

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "on_epoch_end", stopped)
        return train(*arguments, code=code)


def send(number: int) -> Any:
    return lambda: os.kill(os.getpid(), number)


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def whole(photos, tmp_path):
    train("photos", "-o", "whole", *QUICK)
    return tmp_path / "whole"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_says_the_command_that_goes_on_and_it_does(
    whole, tmp_path, monkeypatch, hears_signals, number, code
):
    said = train_until(monkeypatch, send(number), "photos", "-o", "run", *QUICK, code=code)
    assert "Training stopped by you. run holds the best model so far and its history." in said
    line = next(line.strip() for line in said.splitlines() if line.strip().startswith("saccade tr"))
    words = shlex.split(line)
    assert words[:2] == ["saccade", "train"]
    assert {path.name for path in (tmp_path / "run" / ".resume").iterdir()} == {
        "command.json", "lock", "state-training"
    }  # fmt: skip
    said = train(*words[2:])
    assert "Going on with the unfinished run in run." in said
    assert "epoch 3/3" in said
    assert "epoch 2/3" not in said
    assert_same_end(tmp_path / "run", whole)


def test_the_same_from_python(whole, tmp_path, monkeypatch, hears_signals):
    heard = saccade.Listener()
    train_until(monkeypatch, send(signal.SIGINT), "photos", "-o", "run", *QUICK)
    # The folder in another spelling is the same folder.
    run = saccade.train(tmp_path / "photos", resume="run", **GIVEN, listener=heard)
    assert run.path == Path("run")
    assert_same_end(tmp_path / "run", whole)
    with pytest.raises(InvalidArgument, match="must name one run folder"):
        saccade.train("photos", "other", resume="run", **GIVEN, listener=heard)


def test_an_unfinished_run_of_the_same_command_is_offered_by_name(
    photos, tmp_path, monkeypatch, hears_signals
):
    train_until(monkeypatch, send(signal.SIGINT), "photos", *QUICK)
    runs = tmp_path / "runs"
    other = UnfinishedRun(shutil.copytree(runs / "photos-1", runs / "photos-4"))
    other.record.write(choices=other.record.content["choices"] | {"seed": 7})
    refused = in_one_line(train("photos", "-o", "runs/photos-1", *QUICK, code=2))
    assert "holds an unfinished run of this command. Go on with it:" in refused
    refused = in_one_line(train("photos", "-o", "runs/photos-4", *QUICK, code=2))
    assert "holds an unfinished run of another command" in refused
    said = train("photos", *QUICK)
    assert "runs/photos-1 holds an unfinished run of this command." in said
    assert "saccade train photos --size 16 --epochs 3 --batch-size 8 --output runs/photos-1" in said
    assert "Going on" not in said
    said = train("photos", *QUICK, "--resume")
    assert "Going on with the unfinished run in runs/photos-1." in said
    assert_same_end(runs / "photos-1", runs / "photos-2", command=True)


def test_sigterm_ends_what_does_not_train_too(photos, monkeypatch, hears_signals):
    monkeypatch.setattr(trainer, "read_pixels", lambda *_: send(signal.SIGTERM)())
    train("photos", "-o", "run", *QUICK, code=143)
    assert not Path("run").exists()


def test_nothing_to_go_on_with_begins_anew_and_an_ended_run_stays(photos, tmp_path):
    said = train("photos", "-o", "run", *QUICK, "--resume")
    assert "There is no unfinished run of this command: a new one begins." in said
    before = (tmp_path / "run" / "metrics.json").read_bytes()
    said = train("photos", "-o", "run", *QUICK, "--resume", code=2)
    assert "one whose run has come to its end: there is nothing to go on with" in in_one_line(said)
    assert (tmp_path / "run" / "metrics.json").read_bytes() == before


def test_another_command_other_photos_and_another_format_are_refused_by_name(
    photos, tmp_path, monkeypatch, hears_signals
):
    train_until(monkeypatch, send(signal.SIGINT), "photos", "-o", "run", *QUICK)
    go_on = ["photos", "-o", "run", *QUICK, "--resume"]
    said = in_one_line(train(*go_on, "--seed", 3, "--no-augment", code=2))
    assert 'the unfinished run in "run" is of another command' in said
    assert "--no-augment (it had its default)" in said
    assert "--seed 3 (it had its default)" in said
    make_photos(tmp_path / "others", count=4, classes=("a", "b"))
    said = in_one_line(train("others", "-o", "run", *QUICK, "--resume", code=2))
    assert "is of another command" in said

    photo = next((photos / "dot").iterdir())
    content = photo.read_bytes()
    photo.write_bytes((photos / "rim" / photo.name).read_bytes())
    said = in_one_line(train(*go_on, code=2))
    assert "--resume: the photos must be those that the run began with" in said
    assert "The photos have changed since." in said
    photo.write_bytes(content)

    record = tmp_path / "run" / ".resume" / "command.json"
    found = json.loads(record.read_text())
    record.write_text(json.dumps(found | {"format": 2}))
    assert "must be of format 1, got format 2" in in_one_line(train(*go_on, code=2))
    record.write_text("{")
    assert "must be the record of a run, got a damaged file" in in_one_line(train(*go_on, code=2))
    settled = found["settled"] | {"patience": 3}
    record.write_text(json.dumps(found | {"settled": settled}))
    assert "This version has other defaults." in in_one_line(train(*go_on, code=2))
    versions = found["versions"] | {"torch": "1.0", "saccade": "0.0"}
    record.write_text(json.dumps(found | {"versions": versions}))
    said = in_one_line(train(*go_on))  # whatever was refused, the run is as it was
    assert "Note: the run began with saccade 0.0, now" in said
    assert "torch 1.0, now" in said


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
    one, two = (FolderLock(tmp_path / "lock") for _ in range(2))
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
        patched.setattr(replacement.os, "fsync", fsync)
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
    assert "the best model could not be written" in said
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
    assert "got 1 MiB that are free" in said
    assert "epoch" not in said
    assert not (tmp_path / "run").exists()


def test_a_place_that_may_not_be_written_to_is_known_before_a_photo_is_read(photos, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
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
