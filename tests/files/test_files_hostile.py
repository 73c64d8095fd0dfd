"""Model files that were made to do harm: refused in a sentence, before they take any memory."""

from __future__ import annotations

import json
import stat
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from saccade.errors import FileFormatError, InvalidArgument, SaccadeError
from saccade.files.formats import FORMATS, suffixes
from saccade.files.script_names import all_checkpoints
from saccade.layers import Conv2D, Dense, Flatten, Lambda
from saccade.models import Sequential, load_model, model_from_json
from saccade.predictor.preprocessing import _KINDS

MB = 1 << 20


def small_model() -> Any:
    model = Sequential([Conv2D(2, 3, input_shape=(5, 5, 1)), Flatten(), Dense(2, name="fc")])
    model.compile("adam", "mse")
    model.preprocessing = {"target_size": [5, 5], "color_mode": "grayscale"}
    return model


@pytest.fixture
def entries(tmp_path) -> dict[str, bytes]:
    small_model().save(tmp_path / "whole.keras")
    with zipfile.ZipFile(tmp_path / "whole.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, entries: Any, packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, content)
    return path


def refused(path: Path, words: str, most_bytes: int = 20 * MB, error: type = FileFormatError):
    """Loading raises in words, and Python and NumPy took no more than that."""
    tracemalloc.start()
    try:
        with pytest.raises(error, match=words) as caught:
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < most_bytes
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value).split(":")[0]
    return caught


def told(call: Any) -> int:
    """How many lines the error of a call has, 0 where it has none; no other error is allowed."""
    try:
        call()
    except SaccadeError as error:
        return len(str(error).splitlines())
    return 0


# -- records that are too large ------------------------------------------------------------


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
    refused(path, "at most 1,000,000 are read", 40 * MB)


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


# -- models that are larger than their files -----------------------------------------------


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


# -- weights that unpack to far more -------------------------------------------------------


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


# -- zips ----------------------------------------------------------------------------------


def test_an_entry_that_stands_there_twice(tmp_path, entries):
    with pytest.warns(UserWarning, match="Duplicate"):
        pack(tmp_path / "m.keras", [*entries.items(), ("config.json", b"{}")])
    refused(tmp_path / "m.keras", "must hold config.json once, got 2")


def test_an_entry_that_is_a_link_or_encrypted(tmp_path, entries):
    link = zipfile.ZipInfo("config.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    others = [(name, one) for name, one in entries.items() if name != "config.json"]
    pack(tmp_path / "link.keras", [*others, (link, b"/etc/passwd")])
    refused(tmp_path / "link.keras", "config.json must be a plain entry, got a link")
    data = bytearray(pack(tmp_path / "m.keras", entries).read_bytes())
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"config.json"))
    data[place + 8] |= 1
    (tmp_path / "m.keras").write_bytes(data)
    refused(tmp_path / "m.keras", "config.json must be a plain entry, got an encrypted")


def test_entries_of_other_names_are_left_alone(tmp_path, entries):
    more = {"../../../evil": b"x", "/etc/evil": b"x", "C:\\evil": b"x"}
    assert load_model(pack(tmp_path / "m.keras", {**entries, **more})).built
    assert sorted(one.name for one in tmp_path.iterdir()) == ["m.keras", "whole.keras"]


def test_a_list_of_a_hundred_thousand_entries(tmp_path, entries):
    many = {**entries, **{f"{number}": b"" for number in range(30_000)}}
    refused(pack(tmp_path / "m.keras", many), "must have few entries, got a list of 1,", 5 * MB)


# -- words of the wrong kind ---------------------------------------------------------------


def repr_of(value: Any) -> str:
    return f"{value!r:.20}"


ODD = (3, -1.5, True, "x", ["x"], [1], {"a": 1}, [[]], None)


@pytest.mark.parametrize("word", ["preprocessing", "class_names", "input_records"])
@pytest.mark.parametrize("value", ODD)
def test_extras_of_the_wrong_kind(tmp_path, entries, word, value):
    from saccade.predictor import Predictor

    changed = {**json.loads(entries["saccade.json"]), word: value}
    path = pack(tmp_path / "m.keras", {**entries, "saccade.json": json.dumps(changed)})
    assert told(lambda: Predictor.load(path)) in (0, 1)


@pytest.mark.parametrize("word", sorted(_KINDS))
@pytest.mark.parametrize(
    "value", [*ODD, [2**20, 2**20], [5, 6], [5, 5, 5], 10**400, float("nan")], ids=repr_of
)
def test_preprocessing_of_the_wrong_kind(tmp_path, entries, word, value):
    from saccade.predictor import Predictor

    record = json.loads(entries["saccade.json"])
    record["preprocessing"][word] = value
    path = pack(tmp_path / "m.keras", {**entries, "saccade.json": json.dumps(record)})
    if (word, value) in (("exif", True), ("mirrored", True)) or (word == "rescale" and value == 3):
        assert Predictor.load(path)
        return
    if word == "rescale" and value == -1.5:
        return
    with pytest.raises(FileFormatError) as caught:
        Predictor.load(path)
    assert "\n" not in str(caught.value)


# -- safetensors, checkpoints, lambdas ------------------------------------------------------


@pytest.mark.parametrize("length", [2**40, 2**62, 2**64 - 1, 0, 3, 20_000_000])
def test_a_lying_header(tmp_path, length):
    model = small_model()
    path = tmp_path / "m.safetensors"
    model.save_weights(path)
    data = path.read_bytes()
    path.write_bytes(length.to_bytes(8, "little") + data[8:] + bytes(20 * MB))
    before = time.monotonic()
    with pytest.raises(FileFormatError, match="safetensors"):
        model.load_weights(path)
    assert time.monotonic() - before < 5


def test_names_of_checkpoints_stay_in_their_folder(tmp_path):
    names = ["../../evil", "/etc/evil", "good-1", "..", ""]
    lines = [f'all_model_checkpoint_paths: "{name}"' for name in names]
    (tmp_path / "checkpoint").write_text("\n".join(lines))
    assert all_checkpoints(tmp_path) == ["good-1"]


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_lambda_is_refused_unless_trusted(tmp_path, ending):
    path = tmp_path / f"m{ending}"
    Sequential([Lambda(lambda x: x * 3, input_shape=(2,))]).save(path)
    with pytest.raises(FileFormatError, match="safe_mode=False"):
        load_model(path)
    assert load_model(path, safe_mode=False).predict(np.ones((1, 2)), verbose=0).max() == 3


# -- all or nothing ------------------------------------------------------------------------


def damaged_at(path: Path, data: bytes, place: int) -> None:
    changed = bytearray(data)
    changed[place : place + 40] = bytes(one ^ 0x55 for one in changed[place : place + 40])
    path.write_bytes(bytes(changed))


@pytest.mark.parametrize("ending", suffixes("open_weights"))
def test_a_model_is_given_all_weights_or_none(tmp_path, ending):
    """Wherever the file is damaged, in every format of the table."""
    assert {one.suffix for one in FORMATS if one.open_weights} >= {ending}
    source, model = small_model(), small_model()
    path = tmp_path / f"m{ending}"
    (source.save if ending == ".keras" else source.save_weights)(path)
    data = path.read_bytes()
    before = [one.copy() for one in model.get_weights()]
    whole = [one.copy() for one in source.get_weights()]
    refusals = 0
    for place in range(0, len(data), max(1, len(data) // 25)):
        damaged_at(path, data, place)
        try:
            model.load_weights(path)
        except SaccadeError:
            refusals += 1
            assert all(map(np.array_equal, before, model.get_weights())), place
        else:
            assert [one.shape for one in model.get_weights()] == [one.shape for one in whole]
            model.set_weights(before)
    assert refusals > 2


@pytest.mark.parametrize("fails_at", [0, 1, 2, 3])
@pytest.mark.parametrize("ending", suffixes("open_weights"))
def test_a_disk_that_stops_half_way_changes_nothing(tmp_path, monkeypatch, ending, fails_at):
    from saccade.files import weight_change

    source, model = small_model(), small_model()
    path = tmp_path / f"m{ending}"
    (source.save if ending == ".keras" else source.save_weights)(path)
    before, calls, read = [one.copy() for one in model.get_weights()], [], weight_change._read_into

    def failing(weight, values):
        calls.append(weight)
        if len(calls) > fails_at:
            weight.assign(np.full(weight.shape, 7.0))
            raise OSError("the disk went away")
        read(weight, values)

    monkeypatch.setattr(weight_change, "_read_into", failing)
    with pytest.raises(FileFormatError, match="the disk went away"):
        model.load_weights(path)
    assert len(calls) == fails_at + 1
    assert all(map(np.array_equal, before, model.get_weights()))


def test_set_weights_of_words_changes_nothing():
    model = small_model()
    before = [one.copy() for one in model.get_weights()]
    wrong = [np.zeros(one.shape) for one in before[:-1]] + [np.array(["a", "b"])]
    with pytest.raises(TypeError):
        model.set_weights(wrong)
    assert all(map(np.array_equal, before, model.get_weights()))
