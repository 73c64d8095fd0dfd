"""Feature table: what a frozen prefix gives for each image, in memory, then in a file."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch

from saccade.data.row_store import RowFile, RowStore

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
        in_memory = min(rows, memory_bytes // max(1, self.row_bytes))
        # Bytes: NumPy has no bfloat16.
        self._kept = RowStore(
            rows, (self.row_bytes,), np.dtype(np.uint8), in_memory, RowFile(self.row_bytes), _full
        )
        self._stamps = _marked(np.zeros((rows, 2), dtype=np.int64))

    @property
    def in_memory(self) -> int:
        """How many rows, from the first on, lie in memory."""
        return self._kept.in_memory

    @property
    def held_bytes(self) -> int:
        """The memory that it takes when it is full."""
        return self.in_memory * self.row_bytes

    def missing(self, places: np.ndarray) -> np.ndarray:
        """Those of the places whose row is not there, each once."""
        return np.unique(places[self._kept.stamps[places, 0] == 0])

    def forget_changed(self, stamps: np.ndarray) -> None:
        """Drop the rows whose stamp is not what it was."""
        self._stamps = _marked(stamps)
        self._kept.forget((self._kept.stamps != self._stamps).any(axis=1))

    def some_places(self, count: int) -> np.ndarray:
        """So many places whose rows are there, or fewer, spread over the table."""
        there = np.flatnonzero(self._kept.stamps[:, 0])
        return there[np.linspace(0, len(there) - 1, min(count, len(there))).round().astype(int)]

    def forget(self) -> None:
        """Drop every row."""
        self._kept.forget()

    def put(self, places: np.ndarray, features: torch.Tensor) -> int:
        """Keep rows (places, *shape); returns how many are kept: a full disk is said once."""
        rows = features.contiguous().reshape(len(places), -1).view(torch.uint8).numpy()
        return self._kept.keep_all(places, self._stamps[places], rows)

    def get(self, places: np.ndarray) -> torch.Tensor:
        """Rows (places, *shape), a copy; all must be there."""
        rows = torch.from_numpy(self._kept.get_all(places))
        return rows.view(self.dtype).reshape(len(places), *self.shape)


def _marked(stamps: np.ndarray) -> np.ndarray:
    """The stamps with 1 added to their first number: those of no file are zeros, and count too."""
    return stamps + np.array([1, 0])


def _full(fault: OSError) -> str:
    return (
        f"fit: features beyond {MEMORY_BYTES // 2**20} MiB cannot be kept in "
        f'"{tempfile.gettempdir()}" ({os.strerror(fault.errno or 0)}): those are computed again in '
        "every epoch. Set TMPDIR to a folder with room."
    )


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
