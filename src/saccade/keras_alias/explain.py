"""`--explain`: after a script, what was translated, what was warned of, and where its time went."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
from collections import defaultdict
from importlib import import_module

from saccade.keras_alias.limits import EpochLimits
from saccade.notes import logger
from saccade.shown_text import shown_lines
from saccade.timers import (
    BACKWARD,
    COMPILED,
    EPOCH,
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
        notes: (module, kind, text) of all that saccade had to say.
    """

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds: defaultdict[Span, float] = defaultdict(float)
        self.notes: list[tuple[str, str, str]] = []
        self._inside: list[tuple[Span, float]] = []  # the open spans, and when each began

    def begin(self, span: Span) -> None:
        if span is EPOCH:  # all that is in it has spans of its own; `EpochLimits` listens to it
            return
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
        """Take a note down; a filter of the logger. It is said once, in the explanation."""
        text = getattr(record, "text", record.getMessage())
        self.notes.append((getattr(record, "said_by", ""), getattr(record, "kind", ""), text))
        return False

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
    logger.setLevel(logging.DEBUG)  # the notes of a kind after the first are for who debugs
    listen(told)
    listen(limits := EpochLimits())
    atexit.register(_print, told, limits)


def is_guard(module: str) -> bool:
    """Whether the notes of a module warn of the data."""
    return any(f"{module}.".startswith(f"{guard}.") for guard in GUARDS)


def _print(told: Explanation, limits: EpochLimits) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    console.print("\nWhat saccade did", style="bold")
    for title, guards in (("translated", False), ("warned of", True)):
        notes = [one for one in told.notes if is_guard(one[0]) is guards]
        console.print(f"{title}: {len(notes) or 'nothing'}")
        for _, kind, text in notes:
            if not kind:
                console.print(f"  {shown_lines(text)}", markup=False, soft_wrap=True)
        for block in dict.fromkeys(kind for _, kind, _ in notes if kind):
            console.print(f"  {block}:")
            for _, kind, text in notes:
                if kind == block:
                    console.print(f"    {shown_lines(text)}", markup=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("where the time went")
    table.add_column("s", justify="right")
    table.add_column("%", justify="right")
    total = sum(seconds for _, seconds in told.rows())
    for what, seconds in told.rows():
        table.add_row(what, f"{seconds:.1f}", f"{seconds / total:.0%}")
    console.print(table)
    if rows := limits.rows():
        console.print(f"\nthe limit of this machine: {limits.peak_in_words()}", style="bold")
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for title in ("epoch", "s", "of the limit"):
            table.add_column(title, justify="right")
        table.add_column("the rest went mostly into")
        for number, row in enumerate(rows, 1):
            table.add_row(str(number), f"{row.seconds:.1f}", f"{row.share:.0%}", row.held_back_by)
        console.print(table)
    sys.stderr.flush()
