"""Interrupts: a Ctrl-C that waits until what must not be cut short is done; SIGTERM like it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.training.resuming.interrupts import give_way


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let a Ctrl-C or SIGTERM that comes inside take effect at the end.

    Raises:
        KeyboardInterrupt: at the end, where one came. (As the handler before would have it.)
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in before.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread():
        before = {}
    came: list[tuple[Any, ...]] = []
    for number in before:
        signal.signal(number, lambda *details: came.append(details))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        handler: Any = before[came[-1][0]]
        handler(*came[-1])


@contextmanager
def sigterm_heard() -> Iterator[None]:
    """Let SIGTERM end what runs inside as Ctrl-C does, so that it can say how to go on.

    Raises:
        SystemExit: 143, where it came.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def end(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, give_way(end))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
