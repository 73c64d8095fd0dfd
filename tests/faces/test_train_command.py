"""`saccade train`: what it reads and writes, and that its numbers are honest and repeatable."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from faces.photo_folders import CLASSES, make_photos, paint
from saccade.cli import app
from saccade.data import index_folder, random_split
from saccade.files import keras_archive
from saccade.recipe.interrupts import interrupts_held
from saccade.recipe.photos import pixels
from saccade.recipe.training import lenet_training, opened_photos, trainer

FILES = ["classes.json", "confusion.png", "curves.png", "history.csv", "metrics.json"]
QUICK = ["--epochs", "2", "--batch-size", "8"]


@pytest.fixture
def hears_ctrl_c():
    """A process that was started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def train(*arguments: Any, code: int = 0) -> str:
    """Run `saccade train` here; what it printed, on both streams."""
    done = CliRunner().invoke(app, ["train", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def numbers(run: Path) -> dict[str, Any]:
    return json.loads((run / "metrics.json").read_text())


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_photos(tmp_path / "photos")


def test_a_run_leaves_model_history_numbers_and_pictures(photos, tmp_path):
    said = train(photos, "-o", "run", "--epochs", 30, "--batch-size", 8)
    run = tmp_path / "run"
    assert sorted(path.name for path in run.iterdir()) == [*FILES, "model.keras"]
    assert json.loads((run / "classes.json").read_text()) == list(CLASSES)
    found = numbers(run)
    assert [found[f"{part}.images"] for part in ("train", "validation", "test")] == [18, 6, 6]
    assert found["test.accuracy"] >= 0.8
    assert found["validation.loss"] > 0
    assert [each["name"] for each in found["test.classes"]] == list(CLASSES)
    assert np.array(found["test.confusion"]).sum() == 6
    assert np.trace(found["test.confusion"]) / 6 == pytest.approx(found["test.accuracy"])
    assert {"seed", "command", "versions", "data.fingerprint", "test.loss"} <= set(found)
    assert "precision" in said
    assert "recall" in said
    assert "F1" in said
    with Image.open(run / "curves.png") as curves, Image.open(run / "confusion.png") as confusion:
        assert min(*curves.size, *confusion.size) > 300


def test_the_history_has_a_row_an_epoch_and_the_best_one_was_kept(photos, tmp_path):
    train(photos, "-o", "run", "--epochs", 12, "--learning-rate", 0.02, "--patience", 3)
    rows = list(csv.DictReader((tmp_path / "run" / "history.csv").read_text().splitlines()))
    found = numbers(tmp_path / "run")
    assert [int(row["epoch"]) for row in rows] == list(range(1, found["epochs"] + 1))
    losses = [float(row["val_loss"]) for row in rows]
    assert found["best_epoch"] == 1 + int(np.argmin(losses))
    assert found["validation.loss"] == pytest.approx(min(losses), rel=1e-5)


def test_the_saved_model_is_the_one_that_was_judged(photos, tmp_path):
    broken = photos / "bar" / "000.png"  # the first: what comes after it must not move up
    broken.write_bytes(b"no image")
    train(photos, "-o", "run", "--epochs", 6, "--learning-rate", 0.02, "--patience", 2)
    broken.unlink()
    parts = random_split(index_folder(photos), {"test": 0.2, "validation": 0.2}, seed=0)
    index = index_folder(photos)
    for place in parts["test"]:
        target = tmp_path / "held" / index.paths[place]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(index.full_path(place)).read_bytes())
    done = CliRunner().invoke(app, ["evaluate", "run", "held", "--json"], catch_exceptions=False)
    again, found = json.loads(done.stdout), numbers(tmp_path / "run")
    assert again["accuracy"] == found["test.accuracy"]
    assert again["loss"] == pytest.approx(found["test.loss"], rel=1e-5)


def test_the_same_command_twice_writes_the_same_numbers(photos, tmp_path):
    train(photos, *QUICK)
    train(photos, *QUICK)
    train(photos, *QUICK, "--seed", 1)
    first, second, other = (tmp_path / "runs" / f"photos-{i}" for i in (1, 2, 3))
    for name in ("metrics.json", "history.csv", "curves.png", "confusion.png"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    assert numbers(first)["validation.loss"] != numbers(other)["validation.loss"]


def test_pixels_from_memory_and_from_disk_train_alike(photos, tmp_path, monkeypatch):
    train(photos, "-o", "memory", *QUICK)

    def read_without_room(files, preprocessing, tick):
        return pixels.read_pixels(files, preprocessing, tick, budget_bytes=0)

    monkeypatch.setattr(opened_photos, "read_pixels", read_without_room)
    assert "read from disk" in train(photos, "-o", "disk", *QUICK)
    memory, disk = (numbers(tmp_path / run) for run in ("memory", "disk"))
    assert memory | {"command": ""} == disk | {"command": ""}


def test_a_new_run_never_overwrites_an_old_one(photos, tmp_path):
    train(photos, "-o", "run", *QUICK)
    (tmp_path / "run" / "mine.txt").write_text("keep")
    before = (tmp_path / "run" / "metrics.json").read_bytes()
    assert "new or empty folder" in train(photos, "-o", "run", *QUICK, code=2)
    assert (tmp_path / "run" / "metrics.json").read_bytes() == before
    train(photos, "-o", "run", *QUICK, "--seed", 4, "--overwrite")
    assert numbers(tmp_path / "run")["seed"] == 4
    assert (tmp_path / "run" / "mine.txt").read_text() == "keep"


@pytest.mark.parametrize(
    "names",
    [("train", "val", "test"), ("training", "valid", "test"), ("Train", "validation", "Test")],
)
def test_folders_with_parts_are_taken_as_they_are(tmp_path, names, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, count in zip(names, (8, 3, 2), strict=True):
        make_photos(tmp_path / "data" / name, count=count)
    said = train("data", "-o", "run", *QUICK)
    assert "39 images in 3 classes (24 train, 9 validation, 6 test)" in said


def test_a_missing_part_is_cut_off_the_training_photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "data" / "train")
    make_photos(tmp_path / "data" / "test", count=4)
    assert "(24 train, 6 validation, 12 test)" in train("data", "-o", "run", *QUICK)
    said = train("data", "-o", "run2", *QUICK, "--test", 0.5, code=2)
    assert "left out when the folder has that part" in said


def test_train_may_be_a_class_among_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "vehicles", classes=("bus", "car", "train"))
    train("vehicles", "-o", "run", *QUICK)
    assert numbers(tmp_path / "run")["classes"] == ["bus", "car", "train"]


def test_a_part_with_a_class_of_its_own_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "data" / "train")
    make_photos(tmp_path / "data" / "test", classes=("bar", "dott"))
    said = train("data", *QUICK, code=2)
    assert "got dott" in said
    assert 'Did you mean "dot"?' in said
    assert not (tmp_path / "runs").exists()


def test_broken_files_are_skipped_counted_listed_and_left_alone(photos, tmp_path):
    (photos / "dot" / "broken.png").write_bytes(b"no image")
    whole = (photos / "rim" / "00.png").read_bytes()
    (photos / "rim" / "cut.png").write_bytes(whole[: len(whole) // 2])
    said = train(photos, "-o", "run", *QUICK)
    skipped = numbers(tmp_path / "run")["skipped"]
    assert [each["file"] for each in skipped] == ["dot/broken.png", "rim/cut.png"]
    assert all(each["reason"] for each in skipped)
    assert "Skipped 2 files" in said
    assert "dot/broken.png" in said
    assert "30 images in 3 classes (18 train" in said  # the split is as if they were not there
    assert (photos / "dot" / "broken.png").exists()
    assert (photos / "rim" / "cut.png").exists()


def test_empty_and_hidden_folders_are_no_classes_and_small_ones_are_named(photos, tmp_path):
    (photos / "nothing").mkdir()
    make_photos(photos, classes=(".hidden",), count=2)
    make_photos(photos, classes=("few",), count=4)
    said = train(photos, "-o", "run", *QUICK)
    found = numbers(tmp_path / "run")
    assert found["classes"] == ["bar", "dot", "few", "rim"]
    assert found["few_images"] == {"few": 4}
    assert "few (4)" in said
    assert "nothing: left out" in said


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("size", "options", "expected"),
    [
        ((8, 8), [], [28, 28]),
        ((32, 40), [], [32, 40]),
        ((64, 64), [], [64, 64]),
        ((65, 65), [], [28, 28]),
        ((20, 40), [], [28, 28]),
        ((32, 32), ["--size", "16"], [16, 16]),
        ((32, 32), ["--size", "16x20"], [16, 20]),
    ],
)
def test_the_size_is_the_photos_own_within_bounds(tmp_path, monkeypatch, size, options, expected):
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "photos", count=4, size=size)
    said = train("photos", "-o", "run", "--epochs", 1, *options)
    assert numbers(tmp_path / "run")["preprocessing"]["target_size"] == expected
    assert f"{expected[0]} × {expected[1]} pixels" in said


def test_photos_of_several_sizes_become_28(photos, tmp_path):
    paint("dot", 99, (40, 40)).save(photos / "dot" / "large.png")
    train(photos, "-o", "run", "--epochs", 1)
    assert numbers(tmp_path / "run")["preprocessing"]["target_size"] == [28, 28]


def test_grey_means_every_photo_is_grey_however_it_is_stored(photos, tmp_path):
    for path in photos.rglob("*.png"):
        Image.open(path).convert("RGB").save(path)
    train(photos, "-o", "grey", "--epochs", 1)
    assert numbers(tmp_path / "grey")["preprocessing"]["color_mode"] == "grayscale"
    Image.new("RGB", (28, 28), "red").save(photos / "dot" / "red.png")
    train(photos, "-o", "coloured", "--epochs", 1)
    assert numbers(tmp_path / "coloured")["preprocessing"]["color_mode"] == "rgb"
    train(photos, "-o", "asked", "--epochs", 1, "--color", "grayscale")
    assert numbers(tmp_path / "asked")["preprocessing"]["color_mode"] == "grayscale"


def test_without_held_out_photos_nothing_is_claimed(photos, tmp_path):
    said = train(photos, "-o", "run", *QUICK, "--test", 0, "--validation", 0)
    found = numbers(tmp_path / "run")
    assert not [key for key in found if key.endswith(".accuracy")]
    assert (found["train.images"], found["best_epoch"], found["epochs"]) == (30, 2, 2)
    assert "nothing can be said" in said


def test_augmentation_can_be_turned_off(photos, tmp_path):
    train(photos, "-o", "with", *QUICK)
    train(photos, "-o", "without", *QUICK, "--no-augment")
    runs = [numbers(tmp_path / run) for run in ("with", "without")]
    assert runs[0]["validation.loss"] != runs[1]["validation.loss"]


def test_optimizer_and_learning_rate_are_obeyed(photos, tmp_path):
    train(photos, "-o", "sgd", *QUICK, "--optimizer", "SGD")
    train(photos, "-o", "fast", *QUICK, "--optimizer", "rmsprop", "--learning-rate", 0.5)
    assert numbers(tmp_path / "sgd")["learning_rate"] == pytest.approx(0.01)
    assert numbers(tmp_path / "fast")["learning_rate"] == pytest.approx(0.5)


def test_the_command_in_metrics_repeats_the_run(photos, tmp_path):
    train("photos", "-o", "run", *QUICK, "--seed", 3, "--no-augment")
    before = (tmp_path / "run" / "metrics.json").read_bytes()
    command = shlex.split(numbers(tmp_path / "run")["command"])
    assert command[:3] == ["saccade", "train", "photos"]
    train(*command[2:], "--overwrite")
    repeated = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert repeated | {"command": ""} == json.loads(before) | {"command": ""}


def test_overwrite_keeps_the_old_run_until_the_new_one_has_a_model(photos, tmp_path, monkeypatch):
    train(photos, "-o", "run", *QUICK)
    run = tmp_path / "run"
    before = {path.name: path.read_bytes() for path in run.iterdir()}

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(lenet_training, "set_random_seed", stop)
    train(photos, "-o", "run", *QUICK, "--overwrite", code=130)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_overwrite_leaves_nothing_of_the_old_run(photos, tmp_path, monkeypatch):
    train(photos, "-o", "run", *QUICK)
    run = tmp_path / "run"
    (run / ".unfinished").mkdir()
    (run / ".unfinished" / "history.csv").write_text("of a run that a power cut ended")
    monkeypatch.setattr(trainer, "_judge", lambda *_: pytest.fail("stopped after training"))
    with pytest.raises(BaseException, match="stopped after training"):
        train(photos, "-o", "run", *QUICK, "--seed", 4, "--overwrite")
    assert {path.name for path in run.iterdir()} == {
        "model.keras", "classes.json", "history.csv", "curves.png", ".resume"
    }  # fmt: skip
    assert (run / "history.csv").read_text().startswith("epoch,")


def test_the_recorded_command_spells_out_what_the_run_settled_on(photos, tmp_path):
    train(photos, "-o", "run", *QUICK)
    words = shlex.split(numbers(tmp_path / "run")["command"])
    for option, value in (
        ("--test", "0.2"), ("--validation", "0.2"), ("--learning-rate", "0.001"),
        ("--patience", "10"),
    ):  # fmt: skip
        assert words[words.index(option) + 1] == value


def test_ctrl_c_while_a_file_is_written_waits_until_it_is_whole(hears_ctrl_c):
    steps = []

    def write():
        with interrupts_held(), interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("written")
        steps.append("not reached")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        write()
    assert steps == ["written"]
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_the_first_model_is_written_leaves_it(
    photos, tmp_path, monkeypatch, hears_ctrl_c
):
    write = keras_archive.write

    def interrupted(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        write(*arguments)

    monkeypatch.setattr(keras_archive, "write", interrupted)
    assert "holds the best model so far" in train(photos, "-o", "run", *QUICK, code=130)
    assert (tmp_path / "run" / "model.keras").exists()


def test_a_class_whose_files_are_all_damaged_is_not_counted(photos):
    for name in ("bar", "rim"):
        for path in (photos / name).iterdir():
            path.write_bytes(b"no image")
    said = train(photos, "-o", "run", *QUICK, code=2)
    good = len(list((photos / "dot").iterdir()))
    assert f'at least two classes, got one ("dot", {good} images)' in " ".join(said.split())
