"""Feature table: what a frozen prefix gives for each image, in memory, then in a file."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.notes import note_once

MEMORY_BYTES = 512 * 2**20  # of all tables of a process together; what is above goes to disk


class FeatureTable:
    """Rows of one shape by place; a row is there once it was put, and as long as its stamp holds.

    Args:
        rows: how many.
        shape: of a row.
        dtype: of its numbers.
        memory_bytes: the most memory for rows; the others go to a file without a name, which the
            system removes when the table goes or the process ends.
    """

    def __init__(self, rows: int, shape: tuple[int, ...], dtype: torch.dtype, memory_bytes: int):
        self.rows, self.shape, self.dtype = rows, shape, dtype
        self.row_bytes = math.prod(shape) * dtype.itemsize
        self.in_memory = min(rows, memory_bytes // max(1, self.row_bytes))
        # Untouched pages of an empty array cost nothing: memory grows with what is put.
        self._memory = np.empty((self.in_memory, self.row_bytes), dtype=np.uint8)
        self._file: Any = None
        self._is_there = np.zeros(rows, dtype=bool)
        self._stamps = np.zeros((rows, 2), dtype=np.int64)

    @property
    def held_bytes(self) -> int:
        """The memory that it takes when it is full."""
        return self.in_memory * self.row_bytes

    def missing(self, places: np.ndarray) -> np.ndarray:
        """Those of the places whose row is not there, each once."""
        return np.unique(places[~self._is_there[places]])

    def forget_changed(self, stamps: np.ndarray) -> None:
        """Drop the rows whose stamp is not what it was."""
        self._is_there &= (self._stamps == stamps).all(axis=1)
        self._stamps = stamps.copy()

    def some_places(self, count: int) -> np.ndarray:
        """So many places whose rows are there, or fewer, spread over the table."""
        there = np.flatnonzero(self._is_there)
        return there[np.linspace(0, len(there) - 1, min(count, len(there))).round().astype(int)]

    def forget(self) -> None:
        """Drop every row."""
        self._is_there[:] = False

    def put(self, places: np.ndarray, features: torch.Tensor) -> int:
        """Keep rows (places, *shape); returns how many are kept: a full disk is said once."""
        rows = features.contiguous().reshape(len(places), -1).view(torch.uint8).numpy()
        near = places < self.in_memory
        self._memory[places[near]] = rows[near]
        self._is_there[places[near]] = True
        kept = int(near.sum())
        for place, row in zip(places[~near].tolist(), rows[~near], strict=True):
            if not self._write(place, row):
                break
            self._is_there[place] = True
            kept += 1
        return kept

    def get(self, places: np.ndarray) -> torch.Tensor:
        """Rows (places, *shape), a copy; all must be there."""
        rows = np.empty((len(places), self.row_bytes), dtype=np.uint8)
        near = places < self.in_memory
        rows[near] = self._memory[places[near]]
        for number in np.flatnonzero(~near).tolist():
            self._file.seek((int(places[number]) - self.in_memory) * self.row_bytes)
            self._file.readinto(rows[number].data)
        return torch.from_numpy(rows).view(self.dtype).reshape(len(places), *self.shape)

    def _write(self, place: int, row: np.ndarray) -> bool:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="saccade-features-", buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._file.seek((place - self.in_memory) * self.row_bytes)
            return self._file.write(row.data) == self.row_bytes
        except OSError as fault:
            where = tempfile.gettempdir()
            note_once(
                f'fit: features beyond {MEMORY_BYTES // 2**20} MiB cannot be kept in "{where}" '
                f"({os.strerror(fault.errno or 0)}): those are computed again in every epoch. Set "
                "TMPDIR to a folder with room."
            )
            return False


class FeatureTables:
    """The tables of a process, by what their rows depend on; the ones used last stay.

    Args:
        memory_bytes: of all of them together.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES):
        self.memory_bytes = memory_bytes
        self._tables: OrderedDict[bytes, FeatureTable] = OrderedDict()

    def find(
        self,
        name: bytes,
        rows: int,
        shape: tuple[int, ...],
        dtype: torch.dtype,
        beside: Sequence[FeatureTable] = (),
    ) -> FeatureTable:
        """The table of this name, new where there is none.

        Args:
            beside: tables that are in use; others make room for a new one, the oldest first.
        """
        table = self._tables.pop(name, None)
        if table is None or (table.rows, table.shape, table.dtype) != (rows, shape, dtype):
            needed_bytes = rows * math.prod(shape) * dtype.itemsize
            for other, held in list(self._tables.items()):
                if needed_bytes > self._left_bytes() and held not in beside:
                    del self._tables[other]
            table = FeatureTable(rows, shape, dtype, self._left_bytes())
        self._tables[name] = table
        return table

    def known(self, name: bytes) -> FeatureTable | None:
        """The table of this name, if there is one."""
        return self._tables.get(name)

    def too_large(self, rows: int, shape: tuple[int, ...], dtype: torch.dtype) -> str:
        """Why rows should not be kept; empty where they may: half of the free disk is not ours."""
        needed_bytes = rows * math.prod(shape) * dtype.itemsize
        folder = tempfile.gettempdir()
        if needed_bytes - self.memory_bytes <= shutil.disk_usage(folder).free // 2:
            return ""
        return (
            f"its results on {rows:,} images would take {needed_bytes / 2**30:.1f} GiB, and less "
            f'than twice that is free in "{folder}" (TMPDIR says where)'
        )

    def __bool__(self) -> bool:
        return bool(self._tables)

    def clear(self) -> None:
        """Forget all tables; those in use live as long as their user."""
        self._tables.clear()

    def _left_bytes(self) -> int:
        return self.memory_bytes - sum(table.held_bytes for table in self._tables.values())


KEPT = FeatureTables()
