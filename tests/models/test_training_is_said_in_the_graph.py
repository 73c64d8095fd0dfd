"""`base(x, training=False)` in a model holds while the model trains, as Keras's guides promise."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import saccade

X = np.random.RandomState(0).normal(3, 2, (16, 4)).astype("float32")
Y = np.arange(16) % 2


def moved(library, **call):
    """By how much the moving mean of a thawed inner model moved in an epoch."""
    inner = library.Sequential(
        [library.layers.Input((4,)), library.layers.BatchNormalization(name="norm")]
    )
    image = library.layers.Input((4,))
    model = library.Model(image, library.layers.Dense(2, "softmax")(inner(image, **call)))
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)
    return np.abs(np.asarray(inner.get_weights()[2])).max()


def test_an_inner_model_called_at_rest_stays_at_rest():
    assert moved(saccade) > 0
    assert moved(saccade, training=False) == 0


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_really_departs():
    """DEPARTURES.md: fit overrules what the call said."""
    assert moved(keras, training=False) > 0, "Keras departs no more"
