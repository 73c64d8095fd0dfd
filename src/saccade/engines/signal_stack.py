"""Signal stack: the memory on which a thread's signal handlers run, kept as it was.

OpenVINO gives the thread that compiles a network a stack of its own, and puts the earlier one back
when the network is freed. Of several networks that are freed in another order, a freed stack is put
back, and the next Ctrl-C ends the process without a word.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class SignalStack(ctypes.Structure):
    """`stack_t` of Linux: where the stack begins, flags, and its bytes."""

    _fields_ = (
        ("start", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("size", ctypes.c_size_t),
    )


def signal_stack() -> SignalStack:
    """This thread's; none has flags of 2."""
    stack = SignalStack()
    _libc().sigaltstack(None, ctypes.byref(stack))
    return stack


@contextmanager
def signal_stack_kept() -> Iterator[None]:
    """Put this thread's stack back, whatever is done inside; on Linux, elsewhere nothing."""
    if sys.platform != "linux":
        yield
        return
    before = signal_stack()
    try:
        yield
    finally:
        _libc().sigaltstack(ctypes.byref(before), None)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
