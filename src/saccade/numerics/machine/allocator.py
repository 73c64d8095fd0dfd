"""The C allocator's habits, which decide how fast a network runs on the CPU.

glibc gives a large buffer back to the kernel as soon as it is freed and asks for a new one, zeroed
page by page, in the next step. A network asks for the same buffers and frees them with every batch,
so it pays to let the process keep them (`benchmarks/lenet/lenet_variants.py` has the figures).
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 2**31 - 1  # mallopt takes an int


@cache  # asked at every call of a network
def keep_freed_memory() -> bool:
    """Ask glibc to keep freed buffers for the next batch; once in a process.

    Does nothing where there is no glibc, or where the user has set MALLOC_ thresholds.

    Returns:
        Whether glibc took it.
    """
    if not sys.platform.startswith("linux"):
        return False
    if any(name in os.environ for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")):
        return False
    try:
        libc = ctypes.CDLL("libc.so.6")
        took = libc.mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES) == 1
        return libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES) == 1 and took
    except (OSError, AttributeError):  # musl: another allocator with other habits
        return False
