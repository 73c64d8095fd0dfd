"""Interrupts: a first Ctrl-C or SIGTERM waits until the state is saved; a second one does not."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.errors import SaccadeError

_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
_GIVING_WAY: weakref.WeakSet[Any] = weakref.WeakSet()


def give_way(handler: Any) -> Any:
    """The handler, of saccade's own, in whose place `Interrupts` may hear while `fit` runs."""
    _GIVING_WAY.add(handler)
    return handler


class Interrupts:
    """Hears SIGINT and SIGTERM from `begin` to `end`.

    Only in the main thread, where Python lets handlers be set, and only a signal whose handler is
    Python's own: one that the user has set stays his.

    Attributes:
        came: the first signal that came, None as long as none did.
        again: whether a second one came: nobody should wait for anything any more.
    """

    def __init__(self):
        self.came: signal.Signals | None = None
        self.again = False
        self._at_once = False
        self._before: dict[signal.Signals, Any] = {}

    def begin(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number, default in _DEFAULTS.items():
            handler = signal.getsignal(number)
            if handler == default or handler in _GIVING_WAY:
                self._before[number] = signal.signal(number, self._hear)

    def end(self) -> None:
        """Put back the handlers that were there before."""
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """While nothing is trained: the first signal ends what runs inside, too."""
        self._at_once = True
        try:
            if self.came is not None:
                self.stop()
            yield
        finally:
            self._at_once = False

    def stop(self) -> None:
        """End as the signal that came would have.

        Raises:
            KeyboardInterrupt: for SIGINT. SystemExit: 143, for SIGTERM.
        """
        if self.came is signal.SIGTERM:
            raise SystemExit(128 + signal.SIGTERM)
        raise KeyboardInterrupt

    def _hear(self, number: int, frame: Any) -> None:
        if self.came is None:
            self.came = signal.Signals(number)
            if self._at_once:
                self.stop()
            _say("stopping after this step, when all is saved; once more stops at once")
            return
        self.again = True
        if number == signal.SIGTERM:  # as if nobody had listened
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
        raise KeyboardInterrupt


def _say(text: str) -> None:
    """To whoever looks at the terminal, from within a handler, where streams may be in use."""
    try:
        os.write(2, f"\nsaccade: {text}.\n".encode())
    except OSError:
        return


def how_to_go_on() -> str:
    """What the user does to go on: the command line of this process, as it is typed."""
    if not hasattr(sys.modules.get("__main__"), "__file__"):  # a notebook, or a prompt
        return "Call fit again to go on, with the same callback and the model as it was made."
    command = shlex.join([os.path.basename(sys.orig_argv[0]), *sys.orig_argv[1:]])
    return f"Run the same command again to go on: {command}"


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an error is no error of the program, but somebody's wish to end it."""
    return isinstance(error, (KeyboardInterrupt, SystemExit)) and not isinstance(
        error, SaccadeError
    )
