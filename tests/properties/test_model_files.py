"""Model files of every format, changed in every way: a model, or one SaccadeError, within bounds.

A model that is given damaged weights is as it was.
"""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given

from properties.bounds import budget, ends_well
from properties.odd_values import NAMES, Chance, chances
from saccade import layers
from saccade.models import Model, Sequential, load_model, model_from_json
from saccade.predictor import Predictor

pytestmark = pytest.mark.slow
ENDINGS = (".keras", ".h5", ".weights.h5", ".safetensors")


def small_model() -> Any:
    model = Sequential(
        [
            layers.Conv2D(2, 3, activation="relu", name="eye", input_shape=(8, 8, 3)),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.UpSampling2D(2),
            layers.Flatten(),
            layers.RepeatVector(2),
            layers.GlobalAveragePooling1D(),
            layers.Dense(2, activation="softmax", name="fc"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.zeros((4, 8, 8, 3), "float32"), np.zeros(4), verbose=0)
    model.preprocessing = {"target_size": [8, 8], "color_mode": "rgb", "rescale": 1 / 255}
    model.class_names = ["cat", "dog"]
    return model


def branched_model() -> Any:
    inputs = layers.Input((6, 6, 1))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.DepthwiseConv2D(3)(x)
    x = layers.add([x, inputs])
    x = layers.SeparableConv2D(2, 3, strides=2)(x)
    x = layers.Reshape((-1, 2))(layers.LayerNormalization()(x))
    return Model(inputs, layers.Dense(2)(layers.GlobalMaxPooling1D()(x)))


class Files(dict[str, bytes]):
    def __repr__(self) -> str:
        return "the files"  # hypothesis tells of what a property is given


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Files:
    """The bytes of each kind of file, of one model."""
    folder = tmp_path_factory.mktemp("whole")
    model = small_model()
    for ending in ENDINGS:
        path = folder / f"m{ending}"
        (model.save if ending in (".keras", ".h5") else model.save_weights)(path)
    return Files((ending, (folder / f"m{ending}").read_bytes()) for ending in ENDINGS)


@pytest.fixture(scope="module")
def target() -> Any:
    return small_model()


def read_every_way(path: Path, target: Any) -> None:
    """Load a file as a model, as a predictor, and into a model, which stays whole."""
    if path.name.endswith((".keras", ".h5")) and ".weights" not in path.name:
        ends_well(lambda: load_model(path))
    if path.suffix == ".keras":
        ends_well(lambda: Predictor.load(path).predict(np.zeros((8, 8, 3), np.uint8)))
    before = [weight.numpy() for weight in target.weights]
    slots = slots_of(target)
    given = ends_well(lambda: target.load_weights(path))
    if isinstance(given, Exception):
        for mine, other in zip(before, target.weights, strict=True):
            np.testing.assert_array_equal(mine, other.numpy())
        for mine, other in zip(slots, slots_of(target), strict=True):
            np.testing.assert_array_equal(mine.numpy(), other.numpy())  # NaN is NaN here


def slots_of(model: Any) -> list[torch.Tensor]:
    state = model.optimizer.state()
    numbers = torch.tensor([state["iterations"], state["learning_rate"]], dtype=torch.float64)
    return [numbers, *(one for slots in state["slots"].values() for one in slots)]


@pytest.mark.parametrize("ending", ENDINGS)
@budget
@given(chance=chances)
def test_damaged_bytes(files, target, tmp_path_factory, ending, chance):
    path = tmp_path_factory.getbasetemp() / f"damaged{ending}"
    path.write_bytes(chance.damaged(files[ending]))
    read_every_way(path, target)


def pack(entries: list[tuple[Any, bytes]], packed: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", packed) as archive:
        warnings.simplefilter("ignore")  # a name that stands there twice
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("entry", ["config.json", "saccade.json", "metadata.json"])
@budget
@given(chance=chances)
def test_changed_records(files, target, tmp_path_factory, entry, chance):
    with zipfile.ZipFile(io.BytesIO(files[".keras"])) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    record = chance.changed(json.loads(entries[entry]))
    entries[entry] = json.dumps(record).encode()
    path = tmp_path_factory.getbasetemp() / "changed.keras"
    path.write_bytes(pack(list(entries.items()), chance.choice([0, 8])))
    read_every_way(path, target)


@budget
@given(chance=chances)
def test_changed_entries(files, target, tmp_path_factory, chance):
    with zipfile.ZipFile(io.BytesIO(files[".keras"])) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(entries))
        name, content = entries[place]
        what = chance.choice(["twice", "damaged", "named", "swapped", "zeros"])
        if what == "twice":
            entries.append((f"{name}", content))
        elif what == "damaged":
            entries[place] = (name, chance.damaged(content))
        elif what == "named":
            entries[place] = (chance.choice(NAMES[:11]) or "/", content)
        elif what == "swapped":
            entries[place] = (name, entries[0][1])
        else:
            entries[place] = (name, bytes(chance.choice([0, 10, 1 << 24])))
    packed = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    path = tmp_path_factory.getbasetemp() / "entries.keras"
    content = pack(entries, packed)
    path.write_bytes(content if chance.random() < 0.7 else chance.damaged(content))
    read_every_way(path, target)


def change_tree(file: h5py.File, chance: Chance) -> None:
    """Something in an HDF5 file becomes another thing."""
    paths: list[str] = []
    file.visit(paths.append)
    path = chance.choice(paths)
    what = chance.choice(
        ("attribute", "attribute", "null", "words", "soft", "external", "objects", "shape", "gone",
         "chunks", "empty", "far", "compound", "root attribute")
    )  # fmt: skip
    holder = file if what == "root attribute" else file[path]
    if "attribute" in what:
        known = [*holder.attrs, "layer_names", "weight_names", "name"]
        word = chance.choice(known)
        odd = [3, 2.5, b"x", "x", h5py.Empty("f"), [1, 2], np.zeros((2, 2)), ["a", "b"], file.ref]
        holder.attrs[word] = chance.choice(odd)
        return
    del file[path]
    if what == "null":
        file[path] = h5py.Empty("f")
    elif what == "words":
        file[path] = ["a", "b"]
    elif what == "soft":
        file[path] = h5py.SoftLink(chance.choice([*paths, "/nowhere", f"/{path}"]))
    elif what == "external":
        file[path] = h5py.ExternalLink("/etc/passwd", "/x")
    elif what == "objects":
        file.create_dataset(path, (2,), h5py.special_dtype(ref=h5py.Reference))
    elif what == "shape":
        file[path] = np.zeros([chance.randrange(5) for _ in range(chance.randrange(5))], "f4")
    elif what == "chunks":
        shape = chance.choice([(2,), (3, 3, 3, 2), (2**20, 2**20)])
        chunk = tuple(min(one, 64) if len(shape) == 2 else 2**14 for one in shape[:2])
        chunk = chunk if len(shape) <= 2 else (64, 64, 64, 64)
        most = (None,) * len(shape)
        file.create_dataset(path, shape, "f4", chunks=chunk, maxshape=most, compression="gzip")
    elif what == "empty":
        file.create_dataset(path, (2**20, 2**20), "f4")
    elif what == "far":
        file.create_dataset(path, (2,), "f4", external=[("/dev/zero", 0, 8)])
    elif what == "compound":
        file[path] = np.zeros(2, [("a", "f4"), ("b", "i4")])


@pytest.mark.parametrize("ending", [".h5", ".weights.h5", ".keras"])
@budget
@given(chance=chances)
def test_changed_trees(files, target, tmp_path_factory, ending, chance):
    path = tmp_path_factory.getbasetemp() / f"tree{ending}"
    if ending == ".keras":
        with zipfile.ZipFile(io.BytesIO(files[ending])) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        inner = io.BytesIO(entries["model.weights.h5"])
    else:
        inner = io.BytesIO(files[ending])
    with h5py.File(inner, "a") as file:
        for _ in range(chance.randint(1, 2)):
            change_tree(file, chance)
    content = inner.getvalue()
    if ending == ".keras":
        content = pack(list({**entries, "model.weights.h5": content}.items()))
    path.write_bytes(content)
    read_every_way(path, target)


@budget
@given(chance=chances)
def test_changed_records_of_h5(files, target, tmp_path_factory, chance):
    inner = io.BytesIO(files[".h5"])
    with h5py.File(inner, "a") as file:
        word = chance.choice(["model_config", "training_config", "saccade"])
        record = chance.changed(json.loads(file.attrs[word]))
        text = json.dumps(record)
        file.attrs[word] = chance.choice([text, text.encode(), text[: len(text) // 2]])
        if chance.random() < 0.5:
            file.attrs["keras_version"] = chance.choice(["1.2.2", "2.3.1", "x", ""])
    path = tmp_path_factory.getbasetemp() / "records.h5"
    path.write_bytes(inner.getvalue())
    read_every_way(path, target)


@budget
@given(chance=chances)
def test_lying_headers(files, target, tmp_path_factory, chance):
    content = files[".safetensors"]
    length = int.from_bytes(content[:8], "little")
    header = chance.changed(json.loads(content[8 : 8 + length]))
    text = json.dumps(header).encode()
    told = chance.choice([len(text), len(text) + 8, 2**40, 2**62, 0])
    path = tmp_path_factory.getbasetemp() / "lying.safetensors"
    path.write_bytes(told.to_bytes(8, "little") + text + content[8 + length :])
    read_every_way(path, target)


@pytest.mark.parametrize("make", [small_model, branched_model])
@budget
@given(chance=chances)
def test_changed_json(make, chance):
    record = json.loads(make().to_json())
    ends_well(lambda: model_from_json(json.dumps(chance.changed(record))))


@budget
@given(chance=chances)
def test_any_json(chance):
    ends_well(lambda: model_from_json(json.dumps(chance.value())))
