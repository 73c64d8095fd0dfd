"""Pool: the threads that read and change images, shared by everything in a process."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from saccade.errors import InvalidArgument

_pools: dict[int, ThreadPoolExecutor] = {}


def workers(count: int | None = None) -> ThreadPoolExecutor:
    """The process's pool of `count` threads; as many as it may use processors when None.

    Pillow, OpenCV and NumPy let go of Python's lock while they work on pixels, so threads use all
    processors and there is no process to fork, to feed or to leave behind.
    """
    size = processors() if count is None else count
    pool = _pools.get(size)
    if pool is None:
        pool = _pools[size] = ThreadPoolExecutor(size, thread_name_prefix="saccade-images")
    return pool


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_workers(count: int | None) -> int | None:
    """The number of threads, None for the machine's; raise InvalidArgument unless it is one."""
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
        raise InvalidArgument(
            "workers", "must be None or a number of threads, 0 for none", repr(count)
        )
    return count


# A forked child has the pools but not their threads: work given to them would wait for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pools.clear)
