"""Rows of numbers by their place, in memory first and then in a file, each as long as its stamp."""

from __future__ import annotations

import errno
import os
import tempfile
import weakref
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from saccade.data.fork_safe_lock import ForkSafeLock
from saccade.notes import note_once

_MARK_BYTES = 24  # a stamp and a checksum
Stamp = tuple[int, int]  # the first number is never 0: a row of (0, 0) is not kept


class RowStore:
    """Rows of one shape and type; a row is there once it was kept, with the stamp it was kept with.

    A row is written once and read by any thread. What cannot be written, because the disk is full,
    is not kept, and a note says so once.

    Args:
        rows: how many.
        shape: of a row.
        dtype: of its numbers.
        in_memory: the rows from 0 on that lie in memory.
        file: holds the others; None: they are not kept.
        say: the note for a row that could not be written.

    Attributes:
        stamps: int64 (rows, 2); (0, 0) where no row is kept.
    """

    def __init__(
        self,
        rows: int,
        shape: tuple[int, ...],
        dtype: np.dtype,
        in_memory: int,
        file: RowFile | None = None,
        say: Callable[[OSError], str] = str,
    ):
        self.rows, self.shape, self.dtype = rows, shape, dtype
        self.in_memory, self.file, self._say = in_memory, file, say
        # Untouched pages of an empty array cost nothing: memory grows with what is kept.
        self._memory = np.empty((in_memory, *shape), dtype=dtype)
        self.stamps = np.zeros((rows, 2), dtype=np.int64)
        if file is not None:
            self.stamps[in_memory:] = file.stamps(rows - in_memory)

    def holds(self, place: int) -> bool:
        """Whether a row of this place would be kept."""
        return place < self.in_memory or self.file is not None

    def get(self, place: int, stamp: Stamp | None) -> np.ndarray | None:
        """The row, not to be written to; None if none was kept with this stamp."""
        if stamp is None or tuple(self.stamps[place]) != stamp:
            return None
        if place < self.in_memory:
            return self._memory[place]
        row = np.empty(self.shape, dtype=self.dtype)
        return row if self._read(place, row) else None

    def keep(self, place: int, stamp: Stamp, row: np.ndarray) -> bool:
        """Keep a row; whether there was room for it."""
        if place < self.in_memory:
            self._memory[place] = row
        elif self.file is None:
            return False
        else:
            try:
                self.file.write(place - self.in_memory, row, stamp)
            except OSError as fault:
                note_once(self._say(fault))
                return False
        self.stamps[place] = stamp  # last: a reader that sees it finds the row whole
        return True

    def get_all(self, places: np.ndarray) -> np.ndarray:
        """The rows (places, *shape), a copy; all must be there."""
        rows = np.empty((len(places), *self.shape), dtype=self.dtype)
        near = places < self.in_memory
        rows[near] = self._memory[places[near]]
        for number in np.flatnonzero(~near).tolist():
            self._read(int(places[number]), rows[number])
        return rows

    def keep_all(self, places: np.ndarray, stamps: np.ndarray, rows: np.ndarray) -> int:
        """Keep rows (places, *shape) with stamps (places, 2); how many there was room for."""
        near = places < self.in_memory
        self._memory[places[near]] = rows[near]
        self.stamps[places[near]] = stamps[near]
        kept = int(near.sum())
        for number in np.flatnonzero(~near).tolist():
            stamp: Any = tuple(stamps[number])
            if not self.keep(int(places[number]), stamp, rows[number]):
                break
            kept += 1
        return kept

    def forget(self, places: Any = slice(None)) -> None:
        """Drop the rows at these places."""
        self.stamps[places] = 0

    def _read(self, place: int, row: np.ndarray) -> bool:
        file = self.file  # another thread may take it away when the disk is full
        return file is not None and file.read(place - self.in_memory, row)


class RowFile:
    """Rows of bytes in a file, which any thread reads and writes.

    Args:
        row_bytes: the size of a row.
        path: a file that outlives the process, with the stamps and checksums in a file beside it
            (.stamps). None for a temporary one without a name, which is made when the first row is
            written; the system removes it when the store goes or the process ends.
        rows: how many a file with a name has.
    """

    def __init__(self, row_bytes: int, path: Path | None = None, rows: int = 0):
        self.row_bytes, self.path = row_bytes, path
        self._lock = ForkSafeLock()
        self._rows: Any = None
        self._stamps: Any = None
        self._marks = np.zeros((0, 3), dtype="<i8")  # of a file with a name: stamp, checksum
        if path is None:
            return
        stamps_path = path.with_suffix(".stamps")
        sizes = {path: rows * row_bytes, stamps_path: rows * _MARK_BYTES}
        if any(not each.exists() or each.stat().st_size != size for each, size in sizes.items()):
            for each, size_bytes in sizes.items():
                with open(each, "wb") as file:
                    file.truncate(size_bytes)
        self._rows = open(path, "r+b", buffering=0)  # noqa: SIM115 (kept open)
        self._stamps = open(stamps_path, "r+b", buffering=0)  # noqa: SIM115
        weakref.finalize(self, _close, self._rows, self._stamps)
        self._marks = np.frombuffer(bytearray(self._stamps.read()), dtype="<i8").reshape(rows, 3)

    @property
    def is_open(self) -> bool:
        """Whether there is a file yet."""
        return self._rows is not None

    def stamps(self, rows: int) -> np.ndarray:
        """int64 (rows, 2), those of an earlier process; zeros in a temporary file."""
        if self._stamps is None:
            return np.zeros((rows, 2), dtype=np.int64)
        return self._marks[:, :2].astype(np.int64)

    def read(self, row: int, content: np.ndarray) -> bool:
        """Fill an array with a row; False where it is not what was written, and a note once."""
        with self._lock:
            self._rows.seek(row * self.row_bytes)
            is_whole = self._rows.readinto(_bytes_of(content)) == self.row_bytes
        if self.path is None or (is_whole and self._marks[row, 2] == self._sum(row, content)):
            return is_whole
        note_once(f'cache: "{self.path}" is damaged; what is not as it was kept is made anew.')
        return False

    def _sum(self, row: int, content: np.ndarray) -> int:
        """CRC-32 of a row and of its place, for rows may be mixed up; 0.04 ms for 150 kB."""
        return zlib.crc32(_bytes_of(content), row & 0xFFFFFFFF)

    def write(self, row: int, content: np.ndarray, stamp: Stamp) -> None:
        """Write a row, and then its stamp.

        Raises:
            OSError: there is no room for it.
        """
        with self._lock:
            if self._rows is None:
                self._rows = tempfile.TemporaryFile(prefix="saccade-rows-", buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._rows.close)
            content = np.ascontiguousarray(content)
            self._rows.seek(row * self.row_bytes)
            written = self._rows.write(_bytes_of(content))
            if written != self.row_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self._stamps is not None:
                self._marks[row] = (*stamp, self._sum(row, content))
                self._stamps.seek(row * _MARK_BYTES)
                self._stamps.write(self._marks[row].tobytes())


def _bytes_of(row: np.ndarray) -> memoryview:
    return row.reshape(-1).view(np.uint8).data


def _close(*files: IO[bytes]) -> None:
    for file in files:
        file.close()
