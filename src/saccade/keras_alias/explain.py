"""`--explain`: after a script, what was translated, what was warned of, and where its time went."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
from collections import defaultdict
from importlib import import_module

from saccade.notes import logger
from saccade.shown_text import shown_lines
from saccade.timers import (
    BACKWARD,
    COMPILED,
    EVALUATE,
    FEATURES,
    FORWARD,
    PREDICT,
    UPDATE,
    VALIDATION,
    WAITING,
    Span,
    listen,
)

GUARDS = ("saccade.models.trainer", "saccade.data", "saccade.training.loop")
"""Modules whose notes warn of the data; all others tell what was translated or done."""

ORDER = (
    WAITING, FORWARD, BACKWARD, COMPILED, UPDATE, VALIDATION, FEATURES, EVALUATE, PREDICT,
)  # fmt: skip

_MAIN = threading.main_thread()


class Explanation:
    """What a process did with saccade, collected while it runs; a listener of `timers`.

    Attributes:
        seconds: by the spans that they went into, without what went into another span inside; a
            validation counts whole.
        notes: (module, text) of all that saccade said.
    """

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds: defaultdict[Span, float] = defaultdict(float)
        self.notes: list[tuple[str, str]] = []
        self._inside: list[tuple[Span, float]] = []  # the open spans, and when each began

    def begin(self, span: Span) -> None:
        if threading.current_thread() is _MAIN and not self._validates():
            self._inside.append((span, time.perf_counter()))

    def end(self, span: Span) -> None:
        # A span that began unheard, inside a validation or before anybody listened, ends so too.
        if threading.current_thread() is not _MAIN or not self._inside:
            return
        if self._inside[-1][0] is not span:
            return
        spent = time.perf_counter() - self._inside.pop()[1]
        self.seconds[span] += spent
        if self._inside:
            self.seconds[self._inside[-1][0]] -= spent

    def _validates(self) -> bool:
        return bool(self._inside) and self._inside[-1][0] is VALIDATION

    def heard(self, record: logging.LogRecord) -> bool:
        """Take a note down; a filter of the logger that lets everything pass."""
        module = getattr(record, "said_by", "")
        self.notes.append((module, record.getMessage().removeprefix("saccade: ")))
        return True

    def rows(self) -> list[tuple[str, float]]:
        """(what, seconds): each span that took any time, and the rest of the process's."""
        rest = time.perf_counter() - self.began - sum(self.seconds.values())
        named = [(span.name, self.seconds[span]) for span in ORDER if self.seconds[span] > 0]
        return [*named, ("everything else", rest)]


def explain() -> None:
    """Watch this process from here on, and print the explanation on stderr when it ends."""
    import_module("saccade.models")  # so that loading torch is no part of the script's time
    told = Explanation()
    logger.addFilter(told.heard)
    listen(told)
    atexit.register(_print, told)


def is_guard(module: str) -> bool:
    """Whether the notes of a module warn of the data."""
    return any(f"{module}.".startswith(f"{guard}.") for guard in GUARDS)


def _print(told: Explanation) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    console.print("\nWhat saccade did", style="bold")
    for title, guards in (("translated", False), ("warned of", True)):
        notes = [text for module, text in told.notes if is_guard(module) is guards]
        console.print(f"{title}: {len(notes) or 'nothing'}")
        for text in notes:
            console.print(f"  {shown_lines(text)}", soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("where the time went")
    table.add_column("s", justify="right")
    table.add_column("%", justify="right")
    total = sum(seconds for _, seconds in told.rows())
    for what, seconds in told.rows():
        table.add_row(what, f"{seconds:.1f}", f"{seconds / total:.0%}")
    console.print(table)
    sys.stderr.flush()
