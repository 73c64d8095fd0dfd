"""The calls that a PyDataset gets, in their order, beside the installed Keras's."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from saccade import layers, models, utils  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = np.arange(4, dtype="float32").reshape(4, 1), np.arange(4, dtype="float32")


def batches(base, count, **options):
    """A PyDataset of either library that notes what is called; its length may change."""

    class Noting(base):
        def __init__(self):
            super().__init__(**options)
            self.told, self.count = [], count

        @property
        def num_batches(self):
            return self.count

        def __getitem__(self, index):
            self.told.append(index)
            return X, Y

        def on_epoch_begin(self):
            self.told.append("begin")

        def on_epoch_end(self):
            self.told.append("end")

    return Noting()


def told(library, method, count, options, **arguments):
    utils_of, layers_of, models_of = library
    made = models_of.Sequential([layers_of.Input((1,)), layers_of.Dense(1)])
    made.compile("sgd", "mse")
    data = batches(utils_of.PyDataset, count, **options)
    made.train_on_batch(X, Y)  # or Keras reads a first batch to learn the shapes
    getattr(made, method)(data, verbose=0, **arguments)
    calls = data.told
    return calls[calls.index("begin") :]  # Keras calls on_epoch_end before it begins


OURS, THEIRS = (utils, layers, models), (keras.utils, keras.layers, keras.models)


@pytest.mark.parametrize(
    ("method", "count", "arguments"),
    [
        ("fit", 3, {"epochs": 2, "shuffle": False}),
        ("fit", 3, {"epochs": 2, "shuffle": False, "steps_per_epoch": 3}),
        ("fit", None, {"epochs": 2, "shuffle": False, "steps_per_epoch": 2}),
        ("evaluate", 3, {}),
        ("evaluate", None, {"steps": 2}),
        ("predict", 3, {}),
    ],
)
def test_the_calls_are_those_of_keras(method, count, arguments):
    mine = told(OURS, method, count, {}, **arguments)
    theirs = told(THEIRS, method, count, {}, **arguments)
    assert mine == theirs


def test_less_than_a_pass_is_an_epoch_too():
    """Keras cuts the epoch short in which the data ends; saccade goes on with the next pass."""
    mine = told(OURS, "fit", 3, {}, epochs=2, shuffle=False, steps_per_epoch=2)
    assert mine == ["begin", 0, 1, "end", "begin", 2, 0, "end"]
