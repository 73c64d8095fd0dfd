"""PixelStore: decoded images kept for the next epoch, in memory and, if asked, in a folder."""

from __future__ import annotations

import hashlib
import math
import os
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from saccade.data.fork_safe_lock import ForkSafeLock
from saccade.data.row_store import RowFile, RowStore
from saccade.errors import DataError
from saccade.notes import note_once

LARGEST_BUDGET_BYTES = 4 * 2**30
SHARE_OF_MEMORY = 0.25


class Budget:
    """Bytes that all stores of a process share; what a store took comes back when it goes."""

    def __init__(self, limit_bytes: int):
        self.limit_bytes = limit_bytes
        self.taken_bytes = 0
        self._lock = ForkSafeLock()

    def take(self, wanted_bytes: int, unit_bytes: int) -> int:
        """Take whole units of the bytes wanted, as many as are left; returns the bytes taken."""
        with self._lock:
            left = max(0, self.limit_bytes - self.taken_bytes)
            taken = min(wanted_bytes, left - left % unit_bytes)
            self.taken_bytes += taken
            return taken

    def give_back(self, given_bytes: int) -> None:
        """Return what `take` gave."""
        with self._lock:
            self.taken_bytes -= given_bytes


class PixelStore:
    """uint8 images of one size by their place, remembered as long as their file stays the same.

    A row is written once and read by any thread. What does not fit the memory budget goes into a
    file of the folder, if one is given, and is decoded again otherwise. A file that changes
    (by its size or time of change) is decoded again.

    Args:
        files: the number of images.
        image_shape: (height, width, channels) of each.
        cache: "auto", True (no limit of memory) or a folder.
        name: what stands for these files read in this way; the name of the folder's file.
        budget: shared by all stores; the process's own when None.
    """

    def __init__(
        self,
        files: int,
        image_shape: tuple[int, int, int],
        cache: bool | str = "auto",
        name: Callable[[], str] = lambda: "",
        budget: Budget | None = None,
    ):
        self.image_shape = image_shape
        image_bytes = math.prod(image_shape)
        wanted_bytes = files * image_bytes
        budget = memory_budget() if budget is None else budget
        taken_bytes = wanted_bytes if cache is True else budget.take(wanted_bytes, image_bytes)
        if cache is not True:
            weakref.finalize(self, budget.give_back, taken_bytes)
        in_memory, file = taken_bytes // image_bytes, None
        if isinstance(cache, str) and cache != "auto" and in_memory < files:
            file = _open_file(Path(cache), name(), files - in_memory, image_bytes)
        say = partial(_unwritable, None if file is None else file.path)
        try:
            self._rows = RowStore(files, image_shape, np.dtype(np.uint8), in_memory, file, say)
        except MemoryError as fault:
            raise DataError(
                "cache=True",
                "must fit the memory",
                f"{files:,} images of {image_bytes:,} bytes",
                'Say cache="auto", which keeps what fits.',
            ) from fault

    @property
    def in_memory(self) -> int:
        """How many images, from the first on, have room in memory."""
        return self._rows.in_memory

    @property
    def is_full(self) -> bool:
        """Whether every image that has room in memory was kept once."""
        return bool(self._rows.stamps[: self.in_memory, 0].all())

    def get(self, place: int, file: str) -> np.ndarray | None:
        """The image, read-only; None if it is not kept or the file has changed."""
        return self._rows.get(place, stamp_of(file)) if self._rows.holds(place) else None

    def keep(self, place: int, file: str, image_hwc: np.ndarray) -> None:
        """Keep an image that was just decoded; 16-bit images are left out."""
        if image_hwc.dtype != np.uint8 or image_hwc.shape != self.image_shape:
            return
        stamp = stamp_of(file) if self._rows.holds(place) else None
        if stamp is not None and not self._rows.keep(place, stamp, image_hwc):
            self._rows.file = None  # a full disk ends the keeping, not the training


def _open_file(folder: Path, name: str, rows: int, row_bytes: int) -> RowFile | None:
    """The rows kept in a folder; None, with a note, where the disk has no room for them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DataError(
            f'cache="{folder}"', "must be a folder that can be made", fault.strerror
        ) from fault
    try:
        return RowFile(row_bytes, folder / f"saccade-{name}.pixels", rows)
    except OSError as fault:
        note_once(_unwritable(folder, fault))
        return None


def _unwritable(path: Path | None, fault: OSError) -> str:
    return (
        f'cache: "{path}" cannot be written ({fault.strerror}), so the images beyond the memory '
        "budget are decoded in every epoch."
    )


def store_name(files: Sequence[str], reading: object) -> str:
    """A name that stands for these files read in this way, 16 hexadecimal digits."""
    whole = hashlib.sha256(repr(reading).encode())
    for file in files:
        whole.update(os.fsencode(os.path.abspath(file)) + b"\0")
    return whole.hexdigest()[:16]


def memory_budget() -> Budget:
    """What all stores of this process may keep: a quarter of the memory, 4 GiB at most."""
    global _budget
    if _budget is None:
        _budget = Budget(min(LARGEST_BUDGET_BYTES, int(SHARE_OF_MEMORY * _memory_bytes())))
    return _budget


_budget: Budget | None = None


def _memory_bytes() -> int:
    """The memory of this machine, or of the container if that has less; 8 GiB if it won't tell."""
    try:
        machine_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        machine_bytes = 8 * 2**30
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        limit = "max"
    return min(machine_bytes, int(limit)) if limit.isdecimal() else machine_bytes


def stamp_of(file: str) -> tuple[int, int] | None:
    """What changes with a file, never (0, ...); None where there is no such file."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_size + 1, status.st_mtime_ns
