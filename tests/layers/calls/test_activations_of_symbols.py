"""Activation functions on what comes from Input(): `activations.relu(x)` inside a graph."""

import numpy as np
import pytest

from saccade import Input, Model, activations
from saccade.layers import Conv2D, Dense
from saccade.models import load_model

X = np.random.RandomState(0).standard_normal((2, 6)).astype("float32")
SETTINGS = {"threshold": {"threshold": 0.5, "default_value": -1.0}}


@pytest.mark.parametrize("word", sorted(activations.FUNCTIONS))
def test_a_graph_gives_what_the_function_gives(word):
    function, settings = activations.FUNCTIONS[word], SETTINGS.get(word, {})
    x = Input((6,))
    symbol = function(x, **settings)
    expected = function(X, **settings)
    assert symbol.shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(Model(x, symbol)(X), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "function",
    [
        activations.get("tanh"),
        activations.swish,
        lambda x: activations.relu(x, max_value=0.5, negative_slope=0.1),
        lambda x: activations.softmax(x, axis=-1),
    ],
)
def test_it_is_saved(tmp_path, function):
    x = Input((6,))
    model = Model(x, Dense(2)(function(x)))
    assert len(model.layers) == 2  # a function is none of them, as in Keras 3
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_settings_that_no_layer_has():
    x = Input((6,))
    model = Model(x, activations.elu(x, alpha=0.5))
    np.testing.assert_allclose(model(X), activations.elu(X, alpha=0.5))


def test_it_trains():
    x = Input((8, 8, 1))
    model = Model(x, Dense(1)(activations.gelu(Conv2D(2, 8)(x))[:, 0, 0]))
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 8, 8, 1)), np.ones((4, 1)), epochs=2, verbose=0)
