"""Stages that change elements one by one, or put them into batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch

from saccade.data.dataset.elements import (
    as_element,
    copy_of,
    leaves_of,
    row,
    rows_of,
    stack,
)
from saccade.data.dataset.prefetch import map_ahead, read_ahead
from saccade.data.dataset.stage import INFINITE, UNKNOWN, Stage, Visit, drop
from saccade.errors import InvalidArgument


class Slices(Stage):
    """The rows of arrays that are in memory."""

    shares = True

    def __init__(self, columns: Any):
        self.columns = columns
        self.rows = rows_of(columns)

    def length(self) -> int:
        return self.rows

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return (row(self.columns, place) for place in range(start, self.rows))


class Map(Stage):
    """A function of each element; a tuple's parts are its arguments."""

    def __init__(self, inner: Stage, function: Callable[..., Any], calls: int | None):
        super().__init__(inner)
        self.function, self.calls = function, calls
        self.copies, self.shares = inner.shares, False
        self.called = False

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return self._map(self.inner[0].open(visit, start))

    def _map(self, items: Iterator[Any]) -> Iterator[Any]:
        if not self.called:  # layers make their weights at the first call: let it be one call
            first = next(items, items)
            if first is items:
                return
            result = self._call(first)
            self.called = True
            yield result
        yield from map_ahead(self._call, items, self.calls)

    def _call(self, element: Any) -> Any:
        if self.copies:  # the function may write into its arguments: `image /= 255`
            element = copy_of(element)
        with torch.no_grad():
            given = call_with(self.function, element)
            return as_element(tuple(given) if isinstance(given, list) else given)


class Filter(Stage):
    """The elements of which a function says yes."""

    def __init__(self, inner: Stage, predicate: Callable[..., Any]):
        super().__init__(inner)
        self.predicate = predicate

    def length(self) -> int:
        return 0 if self.inner[0].length() == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._filter(self.inner[0].open(visit)), start)

    def _filter(self, items: Iterator[Any]) -> Iterator[Any]:
        for element in items:
            with torch.no_grad():
                chosen = bool(call_with(self.predicate, element))
            if chosen:
                yield element


class Batch(Stage):
    """So many elements at a time, stacked."""

    def __init__(self, inner: Stage, size: int, drop_remainder: bool, calls: int | None):
        super().__init__(inner)
        self.size, self.drop_remainder, self.calls = size, drop_remainder, calls
        self.shares, self.any_rows = False, not drop_remainder

    def length(self) -> int:
        count = self.inner[0].length()
        if count < 0:
            return count
        return count // self.size if self.drop_remainder else -(-count // self.size)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        items = self.inner[0].open(visit, start * self.size)
        return map_ahead(stack, self._groups(items), self.calls)

    def _groups(self, items: Iterator[Any]) -> Iterator[list[Any]]:
        while len(group := list(islice(items, self.size))) == self.size:
            yield group
        if group and not self.drop_remainder:
            yield group


class Unbatch(Stage):
    """The rows of batches, one by one."""

    def __init__(self, inner: Stage):
        super().__init__(inner)
        self.any_rows = False
        self.shares = True  # rows of one tensor

    def length(self) -> int:
        count = self.inner[0].length()
        return count if count in (0, INFINITE) else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._rows(self.inner[0].open(visit)), start)

    def _rows(self, items: Iterator[Any]) -> Iterator[Any]:
        for batch in items:
            for place in range(rows_of(batch)):
                yield row(batch, place)


class Enumerate(Stage):
    """(number, element)."""

    def __init__(self, inner: Stage, first: int):
        super().__init__(inner)
        self.first = first

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        items = self.inner[0].open(visit, start)
        return (
            (torch.tensor(number, dtype=torch.int64), element)
            for number, element in enumerate(items, self.first + start)
        )


class Prefetch(Stage):
    """The same, some elements read by a thread before they are asked for."""

    def __init__(self, inner: Stage, depth: int):
        super().__init__(inner)
        self.depth = depth

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return read_ahead(self.inner[0].open(visit, start), self.depth)


def call_with(function: Callable[..., Any], element: Any) -> Any:
    """The function of an element: of the parts of a tuple, or of all else as it is."""
    return function(*element) if isinstance(element, tuple) else function(element)


def as_columns(tensors: Any) -> Any:
    """Arrays whose rows are to be elements; strings stay a list.

    Raises:
        InvalidArgument: a single value, which has no rows.
    """
    columns = as_element(tensors)
    for column in leaves_of(columns):
        if isinstance(column, (str, bytes)) or (torch.is_tensor(column) and not column.ndim):
            got = repr(column) if isinstance(column, (str, bytes)) else "a single number"
            raise InvalidArgument("from_tensor_slices", "needs arrays with rows", got)
    return columns
