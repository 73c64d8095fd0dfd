"""Wrong input at the command line: one clear line on stderr, exit code 2, never a traceback."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from faces.photo_folders import make_photos
from saccade import Run
from saccade.cli import app

QUICK = ["--epochs", "2", "--batch-size", "8"]


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_photos(tmp_path / "photos", count=6)


def fail(*arguments: str) -> str:
    """Run a command that must fail politely; what it wrote to stderr."""
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--optimizer", "adan"],
            ["--optimizer", "adam, adamw, rmsprop, sgd", 'Did you mean "adam"?'],
        ),
        (["--architecture", "lenett"], ["lenet", 'Did you mean "lenet"?']),
        (["--arch", "resnet"], ["resnet50", 'Did you mean "resnet50"?']),
        (["--precision", "float16"], ["--precision", 'Did you mean "bfloat16"?']),
        (["--views", "0"], ["--views", "at least 1"]),
        (["--views", "2", "--no-augment"], ["--views", "needs --augment"]),
        (
            ["--arch", "lenet", "--views", "2"],
            ["--views", "is for networks with", "--arch resnet50"],
        ),
        (["--arch", "lenet", "--no-fine-tune"], ["--no-fine-tune", "is for networks with"]),
        (["--arch", "lenet", "--weights", "w.h5"], ["--weights", "is for networks with"]),
        (["--precision", "bfloat16"], ["--precision", "is for networks with"]),
        (["--arch", "resnet50", "--color", "grayscale"], ["--color", "in colour"]),
        (["--arch", "resnet50", "--size", "31"], ["--size", "32 to 1024", "made for 224"]),
        (["--weights", "w.h5"], ["w.h5"]),
        (["--color", "gray"], ["--color", 'Did you mean "grayscale"?']),
        (["--epochs", "0"], ["--epochs", "at least 1", "got 0"]),
        (["--patience", "0"], ["--patience", "at least 1"]),
        (["--batch-size", "-3"], ["--batch-size", "at least 1", "got -3"]),
        (["--learning-rate", "-0.1"], ["--learning-rate", "positive"]),
        (["--learning-rate", "nan"], ["--learning-rate", "positive"]),
        (["--seed", "-1"], ["--seed", "from 0"]),
        (["--test", "1"], ["--test", "below 1", "got 1.0"]),
        (["--validation", "-0.1"], ["--validation", "0 or more"]),
        (["--test", "0.5", "--validation", "0.5"], ["leave photos to train on"]),
        (["--test", "0.9"], ["leave photos to train on", "0.9 + 0.2"]),
        (["--size", "11"], ["--size", "12 to 1024", "got 11"]),
        (["--size", "28x28x3"], ["--size", "HEIGHTxWIDTH"]),
        (["--size", "big"], ["--size", "'big'"]),
        (["--size", "9999"], ["--size", "1024"]),
        (["--overwrite"], ["--overwrite", "needs --output"]),
        (["--output", "photos/bar/00.png"], ["must be a folder", "a file"]),
        (["--output", "photos/bar/00.png/run"], ["can be written to"]),
    ],
)
def test_choices_that_cannot_work(photos, options, words):
    said = fail("train", "photos", *QUICK, *options)
    assert not [word for word in words if word not in said], said
    assert not (photos.parent / "runs").exists() or not any((photos.parent / "runs").iterdir())


def test_a_loss_that_explodes_ends_the_training_in_words(photos):
    said = fail("train", "photos", *QUICK, "--optimizer", "sgd", "--learning-rate", "1e38")
    assert "must stay finite" in said
    assert "learning rate smaller" in said
    assert not Path("runs/photos-1/metrics.json").exists()


def test_no_such_folder_names_the_nearest_sibling(photos):
    assert f'Did you mean "{photos}"?' in fail("train", "photo")


def test_a_folder_without_classes(photos):
    (photos.parent / "flat").mkdir()
    assert "no folder" in fail("train", "flat")
    assert "6 images and no folder" in fail("train", "photos/bar")


def test_one_class_points_to_the_folder_below(photos):
    make_photos(photos.parent / "all" / "photos", count=2)
    said = fail("train", "all")
    assert "at least two classes" in said
    assert 'Did you mean "all/photos"?' in said
    make_photos(photos.parent / "lonely", classes=("dot",))
    assert 'one ("dot", 10 images)' in fail("train", "lonely")


def test_no_images_says_what_was_seen(photos):
    for name in ("a", "b"):
        (photos.parent / "odd" / name).mkdir(parents=True)
        (photos.parent / "odd" / name / "x.heic").write_bytes(b"")
    said = fail("train", "odd")
    assert "2 .heic files" in said
    assert "Convert .heic to PNG" in said


def test_images_that_are_all_broken(photos):
    for path in photos.rglob("*.png"):
        path.write_bytes(b"nothing")
    assert "can be decoded" in fail("train", "photos")


def test_two_folders_for_one_part(photos):
    for name in ("train", "val", "valid"):
        make_photos(photos.parent / "parts" / name, count=3)
    assert "val, valid" in fail("train", "parts")


@pytest.mark.parametrize("command", ["predict", "evaluate", "summary"])
def test_a_run_that_is_none(photos, command):
    more = [] if command == "summary" else ["photos"]
    assert "nothing there" in fail(command, "nowhere", *more)
    assert "must hold model.keras" in fail(command, "photos", *more)
    Path("notes.txt").write_text("x")
    assert ".keras file" in fail(command, "notes.txt", *more)
    Path("bad.keras").write_bytes(b"not a zip")
    assert "bad.keras" in fail(command, "bad.keras", *more)


def test_the_parent_of_runs_names_a_run(photos):
    CliRunner().invoke(app, ["train", "photos", *QUICK], catch_exceptions=False)
    assert 'Did you mean "runs/photos-1"?' in fail("summary", "runs")
    assert 'Did you mean "runs/photos-1"?' in fail("summary", "runs/photos1")


def test_a_class_name_that_is_no_text(photos):
    name = os.fsdecode(b"caf\xe9")
    try:
        make_photos(photos, classes=(name,), count=2)
    except OSError:
        pytest.skip("this file system takes text only")
    assert "must be named in text (UTF-8)" in fail("train", "photos")


@pytest.mark.parametrize("words", [["trian"], ["train"], ["train", "photos", "--epoch", "3"]])
def test_usage_errors_end_with_2(photos, words):
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "Usage" in done.stderr


def start(*words: str) -> subprocess.Popen[str]:
    def hear() -> None:  # tests that run in a shell's background inherit a Ctrl-C that is ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(
        [sys.executable, "-m", "saccade", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        preexec_fn=hear,
    )


def interrupt(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Ctrl-C, and what the process still said; no process is left to the next test.

    Python drops a signal that arrives in a weak reference's callback, so it may take a second one;
    a second one while a busy machine still draws the curves would cut that short.
    """
    with process:
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            try:
                return process.communicate(timeout=40)
            except subprocess.TimeoutExpired:
                continue
        process.kill()
        raise AssertionError("three times Ctrl-C did not end it")


def test_a_real_process_tells_the_error_on_stderr_alone(photos):
    out, err = start("train", "phots").communicate(timeout=60)
    assert out == ""
    assert err.startswith('Error: "phots": must be a folder')
    assert "Traceback" not in err


def test_ctrl_c_ends_with_130_and_keeps_the_best_model(photos):
    process = start("train", "photos", "-o", "run", "--epochs", "5000", "--patience", "5000")
    model, history = Path("run/model.keras"), Path("run/history.csv")
    deadline = time.monotonic() + 90
    while not (model.exists() and history.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    out, err = interrupt(process)
    assert process.returncode == 130, err
    assert "Exception ignored" in err or "Traceback" not in err
    assert "run holds the best model so far" in out
    assert {"model.keras", "history.csv", "curves.png", "classes.json"} <= set(os.listdir("run"))
    done = CliRunner().invoke(app, ["predict", "run", "photos/dot/00.png"], catch_exceptions=False)
    assert done.exit_code == 0


def test_ctrl_c_before_the_first_epoch_leaves_no_empty_run(photos, monkeypatch):
    from saccade.recipe.training import lenet_training

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lenet_training, "set_random_seed", stop)
    done = CliRunner().invoke(app, ["train", "photos"])
    assert done.exit_code == 130
    assert not any((photos.parent / "runs").iterdir())


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC])
def test_what_the_system_refuses_is_told_in_a_line(photos, monkeypatch, number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number), "run/model.keras")

    monkeypatch.setattr(Run, "load", refuse)
    done = CliRunner().invoke(app, ["predict", "run", "photos"])
    assert done.exit_code == 2
    assert done.stderr == (
        f'Error: "run/model.keras": must be readable and writable, got {os.strerror(number)}.\n'
    )


def test_a_fault_of_our_own_keeps_its_traceback(photos, monkeypatch):
    def fail(*_, **__):
        raise ConnectionResetError("not the user's fault")

    monkeypatch.setattr(Run, "load", fail)
    with pytest.raises(ConnectionResetError):
        CliRunner().invoke(app, ["predict", "run", "photos"], catch_exceptions=False)


def test_a_command_leaves_pillows_logger_as_it_was(photos):
    logger = logging.getLogger("PIL")
    before = logger.level
    CliRunner().invoke(app, ["predict", "run", "photos"])
    assert logger.level == before
