"""The C allocator's habits, which decide how fast a training step on the CPU is.

glibc gives a large buffer back to the kernel as soon as it is freed and asks for a new one, zeroed
page by page, in the next step. Training frees and asks for the same buffers hundreds of times a
second, so it pays to let the process keep them (`benchmarks/lenet/lenet_variants.py`
has the figures).
"""

from __future__ import annotations

import ctypes
import os
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 2**31 - 1  # mallopt takes an int
_done = False


def keep_freed_memory() -> bool:
    """Ask glibc to keep freed buffers for the next step; once in a process.

    Does nothing where there is no glibc, or where the user has set MALLOC_ thresholds.

    Returns:
        Whether glibc took it.
    """
    global _done
    if _done or not sys.platform.startswith("linux"):
        return _done
    if any(name in os.environ for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")):
        return False
    try:
        libc = ctypes.CDLL("libc.so.6")
        took = libc.mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES) == 1
        _done = libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES) == 1 and took
    except (OSError, AttributeError):  # musl: another allocator with other habits
        return False
    return _done
