"""Progbar: the line of progress that a loop of the user's own draws."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from saccade.errors import InvalidArgument
from saccade.numerics.tensors.conversion import as_tensor
from saccade.printing import put


class Progbar:
    """Prints how far a loop has come, with the means of numbers on the way.

    Args:
        target: how many steps there are; None where nobody knows.
        width: letters in the bar.
        verbose: 0 nothing, 1 a bar that is drawn over, 2 one line at the end.
        interval: seconds from one drawing to the next.
        stateful_metrics: names whose numbers are shown as they come; all others are averaged.
        stateless_metrics: or names that are averaged, while all others are shown as they come.
        unit_name: what a step is called.

    Raises:
        InvalidArgument: both lists of names.

    Source: `keras.utils.Progbar`.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise InvalidArgument("Progbar", "takes one list of names", "both")
        self.target, self.width, self.verbose = target, width, verbose
        self.interval, self.unit_name = interval, unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.seen_so_far = 0
        self._sums: dict[str, tuple[float, float]] = {}
        self._began = time.monotonic()
        self._drawn = -1.0

    def update(
        self, current: int, values: Sequence[tuple[str, Any]] | None = None, finalize: Any = None
    ) -> None:
        """Draw that `current` steps are done.

        Args:
            values: (name, number) pairs of the steps since the last call; of arrays and lists
                the mean is shown.
            finalize: whether the line ends; None where `current` reaches the target.
        """
        done = self.target is not None and current >= self.target if finalize is None else finalize
        steps = max(current - self.seen_so_far, 1)
        for name, value in values or ():
            self._follow(name, float(as_tensor(value).double().mean()), steps)
        self.seen_so_far = current
        now = time.monotonic()
        if self.verbose == 1 and (done or now - self._drawn >= self.interval):
            self._drawn = now
            put("\r" + self._line(now) + ("\n" if done else ""))
        elif self.verbose == 2 and done:
            put(self._line(now) + "\n")

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """Draw that `n` more steps are done."""
        self.update(self.seen_so_far + n, values)

    def _follow(self, name: str, value: float, steps: int) -> None:
        averaged = name not in self.stateful_metrics
        if self.stateless_metrics is not None:
            averaged = name in self.stateless_metrics
        total, count = self._sums.get(name, (0.0, 0.0)) if averaged else (0.0, 0.0)
        self._sums[name] = (total + value * steps, count + steps)

    def _line(self, now: float) -> str:
        known = self.target if self.target is not None else "Unknown"
        share = self.seen_so_far / self.target if self.target else 0.0
        full = min(int(share * self.width), self.width)
        bar = f" {'━' * full}{'─' * (self.width - full)}" if self.target is not None else ""
        each = (now - self._began) / max(self.seen_so_far, 1)
        numbers = "".join(
            f" - {name}: {total / count:.4f}" for name, (total, count) in self._sums.items()
        )
        return f"{self.seen_so_far}/{known}{bar} {each:.3f}s/{self.unit_name}{numbers}"
