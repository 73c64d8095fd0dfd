"""Reading many files once in threads, and finding those that cannot be decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from saccade.data.generator.image_reading import ImageReading
from saccade.data.pixel_store import stamp_of
from saccade.errors import SaccadeError

T = TypeVar("T")
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

    def read_and_drop(file: str) -> None:
        read(file)

    found = enumerate(read_all(files, read_and_drop, pool, tick))
    return {place: fault for place, fault in found if fault is not None}


def read_all(
    files: Sequence[str],
    read: Callable[[str], T],
    pool: Executor,
    tick: Callable[[int], None] = lambda done: None,
) -> Iterator[T | SaccadeError]:
    """What each file gives, in order, read in threads; where one cannot be read, its error.

    At most `AT_A_TIME` results wait to be taken.

    Args:
        files, pool, tick: as for `find_unreadable`.
        read: reads one; it raises a SaccadeError where it cannot.
    """

    def read_one(file: str) -> T | SaccadeError:
        try:
            return read(file)
        except SaccadeError as fault:
            return fault.without_frames()

    for start in range(0, len(files), AT_A_TIME):
        yield from pool.map(read_one, files[start : start + AT_A_TIME])
        tick(min(start + AT_A_TIME, len(files)))


_LATEST: dict[int, dict[int, SaccadeError]] = {}


def unreadable_files(
    files: Sequence[str], reading: ImageReading, pool: Executor
) -> dict[int, SaccadeError]:
    """`find_unreadable`, remembered while the files stay as they are: a training and a validation
    subset look at the same folder."""
    key = hash((reading, tuple(files), tuple(map(stamp_of, files))))
    if key not in _LATEST:
        faults = find_unreadable(files, reading.read, pool)
        while len(_LATEST) >= MOST_REMEMBERED:
            _LATEST.pop(next(iter(_LATEST)))
        _LATEST[key] = faults
    return _LATEST[key]
