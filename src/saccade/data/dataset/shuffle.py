"""Shuffle: elements in another order, drawn from a buffer, as tf.data shuffles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from saccade.data.dataset.stage import Stage, Visit, drop
from saccade.seeds import draw_seed


class Shuffle(Stage):
    """Each element drawn from those in a buffer, which the next one then joins.

    Args:
        inner: what is read.
        size: of the buffer; one at least as large as the data gives every order the same chance.
        seed: of the orders; drawn from torch's stream when None.
        again: another order in every visit and in every round of a `repeat`.
    """

    def __init__(self, inner: Stage, size: int, seed: int | None, again: bool):
        super().__init__(inner)
        self.size, self.again = size, again
        self.seed = draw_seed() if seed is None else seed
        self.visits = 0

    def open(self, visit: Visit, start: int = 0) -> Iterator[Any]:
        if id(self) not in visit.numbers:
            visit.numbers[id(self)] = self.visits
            self.visits += 1
        key = (visit.numbers[id(self)], *visit.laps) if self.again else ()
        # SeedSequence takes integers from 0 on; a seed may be below.
        stream = np.random.default_rng([self.seed % 2**64, *key])
        return drop(self._shuffle(self.inner[0].open(visit), stream), start)

    def _shuffle(self, items: Iterator[Any], stream: np.random.Generator) -> Iterator[Any]:
        buffer: list[Any] = []
        for element in items:
            if len(buffer) < self.size:
                buffer.append(element)
                continue
            place = int(stream.integers(len(buffer)))
            chosen, buffer[place] = buffer[place], element
            yield chosen
        while buffer:
            place = int(stream.integers(len(buffer)))
            buffer[place], buffer[-1] = buffer[-1], buffer[place]
            yield buffer.pop()

    def positions(self) -> list[int]:
        return [self.visits, self.seed, *super().positions()]

    def restore(self, positions: list[int]) -> list[int]:
        self.visits, self.seed, *rest = positions
        return super().restore(rest)
