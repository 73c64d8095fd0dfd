"""Odd values: what is put where a number, a word or a list is meant.

Hypothesis draws the seed of a `Chance`, and the chance changes files and records: a seed is drawn
in no time, and says on one line which case it was.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import strategies as st

NAMES = (
    "cat", "=1+1", "a\x1b[2Jb", "a\nb", "\u202egpj", "[bold]x[/bold]", ":cat:", "猫", "", "x" * 300,
    "../../x", "\x00", "$x^2$", "\ud800",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 3, 7, 255, 2**16, 2**31, 2**40, 2**63, 10**30, 0.5, -0.5, 1e300, -1e-300,
    float("nan"), float("inf"), -float("inf"),
)  # fmt: skip

chances = st.integers(0, 2**48).map(lambda seed: Chance(seed))


class Chance(random.Random):
    """Draws odd things; says its seed where hypothesis tells of a failure."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.start = seed

    def __repr__(self) -> str:
        return f"Chance({self.start})"

    def value(self, depth: int = 2) -> Any:
        """Nothing, a number, a word, or a nest of these."""
        kind = self.randrange(10 if depth else 8)
        if kind < 1:
            return self.choice((None, True, False))
        if kind < 5:
            return self.choice(NUMBERS) if self.random() < 0.8 else self.randint(-(2**70), 2**70)
        if kind < 8:
            return self.choice(NAMES)
        inner = [self.value(depth - 1) for _ in range(self.randrange(4))]
        return inner if kind == 8 else {self.choice(NAMES): one for one in inner}

    def changed(self, value: Any) -> Any:
        """The same nest with a few values changed, taken out, exchanged or doubled."""
        value = copy.deepcopy(value)
        for _ in range(self.randint(1, 3)):
            places = [path for path in places_in(value) if path]
            if not places or self.random() < 0.02:
                return self.value()
            *way, last = self.choice(places)
            inner = at(value, way)
            what = self.choice(("value", "value", "value", "value", "gone", "other", "again"))
            if what == "value":
                inner[last] = self.value()
            elif what == "gone":
                del inner[last]
            elif what == "other":
                inner[last] = copy.deepcopy(at(value, self.choice(places)))
            elif isinstance(inner, list):
                inner.append(copy.deepcopy(inner[last]))
            else:
                inner[self.choice(NAMES)] = copy.deepcopy(inner[last])
        return value

    def damaged(self, data: bytes) -> bytes:
        """The same bytes cut, turned, doubled or with others among them."""
        found = bytearray(data)
        for _ in range(self.randint(1, 4)):
            place = self.randrange(len(found) + 1)
            what = self.choice(("bit", "bit", "byte", "cut", "zeros", "large", "doubled", "others"))
            if what == "bit":
                found[place : place + 1] = bytes(
                    one ^ (1 << self.randrange(8)) for one in found[place : place + 1]
                )
            elif what == "byte":
                found[place : place + 1] = self.randbytes(1)
            elif what == "cut":
                del found[place:]
            elif what == "zeros":
                found[place : place + 8] = bytes(8)
            elif what == "large":
                found[place : place + 4] = b"\xff\xff\xff\x7f"
            elif what == "doubled":
                found[place:place] = found[place : place + 64]
            else:
                found[place:place] = self.randbytes(self.randrange(16))
        return bytes(found)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a nest of lists and dicts, and to itself."""
    found = [path]
    pairs = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else pairs:
        found += places_in(inner, (*path, key))
    return found


def at(value: Any, path: Any) -> Any:
    """What stands at a place of `places_in`."""
    for key in path:
        value = value[key]
    return value
