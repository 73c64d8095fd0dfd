"""`--explain`: after a script, what was translated, what was warned of, and where its time went."""

from __future__ import annotations

import atexit
import functools
import logging
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

GUARDS = ("saccade.models.trainer", "saccade.data", "saccade.training.loop")
"""Modules whose notes warn of the data; all others tell what was translated or done."""

WAITING, FORWARD, BACKWARD = "waiting for data", "forward, loss and metrics", "backward"
COMPILED, UPDATE = "forward and backward, compiled", "update of the weights"
VALIDATION, FEATURES = "validation", "features computed once"
EVALUATE, PREDICT = "evaluate", "predict"
ORDER = (
    WAITING, FORWARD, BACKWARD, COMPILED, UPDATE, VALIDATION, FEATURES, EVALUATE, PREDICT,
)  # fmt: skip

_MAIN = threading.main_thread()


class Explanation:
    """What a process did with saccade, collected while it runs.

    Attributes:
        seconds: by what they were spent on, without what was spent on another such thing inside;
            a validation counts whole.
        notes: (module, text) of all that saccade said.
    """

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.notes: list[tuple[str, str]] = []
        self._inside: list[str] = []

    def timed(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time counted as `what`."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            if VALIDATION in self._inside or threading.current_thread() is not _MAIN:
                return function(*arguments, **named)
            self._inside.append(what)
            began = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent = time.perf_counter() - began
                self._inside.pop()
                self.seconds[what] += spent
                if self._inside:
                    self.seconds[self._inside[-1]] -= spent

        return call

    def heard(self, record: logging.LogRecord) -> bool:
        """Take a note down; a filter of the logger that lets everything pass."""
        module = getattr(record, "said_by", "")
        self.notes.append((module, record.getMessage().removeprefix("saccade: ")))
        return True

    def rows(self) -> list[tuple[str, float]]:
        """(what, seconds): what took any time, and the rest of the process's."""
        rest = time.perf_counter() - self.began - sum(self.seconds.values())
        named = [(what, self.seconds[what]) for what in ORDER if self.seconds[what] > 0]
        return [*named, ("everything else", rest)]


def explain() -> None:
    """Watch this process from here on, and print the explanation on stderr when it ends."""
    import torch

    from saccade.models.trainer import Trainer
    from saccade.notes import logger
    from saccade.optimizers.optimizer import Optimizer
    from saccade.training import loop
    from saccade.training.compiled.compiled_step import CompiledStep
    from saccade.training.features.feature_reuse import FeatureReuse
    from saccade.training.feed import Feed

    told = Explanation()
    logger.addFilter(told.heard)
    for owner, name, what in (
        (loop, "train_step", FORWARD),
        (torch.autograd, "grad", BACKWARD),
        (CompiledStep, "__call__", COMPILED),
        (Optimizer, "step", UPDATE),
        (Feed, "_next", WAITING),
        (loop, "_validate", VALIDATION),
        (FeatureReuse, "begin", FEATURES),
        (Trainer, "evaluate", EVALUATE),
        (Trainer, "predict", PREDICT),
    ):
        setattr(owner, name, told.timed(what, getattr(owner, name)))
    atexit.register(_print, told)


def _print(told: Explanation) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(stderr=True, highlight=False)
    console.print("\nWhat saccade did", style="bold")
    for title, guards in (("translated", False), ("warned of", True)):
        notes = [text for module, text in told.notes if module.startswith(GUARDS) is guards]
        console.print(f"{title}: {len(notes) or 'nothing'}")
        for text in notes:
            console.print(f"  {text}", markup=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("where the time went")
    table.add_column("s", justify="right")
    table.add_column("%", justify="right")
    total = sum(seconds for _, seconds in told.rows())
    for what, seconds in told.rows():
        table.add_row(what, f"{seconds:.1f}", f"{seconds / total:.0%}")
    console.print(table)
    sys.stderr.flush()
