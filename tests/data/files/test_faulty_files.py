"""Every file is tried once; what cannot be read is told by its place, and keeps no pixels."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from saccade.data import UnreadableImage, decode
from saccade.data.files.faulty_files import AT_A_TIME, find_unreadable
from saccade.errors import NoSuchFile


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_faults_by_place(tmp_path, pool):
    good = tmp_path / "good.png"
    Image.new("RGB", (2, 2)).save(good)
    (tmp_path / "bad.jpg").write_bytes(b"nothing")
    files = [str(good), str(tmp_path / "bad.jpg"), str(good), str(tmp_path / "gone.png")]
    faults = find_unreadable(files, decode, pool)
    assert {place: type(fault) for place, fault in faults.items()} == {
        1: UnreadableImage,
        3: NoSuchFile,
    }
    assert all(files[place] in str(fault) for place, fault in faults.items())


def test_every_file_is_read_once_and_progress_is_told(pool):
    files = [str(k) for k in range(2 * AT_A_TIME + 10)]
    seen: list[str] = []
    told: list[int] = []
    assert find_unreadable(files, seen.append, pool, told.append) == {}
    assert sorted(seen, key=int) == files
    assert told == [AT_A_TIME, 2 * AT_A_TIME, len(files)]
    assert find_unreadable([], seen.append, pool) == {}


def test_places_go_on_from_one_portion_to_the_next(tmp_path, pool):
    files = [str(tmp_path / "gone.png")] * (AT_A_TIME + 3)
    assert list(find_unreadable(files, decode, pool)) == list(range(AT_A_TIME + 3))


def test_other_errors_are_no_faults_of_the_file(pool):
    with pytest.raises(ZeroDivisionError):
        find_unreadable(["x"], lambda file: 1 // 0, pool)


def test_a_fault_holds_on_to_no_pixels(pool):
    class Pixels:
        values = np.zeros(1)

    kept: list[weakref.ref] = []

    def read(file: str) -> None:
        pixels = Pixels()
        kept.append(weakref.ref(pixels))
        try:
            raise ValueError("inner")
        except ValueError as fault:
            raise UnreadableImage(file, "must be readable") from fault

    faults = find_unreadable(["x", "y"], read, pool)
    gc.collect()
    assert len(faults) == 2
    assert [ref() for ref in kept] == [None, None]
