"""Stages that gather elements from other datasets, or up to a point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch
import torch.nn.functional as F

from saccade.data.dataset.element_stages import call_with
from saccade.data.dataset.elements import leaves_of, map_element, stack
from saccade.data.dataset.prefetch import close
from saccade.data.dataset.stage import INFINITE, UNKNOWN, Stage, Visit, drop
from saccade.errors import InvalidArgument


class Interleave(Stage):
    """Elements of the datasets that a function makes of each element, some datasets in turn.

    Args:
        function: gives the stage of such a dataset.
        cycle: how many datasets are open at a time.
        block: how many elements are taken from one before it is the next one's turn.
    """

    def __init__(self, inner: Stage, function: Callable[[Any], Stage], cycle: int, block: int):
        super().__init__(inner)
        self.function, self.cycle, self.block = function, cycle, block
        self.any_rows = False

    def length(self) -> int:
        return 0 if self.inner[0].length() == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._in_turn(self.inner[0].open(visit)), start)

    def _in_turn(self, items: Iterator[Any]) -> Iterator[Any]:
        places: list[Iterator[Any] | None] = [None] * self.cycle
        turn, ended, more = 0, 0, True
        while more or ended < self.cycle:
            here = places[turn]
            if here is None and more:
                element = next(items, items)
                more = element is not items
                if more:
                    places[turn] = here = self.function(element).open(Visit())
            taken = 0
            for element in islice(here or (), self.block):
                taken += 1
                yield element
            if taken < self.block:
                places[turn] = None
            ended = 0 if taken or more else ended + 1
            turn = (turn + 1) % self.cycle


class Shard(Stage):
    """Every n-th element, from number `first` on."""

    def __init__(self, inner: Stage, n: int, first: int):
        super().__init__(inner)
        self.n, self.first = n, first

    def length(self) -> int:
        count = self.inner[0].length()
        return count if count < 0 else max(0, -(-(count - self.first) // self.n))

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return islice(self.inner[0].open(visit, start * self.n), self.first, None, self.n)


class TakeWhile(Stage):
    """The elements before the first of which a function says no."""

    def __init__(self, inner: Stage, predicate: Callable[..., Any]):
        super().__init__(inner)
        self.predicate = predicate

    def length(self) -> int:
        return 0 if self.inner[0].length() == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._take(self.inner[0].open(visit)), start)

    def _take(self, items: Iterator[Any]) -> Iterator[Any]:
        try:
            for element in items:
                with torch.no_grad():
                    if not bool(call_with(self.predicate, element)):
                        return
                yield element
        finally:
            close(items)


class Counted(Stage):
    """The same elements, of which there are so many, as somebody says."""

    def __init__(self, inner: Stage, count: int):
        super().__init__(inner)
        self.count = count

    def length(self) -> int:
        return self.count

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return self.inner[0].open(visit, start)


class PaddedBatch(Stage):
    """So many elements at a time, those that are smaller filled up behind.

    Args:
        shapes: to fill up to, in the nest of an element; None for the largest of each batch.
        values: to fill up with, in that nest; None for 0.
    """

    def __init__(self, inner: Stage, size: int, shapes: Any, values: Any, drop_remainder: bool):
        super().__init__(inner)
        self.size, self.shapes, self.values = size, shapes, values
        self.drop_remainder = drop_remainder
        self.shares, self.any_rows = False, not drop_remainder

    def length(self) -> int:
        count = self.inner[0].length()
        if count < 0:
            return count
        return count // self.size if self.drop_remainder else -(-count // self.size)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return self._batches(self.inner[0].open(visit, start * self.size))

    def _batches(self, items: Iterator[Any]) -> Iterator[Any]:
        while group := list(islice(items, self.size)):
            if len(group) == self.size or not self.drop_remainder:
                yield stack(self._filled(group))

    def _filled(self, group: list[Any]) -> list[Any]:
        columns = [list(parts) for parts in zip(*map(leaves_of, group), strict=True)]
        shapes = self._beside(self.shapes, len(columns))
        values = self._beside(self.values, len(columns))
        made = [_fill(*one) for one in zip(columns, shapes, values, strict=True)]
        rows = []
        for number, element in enumerate(group):
            parts = iter(column[number] for column in made)
            rows.append(map_element(lambda _, parts=parts: next(parts), element))
        return rows

    def _beside(self, given: Any, count: int) -> list[Any]:
        if given is None:
            return [None] * count
        if count == 1:
            return [given[0] if isinstance(given, tuple) and len(given) == 1 else given]
        return list(given.values()) if isinstance(given, dict) else list(given)


def _fill(column: list[Any], shape: Any, value: Any) -> list[Any]:
    """Tensors of one shape, the smallest that holds all, or the one that is asked for."""
    if not torch.is_tensor(column[0]):
        return column
    largest = [max(sizes) for sizes in zip(*(one.shape for one in column), strict=True)]
    if shape is not None:
        asked = [-1 if n is None else int(n) for n in shape]
        wanted = [m if n < 0 else n for n, m in zip(asked, largest, strict=True)]
        if any(n < m for n, m in zip(wanted, largest, strict=True)):
            raise InvalidArgument("Dataset.padded_batch", f"shapes up to {wanted}", str(largest))
        largest = wanted
    filled = 0 if value is None else float(value)
    return [
        F.pad(one, [n for m, k in zip(largest[::-1], one.shape[::-1], strict=True)
                    for n in (0, m - k)], value=filled)
        for one in column
    ]  # fmt: skip


class Chosen(Stage):
    """One element after another, each out of the stage whose number the first stage gives."""

    def __init__(self, choice: Stage, stages: list[Stage], stop_on_empty: bool):
        super().__init__(choice, *stages)
        self.stop_on_empty = stop_on_empty

    def length(self) -> int:
        goes_on = self.inner[0].length() == INFINITE and not self.stop_on_empty
        return INFINITE if goes_on and any(s.length() < 0 for s in self.inner[1:]) else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        choice, *others = (stage.open(visit) for stage in self.inner)
        return drop(self._chosen(choice, others), start)

    def _chosen(self, choice: Iterator[Any], others: list[Iterator[Any]]) -> Iterator[Any]:
        open_ones = set(range(len(others)))
        for number in choice:
            place = int(number)
            element = next(others[place], others)
            if element is not others:
                yield element
                continue
            open_ones.discard(place)
            if self.stop_on_empty or not open_ones:
                return
