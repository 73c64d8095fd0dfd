"""Feed: the batches of a run, taken from a source pass after pass as long as the loop asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from saccade.data.sources.source import Batch, Source
from saccade.timers import WAITING


class Feed:
    """Reads a source from where the last read stopped.

    Args:
        source: what to read.
        steps: batches to a turn; None makes every turn one whole pass. A number above or below
            the length of a pass goes round the data: each turn takes up where the last ended.
        look: shown the first images, before anything is done with them.

    Attributes:
        prefix: what the loop calls on the images before the rest of the model; None for nothing.
    """

    def __init__(
        self, source: Source, steps: int | None = None, look: Callable[[Any], None] | None = None
    ):
        self.source = source
        self.steps = steps
        self.look = look
        self.prefix: Callable[[Any], Any] | None = None
        self.pass_number = 0
        self.batch = 0
        self.ended = False
        self.waited_s = 0.0  # for batches, so far
        self._reader: Iterator[Batch] | None = None
        self._ahead: Batch | None = None

    @property
    def turn(self) -> int | None:
        """How many batches a turn has, when that is known."""
        return self.source.batches if self.steps is None else self.steps

    @property
    def images(self) -> int:
        """About how many samples a turn brings; 0 where that is not known."""
        samples, batches = self.source.samples or 0, self.source.batches
        if self.steps is None:
            return samples
        return samples * self.steps // batches if batches else 0

    def take(self, done: int = 0) -> Iterator[Batch]:
        """The batches of one turn, the first `done` of them already read before."""
        if not done:
            self.source.begin_turn()
        yield from self._taken(done)
        self.source.end_turn()

    def _taken(self, done: int) -> Iterator[Batch]:
        while self.steps is None or done < self.steps:
            batch = self._next()
            if batch is None:
                self._new_pass()
                if self.steps is None or not self.source.restarts:
                    self.ended = not self.source.restarts
                    return
                batch = self._next()
                if batch is None:  # a pass without a single batch
                    self.ended = True
                    return
            done += 1
            yield batch

    def rewind(self) -> None:
        """Start the next turn at the beginning of the data."""
        if self.batch:
            self._new_pass()

    def runs_dry(self) -> bool:
        """Whether a source that can be read once has nothing left."""
        if self.source.restarts:
            return False
        self._ahead = self._next()
        return self._ahead is None

    def _next(self) -> Batch | None:
        if self._ahead is not None:
            batch, self._ahead = self._ahead, None
            return batch
        with WAITING:
            if self._reader is None:
                self._reader = self.source.read(self.pass_number, self.batch)
            began = time.perf_counter()
            batch = next(self._reader, None)
            self.waited_s += time.perf_counter() - began
            if batch is not None:
                self.batch += 1
                if self.look is not None:
                    self.look(batch[0])
                    self.look = None
            return batch

    def switch(self, source: Source) -> None:
        """Go on with the batches of another source, from the same place on."""
        self.source = source
        self._reader = None

    def _new_pass(self) -> None:
        self._reader = None
        self.pass_number += 1
        self.batch = 0

    def state(self) -> dict[str, Any]:
        """The place in the data; a batch that was only looked at counts as not read."""
        return {
            "pass_number": self.pass_number,
            "batch": self.batch - (self._ahead is not None),
            "ended": self.ended,
            "source": self.source.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`."""
        self._reader = self._ahead = None
        self.pass_number, self.batch = state["pass_number"], state["batch"]
        self.ended = state["ended"]
        self.source.restore(state["source"])
