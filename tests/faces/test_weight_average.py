"""The mean of the weights before and after is looked at; the weights themselves are trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from saccade.cli.weight_average import WeightAverage
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.training.callback import Callback
from saccade.utils import set_random_seed

EPOCHS = 3
STREAM = np.random.default_rng(0)
X, Y = STREAM.normal(size=(24, 5)).astype("float32"), STREAM.normal(size=(24, 1)).astype("float32")
HELD = X[:6] + 1, Y[:6]


class Watch(Callback):
    """The weights at the end of each step, of each validation and of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Any] = []
        self.tests: list[Any] = []
        self.epochs: list[Any] = []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.model.get_weights())

    def on_test_end(self, logs=None):
        self.tests.append(self.model.get_weights())

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(self.model.get_weights())


def fit(*callbacks: Callback, validation: Any = None) -> tuple[Any, Any, Watch, Any]:
    set_random_seed(3)
    model = Sequential([Dense(4, activation="tanh"), Dense(1)])
    model.build((None, 5))
    before = model.get_weights()
    model.compile("adam", "mse")
    watch = Watch()
    history = model.fit(
        X, Y, epochs=EPOCHS, batch_size=8, verbose=0, validation_data=validation,
        callbacks=[*callbacks, watch],
    )  # fmt: skip
    return model, before, watch, history.history


def mean(before: Any, after: Any) -> list[Any]:
    return [(a + b) / 2 for a, b in zip(before, after, strict=True)]


def assert_same(found: Any, needed: Any) -> None:
    for mine, theirs in zip(found, needed, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("validation", [None, HELD])
def test_training_goes_its_way_and_the_mean_is_looked_at(validation):
    _, before, plain, _ = fit(validation=validation)
    model, _, watch, history = fit(WeightAverage(), validation=validation)
    for found, needed in zip(watch.steps, plain.steps, strict=True):
        assert all(map(np.array_equal, found, needed))
    ends = plain.steps[2::3]
    assert len(watch.epochs) == EPOCHS
    for found, after in zip(watch.epochs, ends, strict=True):
        assert_same(found, mean(before, after))
    assert_same(model.get_weights(), mean(before, ends[-1]))
    if validation is None:
        return
    for found, after in zip(watch.tests, ends, strict=True):
        assert_same(found, mean(before, after))
    again = model.evaluate(*validation, verbose=0)
    assert history["val_loss"][-1] == pytest.approx(again, rel=1e-6)


def test_a_second_training_starts_from_the_first_ones_end():
    average = WeightAverage()
    model, *_ = fit(average)
    before = model.get_weights()
    watch = Watch()
    model.fit(X, Y, batch_size=24, verbose=0, callbacks=[average, watch])
    assert_same(model.get_weights(), mean(before, watch.steps[-1]))


def test_what_is_frozen_stays_to_the_bit():
    model = Sequential([Dense(4), Dense(1)])
    model.build((None, 5))
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = [torch.clone(weight) for weight in model.layers[0].weights]
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[WeightAverage()])
    for mine, first in zip(model.layers[0].weights, before, strict=True):
        assert torch.equal(mine, first)
