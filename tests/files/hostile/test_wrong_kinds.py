"""Entries, attributes and words of the wrong kind, and code: refused in a sentence."""

from __future__ import annotations

import json
import stat
import time
import zipfile
from typing import Any

import numpy as np
import pytest

from files.hostile.hostile_files import MB, entries_of, pack, refused, small_model, told
from saccade.errors import FileFormatError
from saccade.files.script_names import all_checkpoints
from saccade.layers import Lambda
from saccade.models import Sequential, load_model
from saccade.predictor.preprocessing import _KINDS


@pytest.fixture
def entries(tmp_path) -> dict[str, bytes]:
    small_model().save(tmp_path / "whole.keras")
    return entries_of(tmp_path / "whole.keras")


# -- zips ------------------------------------------------------------------------------------


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


def test_an_entry_of_a_newer_kind_of_zip(tmp_path, entries):
    """What the soak found: Python has another error for it."""
    data = bytearray(pack(tmp_path / "m.keras", entries).read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 6] = 255  # the version that is needed to read the entry
    (tmp_path / "m.keras").write_bytes(data)
    refused(tmp_path / "m.keras", "a .keras file must be a whole zip archive")


def test_entries_of_other_names_are_left_alone(tmp_path, entries):
    more = {"../../../evil": b"x", "/etc/evil": b"x", "C:\\evil": b"x"}
    assert load_model(pack(tmp_path / "m.keras", {**entries, **more})).built
    assert sorted(one.name for one in tmp_path.iterdir()) == ["m.keras", "whole.keras"]


def test_a_list_of_a_hundred_thousand_entries(tmp_path, entries):
    many = {**entries, **{f"{number}": b"" for number in range(30_000)}}
    refused(pack(tmp_path / "m.keras", many), "must have few entries, got a list of 1,", 5 * MB)


# -- words of the wrong kind -----------------------------------------------------------------


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


@pytest.mark.sampled
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


# -- safetensors, checkpoints, lambdas -------------------------------------------------------


@pytest.mark.parametrize("length", [2**40, 2**62, 2**64 - 1, 0, 3, 20_000_000])
def test_a_lying_header(tmp_path, length):
    model = small_model()
    path = tmp_path / "m.safetensors"
    model.save_weights(path)
    data = path.read_bytes()
    path.write_bytes(length.to_bytes(8, "little") + data[8:] + bytes(20 * MB))
    before = time.monotonic()
    words = "at most 16,777,216 are read" if length == 20_000_000 else "safetensors"
    with pytest.raises(FileFormatError, match=words):
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
