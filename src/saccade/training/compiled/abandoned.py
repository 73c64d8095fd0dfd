"""Abandoned: threads whose work nobody waits for any more, ended before Python itself ends.

Python ends a thread that is left by unwinding it, wherever it is. Inside torch's C++ that aborts
the process, after a run that went well.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import sys
import threading
import time

from saccade.disk.regular_file import read_text
from saccade.errors import SaccadeError

PATIENCE_S = 4.0  # the end of a script waits no longer
_ASKED_EVERY_S = 0.2


def end_before_python(thread: threading.Thread) -> None:
    """Let a thread go on, but end it, and the processes that it started, when Python ends."""
    atexit.register(_end, thread)


def _end(thread: threading.Thread) -> None:
    limit = time.monotonic() + PATIENCE_S
    while thread.is_alive() and time.monotonic() < limit:
        _raise_in(thread)
        for process in _started_by(thread):
            with contextlib.suppress(OSError):  # it has just ended
                os.kill(process, signal.SIGTERM)
        thread.join(_ASKED_EVERY_S)
    if thread.is_alive():  # in C++ for longer: only an end without clearing up is left
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(0 if getattr(sys, "last_type", None) is None else 1)


def _raise_in(thread: threading.Thread) -> None:
    """Raise SystemExit in a thread, at its next step in Python."""
    ident = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit))


def _started_by(thread: threading.Thread) -> list[int]:
    """The processes that a thread started and that still run, where the system tells (Linux)."""
    try:
        words = read_text(f"/proc/self/task/{thread.native_id}/children")
    except SaccadeError:
        return []
    return [int(word) for word in words.split()]
