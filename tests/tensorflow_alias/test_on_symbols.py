"""Functions of tensorflow on what Input() gives: each notes a layer of its name."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
import saccade.tensorflow_alias as tf
from scripts.warm_process import python

X = np.random.default_rng(0).random((5, 6, 8, 3)).astype("float32")

CASES = {
    "nn.relu": lambda x: tf.nn.relu(x - 0.5),
    "cast": lambda x: tf.cast(x * 9.0, tf.int32),
    "image.resize": lambda x: tf.image.resize(x, (3, 4)),
    "image.resize_images": lambda x: tf.image.resize_images(x, (3, 4)),
    "log": lambda x: tf.log(x + 1.0),
    "keep_dims": lambda x: tf.reduce_max(x, reduction_indices=[1, 2], keep_dims=True),
    "image.rgb_to_grayscale": lambda x: tf.image.rgb_to_grayscale(x),
    "reduce_mean": lambda x: tf.reduce_mean(x, axis=[1, 2]),
    "concat": lambda x: tf.concat(values=[x, 2.0 * x], axis=-1),
    "stack": lambda x: tf.stack([x, x], axis=1),
    "reshape": lambda x: tf.reshape(x, (tf.shape(x)[0], -1)),
    "reshape by sizes": lambda x: tf.reshape(x, (-1, tf.shape(x)[1] * tf.shape(x)[2], 3)),
    "split": lambda x: tf.split(x, 2, axis=2)[1],
    "moments": lambda x: tf.nn.moments(x, [1, 2])[1],
    "top_k": lambda x: tf.math.top_k(tf.reduce_max(x, [1, 2]), 2).values,
    "where": lambda x: tf.where(x > 0.5, x, tf.zeros_like(x)),
    "squeeze": lambda x: tf.squeeze(x[:, :1], axis=1),
    "clip": lambda x: tf.clip_by_value(x, 0.2, 0.8),
    "transpose": lambda x: tf.transpose(x, perm=[0, 3, 1, 2]),
    "tensor": lambda x: x * tf.constant([1.0, 2.0, 3.0]),
    "normalize": lambda x: tf.math.l2_normalize(x, axis=-1),
    "one_hot": lambda x: tf.one_hot(tf.argmax(x, axis=-1), 3),
    "newaxis": lambda x: x[:, tf.newaxis, ..., ::-1],
}


@pytest.mark.parametrize("case", CASES)
def test_a_model_gives_what_the_function_gives(case, tmp_path):
    x = saccade.Input((6, 8, 3))
    symbol = CASES[case](x)
    model = saccade.Model(x, symbol)
    expected = CASES[case](tf.constant(X)).numpy()
    assert symbol.shape == (None, *expected.shape[1:])
    found = model(X)
    assert found.dtype == symbol.dtype
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)
    model.save(tmp_path / "m.keras")
    read = saccade.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(read(X).numpy(), found.numpy())
    model.save(tmp_path / "m.h5")
    np.testing.assert_array_equal(saccade.models.load_model(tmp_path / "m.h5")(X), found)


def test_layers_are_called_as_keras_2_called_them():
    x = saccade.Input((6, 8, 3))
    layer = tf.image.resize(x, (3, 4)).node.layer
    assert type(layer).__name__ == "TFOpLambda"
    assert layer.name.startswith("tf.image.resize")
    assert layer.get_config()["function"] == "image.resize"


def test_a_model_is_trained_through_them():
    x = saccade.Input((6, 8, 3))
    h = saccade.layers.Dense(4)(tf.reduce_mean(tf.nn.relu(x), axis=[1, 2]))
    model = saccade.Model(x, tf.nn.softmax(h))
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()[0].copy()
    model.fit(X, np.arange(5) % 4, verbose=0)
    assert not np.array_equal(before, model.get_weights()[0])


def test_without_tensorflow_the_file_says_what_to_do(tmp_path):
    x = saccade.Input((2,))
    saccade.Model(x, tf.nn.relu(x)).save(tmp_path / "m.keras")
    code = f"import saccade; saccade.models.load_model({str(tmp_path / 'm.keras')!r})"
    told = python("-c", code, cwd=tmp_path)
    assert "calls tf.nn.relu" in told.stderr
    assert "python -m saccade" in told.stderr
