"""Kept features: computed ones in a file, batch by batch, so that a killed run has them again."""

from __future__ import annotations

import os
import struct
import time
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from saccade.disk.regular_file import open_regular
from saccade.notes import note_once

_MAGIC = b"saccade features 1\n"
_SUM = struct.Struct("<I")
_FLUSH_S = 1.0  # a power cut costs at most so much work


class KeptFeatures:
    """Rows of features in the order in which they were computed.

    The file is a line that says what it is, and then for each batch its rows, float32 with the
    lowest byte first, and their CRC-32. What a kill or a power cut left of a last batch is cut
    off when the file is opened.

    Args:
        path: the file; its folder is there.
        rows: how many there will be.
        batch_size: rows in a batch; the last has what is left.
        width: numbers in a row.
    """

    def __init__(self, path: Path, rows: int, batch_size: int, width: int):
        self.path = path
        self._sizes = [min(batch_size, rows - start) for start in range(0, rows, batch_size)]
        self._width = width
        self._file: IO[bytes] | None = None
        self._end = 0  # of the whole batches, in bytes
        self._is_full = False
        self._flushed_s = time.monotonic()

    def read(self) -> np.ndarray:
        """The rows of all whole batches, float32 (n, width); later ones are added behind them.

        A file of another kind is begun anew.
        """
        batches: list[np.ndarray] = []
        end = len(_MAGIC)
        try:
            with open_regular(self.path) as file:
                if file.read(end) == _MAGIC:
                    for size in self._sizes:
                        content = file.read(size * self._width * 4)
                        if file.read(_SUM.size) != _SUM.pack(zlib.crc32(content)):
                            break
                        batches.append(np.frombuffer(content, "<f4").reshape(size, self._width))
                        end += len(content) + _SUM.size
        except FileNotFoundError:
            pass
        self._end = end if batches else 0
        if not batches:
            return np.empty((0, self._width), np.float32)
        return np.concatenate(batches).astype(np.float32, copy=False)

    def add(self, batch: np.ndarray) -> None:
        """Write the rows of a batch; on a disk that is full, say so once and let it be."""
        if self._is_full:
            return
        content = np.ascontiguousarray(batch, dtype="<f4").tobytes()
        try:
            file = self._file or self._open()
            _write(file, content + _SUM.pack(zlib.crc32(content)))
            if time.monotonic() - self._flushed_s > _FLUSH_S:
                self._flush()
        except OSError as fault:
            self._give_up(fault)

    def close(self) -> None:
        """Bring all of it to the disk; `add` may be called no more."""
        if self._file is None:
            return
        try:
            self._flush()
        except OSError as fault:
            self._give_up(fault)
        else:
            self._file.close()
            self._file = None

    def _open(self) -> IO[bytes]:
        file = self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 (kept open)
        file.truncate(self._end)
        if not self._end:
            _write(file, _MAGIC)
        return file

    def _flush(self) -> None:
        assert self._file is not None
        os.fsync(self._file.fileno())
        self._flushed_s = time.monotonic()

    def _give_up(self, fault: OSError) -> None:
        self._is_full = True
        file, self._file = self._file, None
        if file is not None:
            file.close()
        note_once(
            f'train: features cannot be kept in "{self.path}" ({fault.strerror}): a run that is '
            "stopped now would compute them again.",
            key="train: features cannot be kept",
        )


def _write(file: IO[bytes], content: bytes) -> None:
    """All of it, or an OSError: an unbuffered file may take less, and the next call tells why."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
