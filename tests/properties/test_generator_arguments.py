"""Arguments of ImageDataGenerator and its flows, of every kind: batches, or one SaccadeError."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from properties.bounds import budget, ends_well
from properties.odd_values import Chance, chances
from saccade.preprocessing.image import ImageDataGenerator

pytestmark = pytest.mark.slow
NUMBERS = ("range", "epsilon", "split", "cval", "rescale", "order", "unchanged", "workers", "seed")


def fitting(chance: Chance, name: str) -> Any:
    """A value of a kind that the argument might have, and not always one that it may."""
    number = chance.choice((0, 1, -1, 0.5, 2, 10.0, 1e9, -3, float("nan"), float("inf"), 2**40))
    if name.endswith(NUMBERS) and chance.random() < 0.6:
        return number if chance.random() < 0.6 else [number, chance.choice((0.5, 2, 1e6))]
    return chance.value()


@budget
@given(chance=chances)
def test_any_argument(chance):
    names = list(inspect.signature(ImageDataGenerator.__init__).parameters)[1:]
    settings = {name: fitting(chance, name) for name in chance.sample(names, chance.randint(1, 4))}
    for unbounded in ("extensions", "cache"):  # words that are taken for endings and folders
        settings.pop(unbounded, None)
    x = np.random.default_rng(0).integers(0, 255, (3, 6, 6, 3)).astype("float32")

    def draw() -> None:
        generator = ImageDataGenerator(**settings)
        generator.fit(x)
        batch = next(generator.flow(x, batch_size=2, shuffle=False))
        assert np.shape(batch)[0] <= 2

    ends_well(draw)


@budget
@given(chance=chances)
def test_any_flow(chance, tmp_path_factory):
    names = ["batch_size", "shuffle", "seed", "subset", "y", "sample_weight"]
    settings = {name: fitting(chance, name) for name in chance.sample(names, chance.randint(1, 3))}
    x = np.zeros((4, 5, 5, 1), "float32")
    ends_well(lambda: next(ImageDataGenerator().flow(x, **settings)))
