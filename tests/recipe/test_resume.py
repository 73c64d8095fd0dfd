"""`saccade train --resume`: what it goes on with, what it refuses, what is said of it."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
from pathlib import Path

import pytest

import saccade
from faces.photo_folders import make_photos
from recipe.killing import assert_same_end
from recipe.stopped import QUICK, in_one_line, send, train, train_until
from saccade.errors import InvalidArgument
from saccade.recipe.training import opened_photos
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun

GIVEN = {"epochs": 3, "batch_size": 8, "size": 16}


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
        "command.json", "lock", "models.sha256", "state-training"
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
    assert "got one that holds an unfinished run of this command." in refused
    assert "or go on with it: saccade train photos" in refused
    refused = in_one_line(train("photos", "-o", "runs/photos-4", *QUICK, code=2))
    assert "holds an unfinished run of another command" in refused
    said = train("photos", *QUICK)
    assert "runs/photos-1 holds an unfinished run of this command, and here a new one" in said
    assert "saccade train photos --size 16 --epochs 3 --batch-size 8 --output runs/photos-1" in said
    assert "Going on" not in said
    said = train("photos", *QUICK, "--resume")
    assert "Going on with the unfinished run in runs/photos-1." in said
    assert_same_end(runs / "photos-1", runs / "photos-2", command=True)


def test_sigterm_ends_what_does_not_train_too(photos, monkeypatch, hears_signals):
    monkeypatch.setattr(opened_photos, "read_pixels", lambda *_: send(signal.SIGTERM)())
    train("photos", "-o", "run", *QUICK, code=143)
    assert not Path("run").exists()


def test_nothing_to_go_on_with_begins_anew_and_an_ended_run_stays(photos, tmp_path):
    said = train("photos", "-o", "run", *QUICK, "--resume")
    assert "There is no unfinished run of this command: a new one begins." in said
    run = tmp_path / "run"
    before = {path.name: path.stat().st_mtime_ns for path in run.iterdir()}
    (run / ".resume").mkdir()  # a kill in the last moment
    said = train(tmp_path / "photos", "-o", "run", *QUICK, "--resume", "--seed", 0)
    assert said == "The run in run has come to its end: nothing is left to do.\n"
    assert {path.name: path.stat().st_mtime_ns for path in run.iterdir()} == before
    for others in (["--seed", 1], ["--no-augment"], ["--batch-size", 9], ["--color", "rgb"]):
        said = in_one_line(train("photos", "-o", "run", *QUICK, *others, "--resume", code=2))
        assert "got one whose run, of another command, has come to its end" in said
    assert {path.name: path.stat().st_mtime_ns for path in run.iterdir()} == before


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


def test_drafts_of_a_killed_run_are_gone_when_it_goes_on(
    whole, tmp_path, monkeypatch, hears_signals
):
    train_until(monkeypatch, send(signal.SIGTERM), "photos", "-o", "run", *QUICK, code=143)
    for name in (".model.keras.0a1b2c3d.part", ".metrics.json.11111111.part"):
        (tmp_path / "run" / name).mkdir()
        (tmp_path / "run" / name / "half").write_text("x")
    train("photos", "-o", "run", *QUICK, "--resume")
    assert not list((tmp_path / "run").glob(".*"))


def test_what_is_said_of_an_unfinished_run_stands_in_lines(photos, monkeypatch, hears_signals):
    """What a shell is to be given stands alone in its line."""
    train_until(monkeypatch, send(signal.SIGTERM), "photos", "-o", "run", *QUICK, code=143)
    for output in (["-o", "run"], []):
        if not output:
            Path("runs").mkdir()
            shutil.move("run", "runs/photos-1")
        said = train("photos", *output, *QUICK, code=2 if output else 0)
        assert "\\n" not in said
        [line] = [line for line in said.splitlines() if line.startswith("  saccade train")]
        assert line.endswith("--resume")


def test_a_best_model_that_is_gone_is_told(photos, tmp_path, monkeypatch, hears_signals):
    """It is none of what the state holds, and a later epoch need not beat it."""
    train_until(monkeypatch, send(signal.SIGTERM), "photos", "-o", "run", *QUICK, code=143)
    (tmp_path / "run" / "model.keras").unlink()
    said = in_one_line(train("photos", "-o", "run", *QUICK, "--resume", code=2))
    assert "must hold model.keras, the best model before the stop" in said
    assert (tmp_path / "run" / ".resume" / "command.json").is_file()


def test_a_best_model_of_another_run_is_refused_by_name(
    photos, tmp_path, monkeypatch, hears_signals
):
    """Also an earlier one of the same run; one that a kill left after the state is right."""
    models = []

    def keep():
        models.append(Path("run/model.keras").read_bytes())
        send(signal.SIGTERM)()

    train_until(monkeypatch, keep, "photos", "-o", "run", *QUICK, code=143)
    train("photos", "-o", "other", *QUICK, "--seed", 5)
    model, known = tmp_path / "run" / "model.keras", tmp_path / "run" / ".resume" / "models.sha256"
    own = model.read_bytes()
    model.write_bytes((tmp_path / "other" / "model.keras").read_bytes())
    digests = known.read_text()
    for _ in range(2):
        said = in_one_line(train("photos", "-o", "run", *QUICK, "--resume", code=2))
        assert "model.keras must be the best model before the stop, as this run wrote it" in said
        model.write_bytes(own)
        known.write_text("0" * 64 + "\n")  # and one that was written later
    known.write_text(digests)
    model.write_bytes(own)
    train("photos", "-o", "run", *QUICK, "--resume")


def test_a_run_folder_that_became_a_file(photos, tmp_path, monkeypatch, hears_signals):
    def replace():
        shutil.rmtree("run")
        Path("run").write_text("mine")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = in_one_line(train_until(monkeypatch, replace, "photos", "-o", "run", *QUICK, code=2))
    assert "the run could not be written" in said
    assert "Its best model is in" in said
    assert Path("run").read_text() == "mine"


def test_a_lock_that_is_no_file(photos, tmp_path):
    (tmp_path / "run" / ".resume" / "lock").mkdir(parents=True)
    said = in_one_line(train("photos", "-o", "run", *QUICK, "--overwrite", code=2))
    assert 'lock" must be a file' in said
