"""A list of one input or output means the one, as in every Keras."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade.layers import Conv2D, Dense, Flatten, Input
from saccade.models import Model, Sequential

X = np.random.RandomState(0).rand(6, 4, 4, 1).astype("float32")
Y = np.arange(6) % 2


def made():
    image = Input((4, 4, 1))
    model = Model(inputs=[image], outputs=[Dense(2, "softmax")(Flatten()(image))])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def test_what_a_model_with_a_list_of_one_output_gives(tmp_path):
    model = made()
    rows = model.predict(X, verbose=0)
    assert (rows.shape, model.output_shape) == ((6, 2), (None, 2))
    assert tuple(model(X).shape) == model.predict_on_batch(X).shape == (6, 2)
    assert model.compute_output_shape((None, 4, 4, 1)) == (None, 2)
    assert isinstance(model.output, list)
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    again = saccade.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    outer = Model(image := Input((4, 4, 1)), model(image))
    np.testing.assert_array_equal(outer.predict(X, verbose=0), model.predict(X, verbose=0))
    tops = Model(model.inputs, [one.output for one in model.layers if isinstance(one, Flatten)])
    assert tops.predict(X, verbose=0).shape == (6, 16)


def test_arrays_in_a_list_of_one():
    model = Sequential([Input((4, 4, 1)), Conv2D(1, 2), Flatten(), Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = [X], [Y]
    plain = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(x, y, verbose=0) == plain
    assert model.test_on_batch(x, y) == pytest.approx(plain)
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(X, verbose=0))
    np.testing.assert_array_equal(model(x).detach(), model(X).detach())
    history = model.fit(x, y, validation_data=(x, y), epochs=1, verbose=0)
    assert "val_loss" in history.history
    model.train_on_batch(x, y)
