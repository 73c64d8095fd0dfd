"""Stages that carry something from one element to the next."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.element_stages import Enumerate, Map, Prefetch, call_with
from saccade.data.dataset.elements import as_element, leaves_of, map_element, row, rows_of, stack
from saccade.data.dataset.prefetch import close
from saccade.data.dataset.source_stages import Generated, Listed
from saccade.data.dataset.stage import INFINITE, UNKNOWN, Stage, Visit, drop
from saccade.errors import InvalidArgument


class Unique(Stage):
    """Every element that has not been before."""

    def length(self) -> int:
        return 0 if self.inner[0].length() == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._unique(self.inner[0].open(visit)), start)

    def _unique(self, items: Iterator[Any]) -> Iterator[Any]:
        seen = set()
        for element in items:
            key = tuple(
                (tuple(one.shape), one.numpy().tobytes()) if torch.is_tensor(one) else str(one)
                for one in leaves_of(element)
            )
            if key not in seen:
                seen.add(key)
                yield element


class Scan(Stage):
    """state, made = function(state, element): what was made."""

    def __init__(self, inner: Stage, state: Any, function: Callable[[Any, Any], Any]):
        super().__init__(inner)
        self.state, self.function = state, function

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._scan(self.inner[0].open(visit)), start)

    def _scan(self, items: Iterator[Any]) -> Iterator[Any]:
        state = self.state
        for element in items:
            with torch.no_grad():
                state, made = as_element(self.function(state, element))
            yield made


class Rebatch(Stage):
    """The rows of batches in batches of other sizes, which come in turn."""

    def __init__(self, inner: Stage, sizes: list[int], drop_remainder: bool):
        super().__init__(inner)
        self.sizes, self.drop_remainder = sizes, drop_remainder
        self.shares, self.any_rows = False, True

    def length(self) -> int:
        found = self.inner[0].length()
        return found if found in (0, INFINITE) else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._batches(self.inner[0].open(visit)), start)

    def _batches(self, items: Iterator[Any]) -> Iterator[Any]:
        rows = (row(batch, place) for batch in items for place in range(rows_of(batch)))
        for size in cycle(self.sizes):
            group = list(islice(rows, size))
            if group and (len(group) == size or not self.drop_remainder):
                yield stack(group)
            if len(group) < size:
                return


def _goes_on(stage: Stage) -> bool:
    """Whether a stage of unknown length can be opened behind an element that it cannot make."""
    while isinstance(stage, (Map, Prefetch, Enumerate)):
        stage = stage.inner[0]
    return isinstance(stage, Generated)


class IgnoreErrors(Stage):
    """The elements that could be made; after an error the next one is asked for."""

    def __init__(self, inner: Stage, tells: bool):
        super().__init__(inner)
        self.tells = tells
        if inner.length() == UNKNOWN and not _goes_on(inner):
            raise InvalidArgument(
                "Dataset.ignore_errors",
                "needs a dataset of a known length",
                None,
                "Put it before filter and unbatch, after map; a generator catches its own errors.",
            )

    def length(self) -> int:
        return 0 if self.inner[0].length() == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._kept(visit, self.inner[0].open(visit)), start)

    def _kept(self, visit: Visit, items: Iterator[Any]) -> Iterator[Any]:
        number, length = 0, self.inner[0].length()
        while length in (INFINITE, UNKNOWN) or number < length:
            try:
                element = next(items)
            except StopIteration:
                return
            except Exception as fault:
                if self.tells:
                    logging.getLogger("saccade").warning("Dataset: left out: %s", fault)
                close(items)
                if hasattr(fault, "ends_source"):
                    return
                number += 1
                items = self.inner[0].open(visit, number)
                continue
            number += 1
            yield element


class Resample(Stage):
    """(class, element), of which so many are left out that the classes have the wanted shares.

    Args:
        wanted: the share of each class.
        given: the shares that there are; None counts them on the way.
    """

    def __init__(
        self, inner: Stage, function: Callable[..., Any], wanted: np.ndarray,
        given: np.ndarray | None, seed: int | None,
    ):  # fmt: skip
        super().__init__(inner)
        self.function, self.wanted, self.given, self.seed = function, wanted, given, seed

    def length(self) -> int:
        found = self.inner[0].length()
        return found if found == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._resampled(self.inner[0].open(visit)), start)

    def _resampled(self, items: Iterator[Any]) -> Iterator[Any]:
        seed = np.random.randint(2**31) if self.seed is None else self.seed
        chance, counts = np.random.default_rng(seed), np.ones(len(self.wanted))
        for element in items:
            kind = int(call_with(self.function, element))
            counts[kind] += 1
            given = counts / counts.sum() if self.given is None else self.given
            ratio = self.wanted / np.maximum(given, 1e-12)
            if chance.random() * ratio[self.wanted > 0].max() < ratio[kind]:
                yield torch.tensor(kind, dtype=torch.int32), element


class Window(Stage):
    """Datasets of neighbours, one for each part of an element.

    Args:
        size: how many elements there are in a window.
        shift: how many elements lie between the beginnings of two windows.
        stride: how many elements lie between two of a window.
        drop_remainder: leave out windows that the end cuts short.
        dataset: what makes a dataset of a stage.
    """

    def __init__(
        self, inner: Stage, size: int, shift: int, stride: int, drop_remainder: bool,
        dataset: Callable[[Stage], Any],
    ):  # fmt: skip
        super().__init__(inner)
        self.size, self.shift, self.stride = size, shift, stride
        self.drop_remainder, self.dataset = drop_remainder, dataset
        self.any_rows = False
        self.span = (size - 1) * stride + 1

    def length(self) -> int:
        count = self.inner[0].length()
        if count < 0:
            return count
        whole = max(0, (count - self.span) // self.shift + 1)
        return whole if self.drop_remainder else -(-count // self.shift)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return self._windows(self.inner[0].open(visit, start * self.shift))

    def _windows(self, items: Iterator[Any]) -> Iterator[Any]:
        ahead: deque[Any] = deque(islice(items, self.span))
        while ahead and (len(ahead) == self.span or not self.drop_remainder):
            yield self._of([*ahead][:: self.stride])
            for _ in range(min(self.shift, len(ahead))):
                ahead.popleft()
            ahead.extend(islice(items, max(0, self.shift - self.span), self.shift))

    def _of(self, window: list[Any]) -> Any:
        columns = zip(*map(leaves_of, window), strict=True)
        return map_element(lambda _: self.dataset(Listed([*next(columns)])), window[0])


class Grouped(Stage):
    """The datasets that a function makes of elements of one key, so many at a time.

    Args:
        key: the whole number of an element, or of the parts of a tuple.
        reduce: (key, stage of elements) -> stage.
        size: how many elements of a key go together.
    """

    def __init__(
        self, inner: Stage, key: Callable[..., Any], reduce: Callable[[Any, Stage], Stage],
        size: Callable[[Any], Any],
    ):  # fmt: skip
        super().__init__(inner)
        self.key, self.reduce, self.size = key, reduce, size
        self.any_rows = True

    def length(self) -> int:
        return 0 if self.inner[0].length() == 0 else UNKNOWN

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return drop(self._grouped(self.inner[0].open(visit)), start)

    def _grouped(self, items: Iterator[Any]) -> Iterator[Any]:
        groups: dict[int, list[Any]] = {}
        for element in items:
            number = int(call_with(self.key, element))
            group = groups.setdefault(number, [])
            group.append(element)
            if len(group) >= int(self.size(_int64(number))):
                yield from self._reduced(number, groups.pop(number))
        for number in sorted(groups):
            yield from self._reduced(number, groups[number])

    def _reduced(self, number: int, group: list[Any]) -> Iterator[Any]:
        return self.reduce(_int64(number), Listed(group)).open(Visit())


def _int64(number: int) -> torch.Tensor:
    return torch.tensor(number, dtype=torch.int64)
