"""Whatever takes a path refuses a pipe, a device, a socket and a folder at once, by name."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import saccade
from saccade.applications import LeNet5
from saccade.data import decode, fingerprint, index_folder
from saccade.data.dataset.dataset import Dataset
from saccade.data.files.orientation import count_rotated
from saccade.data.generator.generator import ImageDataGenerator
from saccade.drawing import draw_confusion, draw_curves
from saccade.errors import SaccadeError
from saccade.files.state_file import read_state
from saccade.layers import Dense
from saccade.models import Sequential, load_model
from saccade.predictor import Predictor
from saccade.preprocessing import image as keras_image
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photo_reading import read_headers
from saccade.tensorflow_alias.parts.data import gfile
from saccade.tensorflow_alias.parts.images.files import read_file
from saccade.tensorflow_alias.parts.running.checkpoints import Checkpoint
from saccade.utils import image_dataset_from_directory
from saccade.utils.keras_2 import HDF5Matrix

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")

PATIENCE_S = 20.0
KINDS = ("pipe", "device", "socket", "folder")


def small() -> Any:
    return Sequential([Dense(2, input_shape=(3,))])


def predicted(path: str) -> Any:
    model = LeNet5((28, 28, 1), 3)
    model.preprocessing = {"target_size": [28, 28], "color_mode": "grayscale"}
    found = Predictor(model).predict([path])[0]
    if found.error is None:
        raise AssertionError("it was read")
    raise found.error


def of_frame(path: str) -> Any:
    frame = pd.DataFrame({"filename": [path], "class": ["a"]})
    flow = ImageDataGenerator().flow_from_dataframe(frame, validate_filenames=False)
    return next(flow)


def run_of(path: str, name: str) -> Path:
    folder = Path(path).parent / "run"
    folder.mkdir()
    os.rename(path, folder / name)
    return folder


READERS = {
    "decode": decode,
    "load_img": keras_image.load_img,
    "load_img of bytes": lambda path: keras_image.load_img(os.fsencode(path)),
    "contours": lambda path: saccade.contours(path, "out.png"),
    "Predictor.predict": predicted,
    "flow_from_dataframe": of_frame,
    "load_model": load_model,
    "load_model .h5": lambda path: load_model(renamed(path, ".h5")),
    "load_model .keras": lambda path: load_model(renamed(path, ".keras")),
    "load_weights .weights.h5": lambda path: small().load_weights(renamed(path, ".weights.h5")),
    "load_weights .safetensors": lambda path: small().load_weights(renamed(path, ".safetensors")),
    "load_weights .keras": lambda path: small().load_weights(renamed(path, ".keras")),
    "ResNet50 weights": lambda path: saccade.applications.ResNet50(
        weights=renamed(path, ".h5"), include_top=False, input_shape=(32, 32, 3)
    ),
    "Predictor.load": lambda path: Predictor.load(renamed(path, ".keras")),
    "draw_curves": lambda path: draw_curves(run_of(path, "history.csv")),
    "draw_confusion": lambda path: draw_confusion(run_of(path, "metrics.json")),
    "HDF5Matrix": lambda path: HDF5Matrix(path, "x"),
    "read_state": read_state,
    "tf.io.read_file": read_file,
    "tf.io.gfile.GFile": lambda path: gfile.GFile(path).read(),
    "tf.io.gfile.copy": lambda path: gfile.copy(path, f"{path}.copy"),
    "tf.train.Checkpoint": lambda path: Checkpoint(model=small()).restore(
        os.path.splitext(renamed(path, ".index"))[0]
    ),
    "Dataset.cache": lambda path: list(
        Dataset.from_tensor_slices(np.arange(3)).cache(os.path.splitext(renamed(path, ".cache"))[0])
    ),
}


def renamed(path: str, ending: str) -> str:
    new = os.path.splitext(path)[0] + ending
    os.rename(path, new)
    return new


def make(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/null")  # which ends, should somebody read it after all
    elif kind == "folder":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            os.chdir(path.parent)  # its address has room for few letters
            bound.bind(path.name)


def within(seconds: float, call: Any) -> Any:
    """What a call gives or raises; a failure of the test where it waits for ever."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append((call(), None))
        except BaseException as fault:
            found.append((None, fault))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "it waits for a pipe"
    if found[0][1] is not None:
        raise found[0][1]
    return found[0][0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_refused(name, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.jpg"
    make(path, kind)
    words = {"pipe": "pipe", "device": "device", "socket": "socket", "folder": "(?i)folder"}[kind]
    if name == "Predictor.load" and kind == "folder":
        words = "must hold"  # a folder may be a run's
    if name == "ResNet50 weights":
        words = "the path of a file that exists"
    with pytest.raises(SaccadeError, match=words):
        within(PATIENCE_S, lambda: READERS[name](str(path)))


def trained(folder: str) -> int:
    told = saccade.train(folder, "run", epochs=1, listener=Listener()).metrics
    return sum(told[f"{part}.images"] for part in ("train", "validation", "test"))


WALKERS = {
    "index_folder": lambda folder: len(index_folder(folder)),
    "fingerprint": lambda folder: len(fingerprint(index_folder(folder))) // 16,
    "image_dataset_from_directory": lambda folder: sum(
        len(x) for x, _ in image_dataset_from_directory(folder, image_size=(8, 8), verbose=False)
    ),
    "flow_from_directory": lambda folder: (
        ImageDataGenerator().flow_from_directory(folder, target_size=(8, 8)).n
    ),
    "read_headers": lambda folder: sum(
        one is not None for one in read_headers([str(path) for path in Path(folder).rglob("*.jpg")])
    ),
    "count_rotated": lambda folder: 4 + count_rotated(Path(folder).rglob("*.jpg")),
    "train": trained,
}


@pytest.mark.parametrize("name", WALKERS)
def test_in_a_folder_it_is_left_out(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for each in ("a", "b"):
        (tmp_path / "photos" / each).mkdir(parents=True)
        for number in range(2):
            shade = Image.new("L", (28, 28), 60 * number)
            shade.save(tmp_path / "photos" / each / f"{number}.jpg")
        for kind in KINDS:
            make(tmp_path / "photos" / each / f"{kind}.jpg", kind)
            monkeypatch.chdir(tmp_path)
    assert within(60.0, lambda: WALKERS[name](str(tmp_path / "photos"))) == 4


# Parameters that name a file to read, wherever they stand among the public names, and the case
# above that tries them; what only writes is held by test_whole_file.py.
COVERED = {
    "image_dataset_from_directory directory": "image_dataset_from_directory",
    "decode path": "decode",
    "load_img path": "load_img",
    "index_folder directory": "index_folder",
    "DataFrameIterator directory": "flow_from_dataframe",
    "DirectoryIterator directory": "flow_from_directory",
    "ImageDataGenerator.flow_from_dataframe directory": "flow_from_dataframe",
    "ImageDataGenerator.flow_from_directory directory": "flow_from_directory",
    "contours photo": "contours",
    "Model.load_weights filepath": "load_weights .weights.h5",
    "load_weights filepath": "load_weights .weights.h5",
    "load_model filepath": "load_model",
    "Predictor.load run": "Predictor.load",
    "Predictor.predict images": "Predictor.predict",
    "Predictor.stream images": "Predictor.predict",
    "Run.evaluate folder": "train",
    "Run.load folder": "Predictor.load",
    "augment_preview folder": "train",
    "evaluate run": "Predictor.load",
    "evaluate folder": "train",
    "predict run": "Predictor.load",
    "predict files": "Predictor.predict",
    "Run.predict files": "Predictor.predict",
    "Run.stream files": "Predictor.predict",
    "summary run": "Predictor.load",
    "train folder": "train",
    "train weights": "ResNet50 weights",
    "BackupAndRestore backup_dir": "read_state",
}
NO_FILE_IS_READ = {
    "GraphHolder.forward_at_rest images",
    *("FolderIndex directory", "Model.save filepath", "Model.save_weights filepath"),
    *("OldMethods.export filepath", "save_model filepath", "save_weights filepath"),
    *("save_img path", "plot_model to_file", "CSVLogger filename", "ModelCheckpoint filepath"),
    *("TensorBoard log_dir", "get_file fname", "get_file cache_dir", "Run file"),
    *("BackupAndRestore.set_run run", "BackupAndRestore.before_validation run"),
    *("BackupAndRestore.leave_run run", "Prediction source", "Listener.epochs images"),
    "Listener.fetching file",
    *("train output", "contours output", "augment_preview output", "ImageDataGenerator cache"),
    *("DataFrameIterator save_to_dir", "DirectoryIterator save_to_dir"),
    *("NumpyArrayIterator save_to_dir", "ImageDataGenerator.flow save_to_dir"),
    *("ImageDataGenerator.flow_from_dataframe save_to_dir",),
    *("ImageDataGenerator.flow_from_directory save_to_dir",),
    *("WeightHolder.set_weights weights", "convolve weights"),
}
PATHS = re.compile(
    r"^(path|filepath|directory|file|files|filename|folder|fname|run|photo|images|source|weights"
    r"|output|to_file|cache|cache_dir|save_to_dir|.*_dir|datapath)$"
)
MODULES = (
    *("saccade", "saccade.models", "saccade.saving", "saccade.utils", "saccade.callbacks"),
    *("saccade.preprocessing.image", "saccade.data", "saccade.predictor", "saccade.recipe"),
)


def path_parameters() -> set[str]:
    found = set()
    for module in map(importlib.import_module, MODULES):
        for name in dir(module):
            thing = getattr(module, name)
            if name.startswith("_") or not callable(thing):
                continue
            inner = [getattr(thing, one) for one in dir(thing) if not one.startswith("_")]
            for function in [thing, *(inner if inspect.isclass(thing) else [])]:
                if not getattr(function, "__module__", "").startswith("saccade."):
                    continue
                try:
                    parameters = inspect.signature(function).parameters
                except (TypeError, ValueError):
                    continue
                where = getattr(function, "__qualname__", name)
                found |= {f"{where} {one}" for one in parameters if PATHS.match(one)}
    return found


def test_every_parameter_that_names_a_file_is_tried():
    known = set(COVERED) | NO_FILE_IS_READ
    assert not (new := path_parameters() - known), f"try these with a pipe: {sorted(new)}"
    assert set(COVERED.values()) <= {*READERS, *WALKERS}
