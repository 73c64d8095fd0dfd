"""Readable: which files of a data set can be decoded, found before training begins."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from saccade.data.generator.row_reading import ImageReading
from saccade.errors import SaccadeError

MOST_REMEMBERED = 4  # folders whose faulty files are remembered
AT_A_TIME = 512  # files handed to the threads together: the images of no more are in memory


def find_unreadable(
    files: Sequence[str],
    read: Callable[[str], object],
    pool: Executor,
    tick: Callable[[int], None] = lambda done: None,
) -> dict[int, SaccadeError]:
    """Read every file once, in threads; what is wrong with those that cannot be read.

    Args:
        files: the paths.
        read: reads one; it raises a SaccadeError where it cannot. What it returns is dropped.
        pool: the threads.
        tick: told how many files are done, from time to time.

    Returns:
        The error of each faulty file by its place in `files`, in their order.

    Example:
        >>> import tempfile, pathlib
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from saccade.data import decode
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "note.jpg"
        >>> _ = path.write_text("not a picture")
        >>> with ThreadPoolExecutor() as pool:
        ...     list(find_unreadable([str(path)], decode, pool))
        [0]
    """

    def fault_of(file: str) -> SaccadeError | None:
        try:
            read(file)
        except SaccadeError as fault:
            return without_frames(fault)
        return None

    faults: dict[int, SaccadeError] = {}
    for start in range(0, len(files), AT_A_TIME):
        found = pool.map(fault_of, files[start : start + AT_A_TIME])
        faults |= {place: fault for place, fault in enumerate(found, start) if fault is not None}
        tick(min(start + AT_A_TIME, len(files)))
    return faults


def without_frames(fault: SaccadeError) -> SaccadeError:
    """The same error for keeping: its traceback would hold on to the pixels that were read."""
    fault.__cause__ = fault.__context__ = None
    return fault.with_traceback(None)


_LATEST: dict[int, dict[int, SaccadeError]] = {}


def unreadable_files(
    files: Sequence[str], reading: ImageReading, pool: Executor
) -> dict[int, SaccadeError]:
    """`find_unreadable`, remembered while the files stay as they are: a training and a validation
    subset look at the same folder."""
    key = hash((reading, tuple(files), tuple(_stamp(file) for file in files)))
    if key not in _LATEST:
        faults = find_unreadable(files, reading.read, pool)
        while len(_LATEST) >= MOST_REMEMBERED:
            _LATEST.pop(next(iter(_LATEST)))
        _LATEST[key] = faults
    return _LATEST[key]


def _stamp(file: str) -> tuple[int, int]:
    try:
        status = os.stat(file)
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
