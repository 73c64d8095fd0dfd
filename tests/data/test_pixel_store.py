"""Decoded images are kept within a budget, and only as long as their file stays the same."""

import gc
import os

import numpy as np
import pytest
from PIL import Image

from saccade.data import pixel_store
from saccade.data.generator.image_files import ImageFiles
from saccade.data.generator.image_reading import ImageReading
from saccade.data.pixel_store import Budget, PixelStore, store_name
from saccade.errors import DataError

SHAPE = (4, 5, 3)
IMAGE_BYTES = 60


@pytest.fixture
def files(tmp_path):
    paths = []
    for i in range(6):
        paths.append(str(tmp_path / f"{i}.png"))
        Image.new("RGB", (5, 4), (10 * i, i, 0)).save(paths[-1])
    return paths


def image(value):
    return np.full(SHAPE, value, np.uint8)


def test_what_was_kept_comes_back(files):
    store = PixelStore(6, SHAPE, budget=Budget(10**6))
    assert store.get(2, files[2]) is None
    store.keep(2, files[2], image(7))
    assert np.array_equal(store.get(2, files[2]), image(7))
    assert store.get(3, files[3]) is None


def test_a_changed_file_is_not_what_was_kept(files):
    store = PixelStore(6, SHAPE, budget=Budget(10**6))
    store.keep(2, files[2], image(7))
    status = os.stat(files[2])
    os.utime(files[2], ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    assert store.get(2, files[2]) is None
    store.keep(2, files[2], image(8))
    assert np.array_equal(store.get(2, files[2]), image(8))
    os.remove(files[2])
    assert store.get(2, files[2]) is None


def test_memory_stays_within_a_budget_that_all_stores_share(files):
    budget = Budget(3 * IMAGE_BYTES + 10)
    first = PixelStore(2, SHAPE, budget=budget)
    second = PixelStore(6, SHAPE, budget=budget)
    assert (first.in_memory, second.in_memory) == (2, 1)
    for i, file in enumerate(files):
        second.keep(i, file, image(i))
    assert np.array_equal(second.get(0, files[0]), image(0))
    assert second.get(1, files[1]) is None
    del first
    gc.collect()
    assert PixelStore(6, SHAPE, budget=budget).in_memory == 2


def test_true_keeps_all_whatever_the_budget():
    assert PixelStore(6, SHAPE, cache=True, budget=Budget(0)).in_memory == 6


def test_a_folder_keeps_what_is_beyond_the_budget_and_outlives_the_store(files, tmp_path):
    folder = tmp_path / "cache"

    def make():
        name = store_name(files, SHAPE)
        return PixelStore(6, SHAPE, str(folder), lambda: name, Budget(2 * IMAGE_BYTES))

    store = make()
    for i, file in enumerate(files):
        store.keep(i, file, image(i))
    for i, file in enumerate(files):
        assert np.array_equal(store.get(i, file), image(i))
    del store
    gc.collect()
    again = make()
    assert again.get(0, files[0]) is None  # that one was in memory
    assert np.array_equal(again.get(5, files[5]), image(5))
    os.utime(files[5], ns=(0, 10**9))
    assert again.get(5, files[5]) is None
    assert len(list(folder.iterdir())) == 2


def test_a_full_disk_ends_the_keeping_with_a_note(files, tmp_path, caplog, monkeypatch):
    store = PixelStore(6, SHAPE, str(tmp_path / "c"), lambda: "x", Budget(0))

    class Full:
        def seek(self, place):
            pass

        def write(self, content):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(store._rows.file, "_rows", Full())
    store.keep(3, files[3], image(3))
    assert "No space left" in caplog.text
    assert store.get(3, files[3]) is None


def test_a_folder_that_cannot_be_made_is_named(files, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r'cache=".*file"'):
        PixelStore(6, SHAPE, str(tmp_path / "file"), lambda: "x", Budget(0))


def test_a_disk_without_room_is_a_note(files, tmp_path, caplog, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pixel_store, "RowFile", full)
    store = PixelStore(6, SHAPE, str(tmp_path / "c"), lambda: "x", Budget(0))
    store.keep(3, files[3], image(3))
    assert store.get(3, files[3]) is None
    assert "No space left" in caplog.text


def test_sixteen_bits_are_not_squeezed_into_the_store(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.full((4, 5), 40000, np.uint16)).save(path)
    files = ImageFiles(str(tmp_path), ["deep.png"], ImageReading((4, 5), "grayscale"))
    for _ in range(2):
        assert files[0].max() == 40000


@pytest.mark.parametrize("cache", ["auto", True, False])
def test_each_file_is_decoded_once_if_it_is_kept(files, tmp_path, cache, monkeypatch):
    decoded = []
    read = ImageReading.read
    monkeypatch.setattr(
        ImageReading, "read", lambda self, path: decoded.append(path) or read(self, path)
    )
    images = ImageFiles(str(tmp_path), [f"{i}.png" for i in range(6)], ImageReading((4, 5)), cache)
    first = [images[i].copy() for i in range(6)]
    again = [images[i] for i in range(6)]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert len(decoded) == (12 if cache is False else 6)


def test_readings_of_one_folder_have_names_of_their_own(files):
    reading = ImageReading((4, 5))
    assert store_name(files, reading) == store_name(files, reading)
    assert store_name(files, reading) != store_name(files, ImageReading((5, 4)))
    assert store_name(files, reading) != store_name(files[:-1], reading)
