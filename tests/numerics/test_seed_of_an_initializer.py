"""Initialisers whose seed is a SeedGenerator: a row of draws that is the same in every run."""

import inspect

import numpy as np
import pytest

from saccade import initializers
from saccade.layers import Dense, Input
from saccade.models import Sequential, load_model
from saccade.random import SeedGenerator

NAMES = [
    name
    for name in initializers.__all__
    if inspect.isclass(getattr(initializers, name))
    and "seed" in inspect.signature(getattr(initializers, name)).parameters
    and name not in ("Initializer",)
]


@pytest.mark.parametrize("name", NAMES)
def test_each_call_draws_the_next_numbers(name):
    def drawn():
        make = getattr(initializers, name)(seed=SeedGenerator(3))
        return [np.asarray(make((4, 4))) for _ in range(2)]

    first, second = drawn()
    assert not np.array_equal(first, second)
    for one, other in zip((first, second), drawn(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_model_with_one_is_saved(tmp_path):
    layer = Dense(2, kernel_initializer=initializers.HeNormal(seed=SeedGenerator(3)))
    model = Sequential([Input((3,)), layer])
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])
    assert loaded.layers[0].kernel_initializer.seed == 3
