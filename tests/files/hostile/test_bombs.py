"""Files that ask for all memory: refused in a sentence, before they get any of it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from files.hostile.hostile_files import MB, entries_of, pack, refused, small_model, told
from saccade.errors import FileFormatError, InvalidArgument, SaccadeError
from saccade.layers import Dense
from saccade.models import Sequential, load_model, model_from_json


@pytest.fixture
def entries(tmp_path) -> dict[str, bytes]:
    small_model().save(tmp_path / "whole.keras")
    return entries_of(tmp_path / "whole.keras")


# -- records that are too large --------------------------------------------------------------


def test_a_record_of_255_mb_in_a_small_file(tmp_path, entries):
    record = json.loads(entries["config.json"])
    text = json.dumps({**record, "more": []})[:-2] + "0," * (127 * MB) + "0]}"
    path = pack(tmp_path / "m.keras", {**entries, "config.json": text}, zipfile.ZIP_DEFLATED)
    del text
    assert path.stat().st_size < MB
    refused(path, "config.json must be whole, got 266,.* bytes, at most 16,777,216 are read")


@pytest.mark.parametrize("inner", ["[],", "{},", '"",', "0,"])
def test_a_record_of_millions_of_values(tmp_path, entries, inner):
    text = '{"a": [' + inner * 3_000_000 + "0]}"
    path = pack(tmp_path / "m.keras", {**entries, "config.json": text}, zipfile.ZIP_DEFLATED)
    refused(path, "at most 2,500,000 are read", 40 * MB)


@pytest.mark.parametrize("name", ["config.json", "saccade.json", "metadata.json"])
def test_a_record_nested_too_deeply(tmp_path, entries, name):
    deep = {**entries, name: b'{"a":' * 200_000 + b"1" + b"}" * 200_000}
    refused(pack(tmp_path / "m.keras", deep), f"{name} must be whole")


def test_too_many_layers(tmp_path, entries, monkeypatch):
    monkeypatch.setattr("saccade.weight_budget.MOST_LAYERS", 100)
    record = json.loads(entries["config.json"])
    layers = record["config"]["layers"]
    layers[2:2] = [{"class_name": "ReLU", "config": {}, "module": "keras.layers"}] * 120
    changed = {**entries, "config.json": json.dumps(record)}
    refused(pack(tmp_path / "m.keras", changed), "at most 100 layers")


# -- models that are larger than their files -------------------------------------------------


def replace_first(record: Any, key: str, value: Any) -> bool:
    """Put a value in the place of the first of that key, anywhere inside."""
    if isinstance(record, list):
        return any(replace_first(one, key, value) for one in record)
    if not isinstance(record, dict):
        return False
    if key in record:
        record[key] = value
        return True
    return any(replace_first(one, key, value) for one in record.values())


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("power", [28, 40, 63, 1000])
@pytest.mark.parametrize("key", ["filters", "units"])
def test_a_layer_larger_than_the_file(tmp_path, key, power, ending):
    path = tmp_path / f"m{ending}"
    small_model().save(path)
    change_record(path, lambda record: replace_first(record, key, 2**power))
    refused(path, f"{path.name}.*fewer numbers than (Conv2D|Dense)")


def change_record(path: Path, change: Any) -> None:
    if path.suffix == ".h5":
        with h5py.File(path, "a") as file:
            record = json.loads(file.attrs["model_config"])
            change(record)
            file.attrs["model_config"] = json.dumps(record)
        return
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(entries["config.json"])
    change(record)
    pack(path, {**entries, "config.json": json.dumps(record)})


@pytest.mark.parametrize("shape", [[None, 2**20, 2**20, 1], [None, 2**40, 2**40, 1]])
def test_an_input_as_large_as_all_memory(tmp_path, shape):
    path = tmp_path / "m.keras"
    small_model().save(path)

    change_record(path, lambda record: replace_first(record, "batch_shape", shape))
    refused(path, path.name, error=SaccadeError)


def test_the_same_in_json_alone():
    record = json.loads(small_model().to_json())
    replace_first(record, "units", 2**40)
    with pytest.raises(InvalidArgument, match="must fit into the machine's"):
        model_from_json(json.dumps(record))
    with pytest.raises(InvalidArgument, match=r'"fc": its kernel must fit .* got \(4, 10\*\*'):
        Sequential([Dense(10**30, name="fc", input_shape=(4,))])


# -- weights that unpack to far more ---------------------------------------------------------


@pytest.mark.parametrize(("size", "words"), [(150, "may unpack to 100"), (30, "at most the")])
def test_weights_that_unpack_to_more_than_their_model_needs(tmp_path, entries, size, words):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            if name != "model.weights.h5":
                archive.writestr(name, content)
        with archive.open("model.weights.h5", "w", force_zip64=True) as entry:
            for _ in range(size):
                entry.write(bytes(MB))
    assert path.stat().st_size < 2 * MB
    refused(path, words)


@pytest.mark.parametrize("name", ["m.h5", "m.weights.h5"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda f, p: f.create_dataset(p, (2**20, 2**20), "f4"), "wholly in the file"),
        (
            lambda f, p: f.create_dataset(p, (2**20, 2**20), "f4", chunks=(64, 64)),
            "may unpack to 100 times",
        ),
        (
            lambda f, p: f.create_dataset(
                p, (2,), "f4", chunks=(2**28,), maxshape=(None,), compression="gzip"
            ),
            "packed in pieces",
        ),
        (lambda f, p: f.__setitem__(p, h5py.Empty("f")), "an empty dataset"),
        (lambda f, p: f.create_dataset(p, (2,), h5py.ref_dtype), "got objects"),
        (lambda f, p: f.create_dataset(p, (2,), h5py.string_dtype()), "got objects"),
        (
            lambda f, p: f.create_dataset(p, (2,), "f4", external=[("/dev/zero", 0, 8)]),
            "in the file itself",
        ),
        (lambda f, p: f.__setitem__(p, h5py.ExternalLink("/etc/passwd", "/x")), "must|needed"),
        (lambda f, p: f.__setitem__(p, h5py.SoftLink("/somewhere")), "must|needed"),
        (lambda f, p: f.create_group(p), "must be an array|needed"),
    ],
)  # fmt: skip
def test_arrays_that_are_none(tmp_path, name, make, words):
    model = small_model()
    path = tmp_path / name
    model.save_weights(path)
    with h5py.File(path, "a") as file:
        found: list[str] = []
        file.visititems(lambda p, one: found.append(p) if hasattr(one, "shape") else None)
        place = next(p for p in found if file[p].shape == (2,))
        del file[place]
        make(file, place)
    before = [one.copy() for one in model.get_weights()]
    with pytest.raises(FileFormatError, match=words):
        model.load_weights(path)
    for mine, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_the_optimizers_arrays_may_be_no_links_either(tmp_path):
    model = small_model()
    model.fit(np.zeros((2, 5, 5, 1)), np.zeros((2, 2)), verbose=0)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        group = file["optimizer_weights"]
        name = group.attrs["weight_names"][2].decode()
        del group[name]
        group[name] = h5py.ExternalLink("/etc/passwd", "/x")
    refused(tmp_path / "m.h5", "in the file itself, got a link")


@pytest.mark.parametrize(
    "value",
    [3, 2.5, [1, 2], np.zeros((2, 2)), h5py.Empty("f"), "[]", "3", "null", "[" * 9999],
)
@pytest.mark.parametrize("name", ["model_config", "training_config", "saccade", "keras_version"])
def test_attributes_of_another_type(tmp_path, name, value):
    small_model().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        file.attrs[name] = value
    assert told(lambda: load_model(tmp_path / "m.h5")) in (0, 1)
