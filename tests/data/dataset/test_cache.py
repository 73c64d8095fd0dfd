"""Dataset.cache: complete passes only, in memory and in a file."""

import os
import threading
from collections import namedtuple

import numpy as np
import pytest
import torch

from saccade.data.dataset import Dataset, cache
from saccade.data.dataset.stored_element import pack_element, unpack_element
from saccade.data.dataset.string_scalar import StringScalar
from saccade.errors import DataError, FileFormatError, NotWritten
from saccade.notes import forget_notes

DTYPES = (
    *(torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.bool, torch.uint8),
    *(torch.int8, torch.int16, torch.int32, torch.int64, torch.uint16, torch.complex64),
)


class Counted:
    """A dataset that says how many elements were made."""

    def __init__(self, n=6):
        self.made = 0
        self.dataset = Dataset.from_tensor_slices(np.arange(n)).map(self.make)

    def make(self, x):
        self.made += 1
        return {"x": x * 2, "name": "w"}


@pytest.fixture(params=["memory", "file", "folder", "new folder"])
def filename(request, tmp_path):
    return {
        "memory": "",
        "file": str(tmp_path / "below" / "kept"),
        "folder": str(tmp_path),
        "new folder": str(tmp_path / "new") + os.sep,
    }[request.param]


def read(dataset):
    return [int(element["x"]) for element in dataset]


def test_made_once(filename):
    counted = Counted()
    ds = counted.dataset.cache(filename)
    assert read(ds) == read(ds) == read(ds.skip(0)) == [0, 2, 4, 6, 8, 10]
    assert read(ds.skip(4)) == [8, 10]
    assert counted.made == 6
    assert next(iter(ds))["name"] == "w"
    assert next(iter(ds))["x"].dtype == torch.int64


def test_a_pass_that_is_broken_off_keeps_nothing(filename, tmp_path):
    counted = Counted()
    ds = counted.dataset.cache(filename)
    for element in ds:
        if element["x"] == 4:
            break
    assert read(ds.take(3)) == [0, 2, 4]
    assert not [name for _, _, names in os.walk(tmp_path) for name in names]
    assert read(ds) == [0, 2, 4, 6, 8, 10]
    made = counted.made
    assert read(ds) == [0, 2, 4, 6, 8, 10]
    assert counted.made == made


def test_an_error_keeps_nothing(filename):
    fails = [True]

    def make(x):
        if x == 3 and fails[0]:
            raise OSError("no disk")
        return {"x": x}

    ds = Dataset.from_tensor_slices(np.arange(5)).map(make).cache(filename)
    with pytest.raises(OSError, match="no disk"):
        list(ds)
    fails[0] = False
    assert read(ds) == read(ds) == [0, 1, 2, 3, 4]


def test_an_order_before_it_is_kept_and_one_after_it_is_not():
    before = Dataset.from_tensor_slices(np.arange(20)).shuffle(20, seed=1).cache()
    assert list(map(int, before)) == list(map(int, before))
    after = Dataset.from_tensor_slices(np.arange(20)).cache().shuffle(20, seed=1)
    assert list(map(int, after)) != list(map(int, after))


def test_a_file_outlives_its_dataset(tmp_path):
    first, second = Counted(), Counted()
    assert read(first.dataset.cache(tmp_path / "kept")) == [0, 2, 4, 6, 8, 10]
    assert os.listdir(tmp_path) == ["kept.cache"]
    assert read(second.dataset.cache(tmp_path / "kept")) == [0, 2, 4, 6, 8, 10]
    assert second.made == 0


@pytest.mark.parametrize("damage", ["cut", "other", "flipped"])
def test_a_damaged_file_is_told(tmp_path, damage):
    ds = Counted().dataset.cache(tmp_path / "kept")
    list(ds)
    path = tmp_path / "kept.cache"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-5]
    elif damage == "other":
        content = bytearray(b"PNG and so on")
    else:
        content[40:400] = bytes(360)
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r'kept\.cache": must be a cache .* Delete it'):
        list(ds)


def test_two_passes_at_once(tmp_path):
    for filename in ("", tmp_path / "kept"):
        ds = Counted().dataset.cache(filename)
        one, other = iter(ds), iter(ds)
        pairs = [(int(a["x"]), int(b["x"])) for a, b in zip(one, other, strict=True)]
        assert pairs == [(x, x) for x in (0, 2, 4, 6, 8, 10)]
        assert read(ds) == [0, 2, 4, 6, 8, 10]


def test_filled_from_a_thread():
    ds = Counted().dataset.cache().prefetch(1)
    threads = [threading.Thread(target=lambda: list(ds)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(ds) == [0, 2, 4, 6, 8, 10]


@pytest.mark.parametrize("at", ["element", "end"])
def test_a_full_disk_ends_the_keeping_and_not_the_reading(tmp_path, monkeypatch, at):
    def full(*args):
        raise OSError(28, "No space left on device")

    forget_notes()
    ds = Counted().dataset.cache(tmp_path / "kept")
    with monkeypatch.context() as patch:
        if at == "end":
            patch.setattr(os, "fsync", full)
        else:
            patch.setattr(cache, "_HEAD", type("Full", (), {"pack": full, "size": 12}))
        assert read(ds) == [0, 2, 4, 6, 8, 10]
        assert os.listdir(tmp_path) == []
        assert read(ds) == [0, 2, 4, 6, 8, 10]
    assert read(ds) == [0, 2, 4, 6, 8, 10]
    assert os.listdir(tmp_path) == ["kept.cache"]


def test_a_place_where_no_file_can_be_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match="could not be written"):
        list(Counted().dataset.cache(tmp_path / "file" / "kept"))


def test_elements_of_every_kind_come_back_alike(tmp_path):
    """Without a pickle: tensors of every type, strings, bytes, tuples and dicts."""
    elements = [
        {
            "tensors": tuple(torch.ones(2, dtype=kind) for kind in DTYPES),
            1: (StringScalar("ä\udcff"), [StringScalar("a"), b"\x00\xff"], b"b"),
            "empty": torch.zeros(0, 3),
        }
    ]
    shared = torch.arange(6.0)
    elements[0]["views"] = (shared[:3], shared[::2], shared.reshape(2, 3).T)
    for element in elements:
        found = unpack_element(pack_element(element))
        assert list(found) == list(element)
        for one, other in zip(found["tensors"], element["tensors"], strict=True):
            assert one.dtype == other.dtype
            assert torch.equal(one, other)
        assert found[1] == element[1]
        assert isinstance(found[1][0], StringScalar)
        assert found["empty"].shape == (0, 3)
        for one, other in zip(found["views"], element["views"], strict=True):
            assert torch.equal(one, other)


def test_other_things_are_kept_in_memory_alone():
    for thing in ({1, 2}, namedtuple("Pair", "a b")(1, 2), object(), {(1, 2): 3}):
        with pytest.raises(DataError, match=r"must be tensors, strings, tuples and dicts"):
            pack_element(thing)
