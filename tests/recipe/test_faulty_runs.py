"""`saccade train` and its kin where something goes wrong: the disk, the photos, the names."""

from __future__ import annotations

import csv
import errno
import io
import json
import logging
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saccade
from faces.photo_folders import make_photos, paint
from saccade.errors import DataError, NotWritten, SaccadeError
from saccade.models import load_model
from saccade.notes import forget_notes
from saccade.recipe.listener import Listener
from saccade.recipe.photos import pixels
from saccade.training.callbacks.callback import Callback
from scripts.warm_process import python

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other ways")


class Doing(Listener):
    """Does something at the end of an epoch, counted from 1, and when the first begins."""

    def __init__(self, epoch, do, first=lambda: None):
        self.epoch, self.do, self.first = epoch, do, first
        self.skipped = {}

    def skips(self, faults):
        self.skipped = dict(faults)

    def epochs(self, steps, is_best, images=0):
        outer = self

        class Hook(Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 0:
                    outer.first()

            def on_epoch_end(self, epoch, logs=None):
                if epoch + 1 == outer.epoch:
                    outer.do()

        return nullcontext(Hook())


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    forget_notes()
    return make_photos(tmp_path / "photos", count=6)


def full(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_is_full_for_a_while_costs_nothing(photos, caplog, patch):
    caplog.set_level(logging.WARNING, "saccade")

    def fill():
        patch.setattr(os, "replace", full)

    run = saccade.train(photos, "run", epochs=3, listener=Doing(3, patch.undo, fill))
    assert len(run.history["loss"]) == 3
    assert run.predict(next(photos.rglob("*.png")))[0].class_name
    assert any("Training goes on" in record.getMessage() for record in caplog.records)
    assert sorted(os.listdir("run")) == sorted(
        [
            "model.keras",
            "classes.json",
            "history.csv",
            "metrics.json",
            "curves.png",
            "confusion.png",
        ]
    )


def test_a_disk_that_stays_full_leaves_the_model_elsewhere(photos, tmp_path, monkeypatch, patch):
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    replace = os.replace

    def full_there(draft, target):
        if "spare" not in os.fspath(target):
            full()
        replace(draft, target)

    def fill():
        patch.setattr(os, "replace", full_there)

    try:
        with pytest.raises(NotWritten, match=r'could not be written .* Its best model is in "'):
            saccade.train(photos, "run", epochs=2, listener=Doing(9, full, fill))
    finally:
        patch.undo()
    [folder] = spare.iterdir()
    model = load_model(folder / "model.keras", compile=False)
    assert model.class_names == ["bar", "dot", "rim"]
    assert np.isfinite(model.get_weights()[0]).all()


def test_a_run_folder_that_vanishes_while_training_is_made_anew(photos):
    run = saccade.train(photos, "run", epochs=3, listener=Doing(2, lambda: shutil.rmtree("run")))
    assert (Path("run") / "model.keras").is_file()
    assert len(run.history["loss"]) == 3


def test_a_place_that_cannot_be_written_is_told_before_a_photo_is_read(photos, monkeypatch):
    Path("file").write_text("")
    monkeypatch.setattr("saccade.recipe.training.trainer.find_photos", pytest.fail)
    for output in ("file/run", "file"):
        with pytest.raises(DataError, match="must be a folder"):
            saccade.train(photos, output)


@pytest.mark.parametrize("how", ["removed", "replaced", "a pipe"])
def test_photos_that_go_while_training_from_disk(photos, monkeypatch, how):
    """They are named; the best model so far is there."""
    read = pixels.read_pixels
    monkeypatch.setattr(
        "saccade.recipe.training.opened_photos.read_pixels",
        lambda *given: read(*given, budget_bytes=0),
    )

    def change():
        for photo in photos.rglob("*.png"):
            photo.unlink()
            if how == "replaced":
                photo.write_bytes(b"not a picture")
            elif how == "a pipe" and sys.platform != "win32":
                os.mkfifo(photo)

    with pytest.raises(SaccadeError, match=r"\.png\": must be an image") as caught:
        saccade.train(photos, "run", epochs=3, listener=Doing(1, change))
    assert caught.value
    model = load_model("run/model.keras", compile=False)
    assert model.class_names == ["bar", "dot", "rim"]
    assert len(Path("run/history.csv").read_text().splitlines()) >= 2


def test_one_image_in_a_class(photos):
    (photos / "lone").mkdir()
    paint("rim", 99).save(photos / "lone" / "1.png")
    run = saccade.train(photos, "run", epochs=1, listener=Listener())
    assert run.classes == ["bar", "dot", "lone", "rim"]
    assert run.metrics["train.images"] > 0


@pytest.mark.slow
def test_more_than_a_thousand_classes(tmp_path, monkeypatch):
    """Their matrix has more numbers than are read, and its picture took 20 GB."""
    monkeypatch.chdir(tmp_path)
    classes = 1200
    stream = np.random.default_rng(0)
    for number in range(classes):
        folder = tmp_path / "photos" / f"class {number}"
        folder.mkdir(parents=True)
        for k in range(2):
            pixels_hw = stream.integers(0, 256, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels_hw).save(folder / f"{k}.png")
    run = saccade.train("photos", "run", epochs=1, listener=Listener())
    assert len(run.classes) == classes
    cells = run.metrics["test.confused"]
    assert sum(images for _, _, images in cells) == run.metrics["test.images"]
    right = sum(images for i, j, images in cells if i == j)
    assert right / run.metrics["test.images"] == run.metrics["test.accuracy"]
    with Image.open("run/confusion.png") as picture:
        assert max(picture.size) < 5000
    assert len(run.predict("photos/class 7/0.png", top=classes)[0].ranking) == classes


@posix
def test_links_in_a_loop_and_dead_ones(photos):
    (photos / "bar" / "loop.png").symlink_to(photos / "bar" / "loop.png")
    (photos / "bar" / "dead.png").symlink_to(photos / "nothing")
    (photos / "bar" / "up").symlink_to(photos)
    listener = Doing(9, full)
    saccade.train(photos, "run", epochs=1, listener=listener)
    assert sorted(listener.skipped) == ["bar/dead.png", "bar/loop.png"]


@posix
def test_a_path_of_four_thousand_characters(photos, tmp_path, monkeypatch):
    """As long as a system takes; one that is longer still is told."""
    deep = photos / "bar"
    while len(str(deep)) < 3700:
        deep = deep / ("d" * 200)
    os.makedirs(deep)
    paint("bar", 50).save(deep / "x.png")
    listener = Doing(9, full)
    run = saccade.train(photos, "run", epochs=1, listener=listener)
    used = sum(run.metrics[f"{part}.images"] for part in ("train", "validation", "test"))
    assert used == 19
    with pytest.raises(SaccadeError, match="must be a folder"):
        saccade.train("x" * 4100, "run2", epochs=1, listener=Listener())


@posix
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody"
)
def test_permission_errors_are_told(photos, tmp_path, monkeypatch):
    """In a process of a user who may not: root is never refused."""
    (photos / "bar" / "00.png").chmod(0)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o555)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o055)
    code = """
import os, sys
import saccade, torch
from saccade.errors import SaccadeError
from saccade.models import Sequential
from saccade.layers import Dense
from saccade.recipe.listener import Listener, Lines
import saccade.recipe.training.trainer, saccade.callbacks, saccade.predictor
import sklearn, scipy.special, matplotlib.figure, PIL.Image, h5py, cv2
os.seteuid(65534)
model = Sequential([Dense(2, input_shape=(2,))])
model.compile("sgd", "mse")
def fit(callback):
    model.fit([[1.0, 1.0]], [[1.0, 1.0]], verbose=0, callbacks=[callback])
for call in (
    lambda: saccade.train("photos", "closed/run"),
    lambda: model.save("closed/x.keras"),
    lambda: fit(saccade.callbacks.CSVLogger("closed/x.csv")),
    lambda: fit(saccade.callbacks.ModelCheckpoint("closed/x.keras")),
    lambda: saccade.train("photos", "open/run", epochs=1),
):
    try:
        call()
    except SaccadeError as fault:
        print(type(fault).__name__, fault)
"""
    for name in ("MPLCONFIGDIR", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "open"))
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        'DataError "closed/run": must be a folder that can be written to, got Perm'
    )
    assert [line.split()[0] for line in lines[1:4]] == ["NotWritten"] * 3
    assert all("Permission denied" in line for line in lines[:4])
    assert "  bar/00.png: Permission denied" in lines
    assert os.listdir(tmp_path / "closed") == []
    assert (tmp_path / "open" / "run" / "model.keras").is_file()


# Names of many scripts, and of bytes that are no text.
SCRIPTS = (
    "Äpfel",
    "яблоки",
    "りんご",
    "苹果",
    "사과",
    "تفاح",
    "תפוח",
    "แอปเปิ้ล",
    "🍎 rot",
    "e\u0301",
)


@posix
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_locale_without_utf_8(tmp_path, whole):
    """`LC_ALL=C PYTHONUTF8=0`: training, prediction, evaluation and a script, with such names."""
    words = ["-m", "saccade"]
    folder = make_photos(tmp_path / "Fotos ✓", SCRIPTS[:3], count=6)
    for number, name in enumerate(SCRIPTS):
        paint("bar", number).save(folder / SCRIPTS[0] / f"{name}.png")
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "PYTHONIOENCODING"))
    }
    env |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=env, capture_output=True, timeout=200
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout

    run(*words, "train", folder.name, "-o", "Läufe", "--epochs", "2")
    told = json.loads((tmp_path / "Läufe" / "metrics.json").read_text(encoding="utf-8"))
    assert told["classes"] == sorted(SCRIPTS[:3])
    written = json.loads((tmp_path / "Läufe" / "classes.json").read_text(encoding="utf-8"))
    assert written == sorted(SCRIPTS[:3])
    if not whole:  # each process takes seconds
        return
    files = [os.path.join(folder.name, SCRIPTS[0], f"{name}.png") for name in SCRIPTS]
    found = json.loads(run(*words, "predict", "Läufe", *files, "--json"))
    assert [one["file"] for one in found] == files
    rows = run(*words, "predict", "Läufe", *files, "--csv")
    assert len(list(csv.reader(io.StringIO(rows.decode("utf-8", "surrogateescape"))))) > len(files)
    run(*words, "predict", "Läufe", *files)
    run(*words, "evaluate", "Läufe", folder.name)
    (tmp_path / "skript.py").write_text(
        "# ä\n"
        "from keras.preprocessing.image import ImageDataGenerator\n"
        f"flow = ImageDataGenerator().flow_from_directory({folder.name!r}, target_size=(28, 28))\n"
        "print(ascii(sorted(flow.class_indices)))\n",
        encoding="utf-8",
    )
    assert ascii(sorted(SCRIPTS[:3])).encode() in run("-m", "saccade", "skript.py")
