"""Stages that choose elements by their number, repeat them, or join datasets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from saccade.data.dataset.elements import leaves_of, map_element
from saccade.data.dataset.prefetch import close
from saccade.data.dataset.stage import INFINITE, UNKNOWN, Stage, Visit, drop


class Take(Stage):
    """The first so many elements; all for -1."""

    def __init__(self, inner: Stage, count: int):
        super().__init__(inner)
        self.count = count

    def length(self) -> int:
        count = self.inner[0].length()
        if self.count < 0 or count == UNKNOWN:
            return count
        return self.count if count == INFINITE else min(count, self.count)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        items = self.inner[0].open(visit, start)
        return items if self.count < 0 else self._take(items, self.count - start)

    def _take(self, items: Iterator[Any], count: int) -> Iterator[Any]:
        try:
            if count > 0:  # else not one is read
                yield from islice(items, count)
        finally:
            close(items)


class Skip(Stage):
    """All but the first so many elements; none for -1."""

    def __init__(self, inner: Stage, count: int):
        super().__init__(inner)
        self.count = count

    def length(self) -> int:
        count = self.inner[0].length()
        if self.count < 0:
            return 0
        return count if count < 0 else max(0, count - self.count)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return iter(()) if self.count < 0 else self.inner[0].open(visit, start + self.count)


class Repeat(Stage):
    """The whole again and again; for ever when the count is None."""

    def __init__(self, inner: Stage, count: int | None):
        super().__init__(inner)
        self.count = count

    def length(self) -> int:
        count = self.inner[0].length()
        if self.count == 0 or count == 0:
            return 0
        if count == INFINITE or self.count is None:
            return INFINITE
        return count if count == UNKNOWN else count * self.count

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        one_lap = self.inner[0].length()
        if one_lap == INFINITE:
            return self.inner[0].open(visit.lap(0), start)
        # Rounds that nobody asks for are not read.
        lap, rest = divmod(start, one_lap) if one_lap > 0 else (0, 0)
        if self.count is not None and lap >= self.count:
            return iter(())
        items = self._repeat(visit, lap, self.inner[0].open(visit.lap(lap), rest))
        return items if one_lap > 0 else drop(items, start)

    def _repeat(self, visit: Visit, lap: int, items: Iterator[Any]) -> Iterator[Any]:
        while True:
            empty = True
            for element in items:
                empty = False
                yield element
            lap += 1
            if empty or lap == self.count:
                return
            items = self.inner[0].open(visit.lap(lap))


class Zip(Stage):
    """One element of each, as long as all have one."""

    def __init__(self, structure: Any):
        super().__init__(*leaves_of(structure))
        places = iter(range(len(self.inner)))
        self.structure = map_element(lambda _: next(places), structure)

    def length(self) -> int:
        counts = [stage.length() for stage in self.inner]
        finite = [count for count in counts if count != INFINITE]
        if not finite:
            return INFINITE
        return UNKNOWN if UNKNOWN in finite else min(finite)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        return self._zip([stage.open(visit, start) for stage in self.inner])

    def _zip(self, all_items: list[Iterator[Any]]) -> Iterator[Any]:
        try:
            for parts in zip(*all_items, strict=False):
                yield map_element(lambda place: parts[place], self.structure)  # noqa: B023 (now)
        finally:
            for items in all_items:
                close(items)


class Concatenate(Stage):
    """One after the other."""

    def length(self) -> int:
        counts = [stage.length() for stage in self.inner]
        if INFINITE in counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else sum(counts)

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        one, other = self.inner
        before = one.length()
        if before == UNKNOWN:
            return drop(self._join(one.open(visit), other.open(visit)), start)
        rest = max(0, start - before) if before >= 0 else 0
        return self._join(one.open(visit, start), other.open(visit, rest))

    def _join(self, one: Iterator[Any], other: Iterator[Any]) -> Iterator[Any]:
        yield from one
        yield from other
