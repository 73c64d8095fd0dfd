"""Stage: one step of a dataset, which reads the steps before it.

A visit is one iteration of a whole chain. Stages are opened together, in the thread that iterates,
before anything is read: so what a visit draws does not depend on how far a thread has read ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

INFINITE, UNKNOWN = -1, -2  # tf.data's numbers for lengths that are none


@dataclass
class Visit:
    """One iteration of a chain.

    Attributes:
        numbers: how many visits each shuffle has had before this one.
        laps: how often each `repeat` around the stage has begun again.
    """

    numbers: dict[int, int] = field(default_factory=dict)
    laps: tuple[int, ...] = ()

    def lap(self, number: int) -> Visit:
        """The same visit inside another round of a `repeat`."""
        return Visit(self.numbers, (*self.laps, number))


class Stage:
    """One step of a dataset.

    Attributes:
        inner: the stages it reads.
        shares: its elements are kept elsewhere too, and must not be written to.
        any_rows: the first size of its elements may change (batches, of which the last is short).
    """

    inner: tuple[Stage, ...] = ()
    shares = False
    any_rows = False

    def __init__(self, *inner: Stage):
        self.inner = inner
        self.shares = any(stage.shares for stage in inner)
        self.any_rows = any(stage.any_rows for stage in inner)

    def length(self) -> int:
        """How many elements a visit gives, INFINITE or UNKNOWN."""
        return self.inner[0].length()

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        """The elements of a visit from number `start` on."""
        raise NotImplementedError

    def positions(self) -> list[int]:
        """What the next visit draws from: the numbers of all shuffles, and their seeds."""
        return [number for stage in self.inner for number in stage.positions()]

    def restore(self, positions: list[int]) -> list[int]:
        """Take over the first of these `positions()`; returns the rest."""
        for stage in self.inner:
            positions = stage.restore(positions)
        return positions


class StageChain:
    """What the methods of `Dataset` have in common: a chain of stages that can be made longer."""

    stage: Stage

    def _then(self, stage: Stage, keeps_order: bool = False) -> Self:
        raise NotImplementedError

    @classmethod
    def _of(cls, stage: Stage) -> Self:
        raise NotImplementedError


def drop(items: Iterator[Any], count: int) -> Iterator[Any]:
    """The items after the first `count`."""
    for number, item in enumerate(items):
        if number >= count:
            yield item
