"""Rows are kept in memory and then in a file, in either kind of file alike."""

import gc

import numpy as np
import pytest

from saccade.data.row_store import RowFile, RowStore
from saccade.notes import forget_notes

ROWS, SHAPE = 7, (2, 3)


def value(place: int) -> np.ndarray:
    return np.full(SHAPE, place, np.float32)


def make(path=None, in_memory=2, rows=ROWS) -> RowStore:
    file = RowFile(24, path, rows - in_memory)
    return RowStore(rows, SHAPE, np.dtype("float32"), in_memory, file)


@pytest.fixture(params=["named", "temporary"])
def store(request, tmp_path) -> RowStore:
    return make(tmp_path / "x.rows" if request.param == "named" else None)


def test_a_row_is_there_with_the_stamp_it_was_kept_with(store):
    for place in range(ROWS):
        assert store.get(place, (1, 5)) is None
        assert store.keep(place, (1, place), value(place))
    for place in range(ROWS):
        assert np.array_equal(store.get(place, (1, place)), value(place))
        assert store.get(place, (2, place)) is None
        assert store.get(place, None) is None


def test_one_by_one_and_all_at_once_are_the_same(store):
    places = np.array([6, 0, 3])
    stamps = np.array([[1, place] for place in places])
    rows = np.stack([value(place) for place in places])
    assert store.keep_all(places, stamps, rows) == 3
    assert np.array_equal(store.get_all(places[::-1]), rows[::-1])
    for place in places:
        assert np.array_equal(store.get(place, (1, place)), value(place))
    assert np.flatnonzero(store.stamps[:, 0]).tolist() == [0, 3, 6]
    store.forget()
    assert store.get(3, (1, 3)) is None


def test_only_a_file_with_a_name_outlives_its_store(tmp_path):
    for path, lives in ((tmp_path / "x.rows", True), (None, False)):
        store = make(path)
        for place in range(ROWS):
            store.keep(place, (1, place), value(place))
        del store
        gc.collect()
        again = make(path)
        assert again.get(1, (1, 1)) is None  # that one was in memory
        found = again.get(5, (1, 5))
        assert np.array_equal(found, value(5)) if lives else found is None


@pytest.mark.parametrize(
    "harm", ["bit", "row of another", "cut", "cut meanwhile", "zeros", "sums", "other file"]
)
def test_a_damaged_file_gives_no_wrong_row(tmp_path, harm, caplog):
    """Each row is right or not there; it can be kept again, and a note says so once."""
    forget_notes()
    path = tmp_path / "x.rows"
    store = make(path)
    for place in range(2, ROWS):
        store.keep(place, (1, 5), value(place))
    content = bytearray(path.read_bytes())
    if harm == "bit":
        content[30] ^= 4  # of the row of place 3
    elif harm == "row of another":
        content[24:48] = content[:24]
    elif harm.startswith("cut"):
        del content[30:]
    elif harm == "zeros":
        content[24:] = bytes(len(content) - 24)
    elif harm == "other file":
        content = bytearray(range(len(content)))
    if harm == "sums":
        marks = tmp_path / "x.stamps"
        marks.write_bytes(marks.read_bytes()[:40] + b"\1" * 24 + marks.read_bytes()[64:])
    else:
        with open(path, "rb+") as file:
            file.write(content)
            file.truncate(len(content))
    again = store if harm == "cut meanwhile" else make(path)
    found = [again.get(place, (1, 5)) for place in range(2, ROWS)]
    assert found[1] is None
    for place, row in enumerate(found, start=2):
        assert row is None or np.array_equal(row, value(place))
    assert any(row is not None for row in found) == (harm not in ("cut", "other file"))
    assert caplog.text.count("is damaged; what is not as it was kept is made") == (harm != "cut")
    assert again.keep(3, (1, 5), value(3))
    assert np.array_equal(again.get(3, (1, 5)), value(3))
    forget_notes()


def test_a_file_of_another_size_is_begun_anew(tmp_path):
    store = make(tmp_path / "x.rows")
    store.keep(5, (1, 5), value(5))
    del store
    assert make(tmp_path / "x.rows", rows=ROWS + 1).get(5, (1, 5)) is None


def test_without_a_file_only_memory_keeps():
    store = RowStore(ROWS, SHAPE, np.dtype("float32"), 2)
    assert [store.keep(place, (1, 0), value(place)) for place in range(4)] == [True] * 2 + [
        False
    ] * 2
    assert [store.holds(place) for place in (1, 2)] == [True, False]
    assert store.get(3, (1, 0)) is None


def test_a_full_disk_keeps_what_went_before_and_is_said_once(store, monkeypatch, caplog):
    forget_notes()
    monkeypatch.setattr(store, "_say", lambda fault: f"cannot be kept: {fault.strerror}")
    store.keep(3, (1, 3), value(3))

    class Short:
        """A disk that takes half a row, as Linux does when it is nearly full."""

        def __init__(self, file):
            self.seek, self.readinto, self.close = file.seek, file.readinto, file.close

        def write(self, content):
            return len(content) // 2

    store.file._rows = Short(store.file._rows)
    places = np.array([1, 4, 5])
    stamps = np.ones((3, 2), np.int64)
    for _ in range(2):
        assert store.keep_all(places, stamps, np.stack([value(9)] * 3)) == 1
    assert caplog.text.count("cannot be kept: No space left on device") == 1
    assert store.get(4, (1, 1)) is None
    assert np.array_equal(store.get(3, (1, 3)), value(3))
