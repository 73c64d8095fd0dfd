"""Whole models in `.h5` go to the installed Keras and come from it."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from saccade import layers, models  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = np.random.RandomState(0).rand(20, 8, 8, 3).astype("float32"), np.arange(20) % 3


def trained(layers, models, frozen):
    """A graph with a model in it; its convolution is frozen, or nothing is."""
    image = layers.Input((8, 8, 3))
    made = layers.BatchNormalization()(layers.Conv2D(4, 3, name="c")(image))
    inner = models.Model(image, made, name="inner")
    start = layers.Input((8, 8, 3))
    x = inner(start)
    x = layers.GlobalAveragePooling2D()(layers.Add()([layers.ReLU()(x), x]))
    model = models.Model(start, layers.Dense(3, activation="softmax")(x))
    inner.layers[1].trainable = not frozen
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=2, verbose=0)
    return model


@pytest.mark.parametrize("frozen", [False, True])
def test_ours_is_read_by_keras(tmp_path, frozen):
    model = trained(layers, models, frozen)
    model.save(tmp_path / "m.h5")
    theirs = keras.models.load_model(tmp_path / "m.h5")
    expected = model.predict(X, verbose=0)
    np.testing.assert_allclose(theirs.predict(X, verbose=0), expected, atol=1e-6)
    assert len(theirs.trainable_weights) == len(model.trainable_weights)
    assert type(theirs.optimizer).__name__ == "Adam"
    model.save_weights(tmp_path / "w.h5")
    theirs.set_weights([weight * 0 for weight in theirs.get_weights()])
    theirs.load_weights(tmp_path / "w.h5")
    np.testing.assert_allclose(theirs.predict(X, verbose=0), expected, atol=1e-6)


@pytest.mark.parametrize("frozen", [False, True])
def test_theirs_is_read_by_us_with_the_optimizers_state(tmp_path, frozen):
    theirs = trained(keras.layers, keras.models, frozen)
    theirs.save(tmp_path / "m.h5")
    model = models.load_model(tmp_path / "m.h5")
    np.testing.assert_allclose(model.predict(X, verbose=0), theirs.predict(X, verbose=0), atol=1e-6)
    assert int(model.optimizer.iterations) == int(theirs.optimizer.iterations.numpy()) == 2
    mine, other = (
        one.fit(X, Y, epochs=2, shuffle=False, verbose=0).history["loss"] for one in (model, theirs)
    )
    np.testing.assert_allclose(mine, other, rtol=1e-4)
