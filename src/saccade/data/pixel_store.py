"""PixelStore: decoded images kept for the next epoch, in memory and, if asked, in a folder."""

from __future__ import annotations

import hashlib
import math
import os
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from saccade.data.fork_safe_lock import ForkSafeLock
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
        self.in_memory = taken_bytes // image_bytes
        # Untouched pages of an empty array cost nothing: memory grows with what is kept.
        try:
            self._rows = np.empty((self.in_memory, *image_shape), dtype=np.uint8)
        except MemoryError as fault:
            raise DataError(
                "cache=True",
                "must fit the memory",
                f"{files:,} images of {image_bytes:,} bytes",
                'Say cache="auto", which keeps what fits.',
            ) from fault
        self._stamps = np.zeros((files, 2), dtype=np.int64)  # size + 1, time; 0: not kept
        self._disk: _DiskRows | None = None
        if isinstance(cache, str) and cache != "auto" and self.in_memory < files:
            rows = files - self.in_memory
            self._disk = _open_rows(Path(cache), name(), rows, image_shape)

    @property
    def is_full(self) -> bool:
        """Whether every image that has room in memory was kept once."""
        return bool(self._stamps[: self.in_memory, 0].all())

    def get(self, place: int, file: str) -> np.ndarray | None:
        """The image, read-only; None if it is not kept or the file has changed."""
        if place >= self.in_memory and self._disk is None:
            return None
        stamp = stamp_of(file)
        if place < self.in_memory:
            kept = stamp is not None and tuple(self._stamps[place]) == stamp
            return self._rows[place] if kept else None
        assert self._disk is not None
        return self._disk.get(place - self.in_memory, stamp)

    def keep(self, place: int, file: str, image_hwc: np.ndarray) -> None:
        """Keep an image that was just decoded; 16-bit images are left out."""
        if image_hwc.dtype != np.uint8 or image_hwc.shape != self.image_shape:
            return
        if place >= self.in_memory and self._disk is None:
            return
        stamp = stamp_of(file)
        if stamp is None:
            return
        if place < self.in_memory:
            self._rows[place] = image_hwc
            self._stamps[place] = stamp  # last: a reader that sees it finds the row whole
        elif self._disk is not None and not self._disk.keep(
            place - self.in_memory, stamp, image_hwc
        ):
            self._disk = None


def _open_rows(
    folder: Path, name: str, rows: int, image_shape: tuple[int, int, int]
) -> _DiskRows | None:
    """The rows kept in a folder; None, with a note, where the disk has no room for them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DataError(
            f'cache="{folder}"', "must be a folder that can be made", fault.strerror
        ) from fault
    try:
        return _DiskRows(folder, name, rows, image_shape)
    except OSError as fault:
        _note_unwritable(folder, fault)
        return None


def _note_unwritable(path: Path, fault: OSError) -> None:
    note_once(
        f'cache: "{path}" cannot be written ({fault.strerror}), so the images beyond the memory '
        "budget are decoded in every epoch."
    )


class _DiskRows:
    """Rows of one file, with a file of stamps beside it; they outlive the process."""

    def __init__(self, folder: Path, name: str, rows: int, image_shape: tuple[int, int, int]):
        self.shape = image_shape
        self.row_bytes = math.prod(image_shape)
        self.lock = ForkSafeLock()
        self.path = folder / f"saccade-{name}.pixels"
        stamps_path = folder / f"saccade-{name}.stamps"
        for path, size_bytes in ((self.path, rows * self.row_bytes), (stamps_path, rows * 16)):
            if not path.exists() or path.stat().st_size != size_bytes:
                with open(path, "wb") as file:
                    file.truncate(size_bytes)
        self.pixels = open(self.path, "r+b", buffering=0)  # noqa: SIM115 (kept open)
        self.stamps = open(stamps_path, "r+b", buffering=0)  # noqa: SIM115
        weakref.finalize(self, _close, self.pixels, self.stamps)
        kept = np.frombuffer(self.stamps.read(), dtype="<i8")
        self.kept = kept.reshape(rows, 2).copy()

    def get(self, row: int, stamp: tuple[int, int] | None) -> np.ndarray | None:
        if stamp is None or tuple(self.kept[row]) != stamp:
            return None
        with self.lock:
            self.pixels.seek(row * self.row_bytes)
            content = self.pixels.read(self.row_bytes)
        if len(content) != self.row_bytes:
            return None
        return np.frombuffer(content, dtype=np.uint8).reshape(self.shape)

    def keep(self, row: int, stamp: tuple[int, int], image_hwc: np.ndarray) -> bool:
        """Whether it could be written; a full disk ends the keeping, not the training."""
        try:
            with self.lock:
                self.pixels.seek(row * self.row_bytes)
                self.pixels.write(np.ascontiguousarray(image_hwc).data)
                self.stamps.seek(row * 16)
                self.stamps.write(np.array(stamp, dtype="<i8").tobytes())
        except OSError as fault:
            _note_unwritable(self.path, fault)
            return False
        self.kept[row] = stamp
        return True


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


def _close(*files: object) -> None:
    for file in files:
        file.close()  # type: ignore[attr-defined]
