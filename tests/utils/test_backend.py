"""`keras.backend` and `keras.ops`: numbers against NumPy, and what holds for the process."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import backend as K
from saccade import notes, ops
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers import Conv2D, Dense, Input
from saccade.models import Model, Sequential
from saccade.optimizers import SGD

A = np.random.RandomState(0).randn(3, 4, 2).astype("float32")


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("name", ["mean", "sum", "max", "min", "std", "var", "any", "all"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_over_axes(name, axis, keepdims):
    a = A > 0 if name in ("any", "all") else A
    found = getattr(K, name)(a, axis=axis, keepdims=keepdims).numpy()
    expected = getattr(np, name)(a, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["abs", "square", "exp", "sign", "sin", "cos", "tanh", "round", "floor", "ceil"]
)
def test_number_by_number(name):
    np.testing.assert_allclose(getattr(ops, name)(A).numpy(), getattr(np, name)(A), rtol=1e-5)


@pytest.mark.parametrize("name", ["maximum", "minimum", "add", "multiply", "greater", "power"])
def test_pairs(name):
    left = np.abs(A)
    for right in (left[::-1].copy(), 0.5):
        expected = getattr(np, name)(left, np.float32(right))
        np.testing.assert_allclose(getattr(ops, name)(left, right).numpy(), expected, rtol=1e-5)
    assert ops.maximum(torch.tensor([1, 5]), 3).dtype == torch.int64


def test_shapes():
    assert K.int_shape(K.expand_dims(A)) == (3, 4, 2, 1)
    assert K.int_shape(K.permute_dimensions(A, (2, 0, 1))) == (2, 3, 4)
    assert K.int_shape(K.batch_flatten(A)) == (3, 8)
    assert K.int_shape(K.concatenate([A, A])) == (3, 4, 4)
    assert K.int_shape(K.stack([A, A])) == (2, 3, 4, 2)
    assert (K.ndim(A), K.dtype(K.cast(A, "int32"))) == (3, "int32")
    np.testing.assert_allclose(K.argmax(A).numpy(), A.argmax(-1))
    np.testing.assert_allclose(K.clip(A, -0.5, 0.5).numpy(), A.clip(-0.5, 0.5))
    np.testing.assert_allclose(K.dot(A[0], A[0].T.copy()).numpy(), A[0] @ A[0].T, rtol=1e-5)
    np.testing.assert_allclose(
        K.l2_normalize(A, axis=-1).numpy(), A / np.linalg.norm(A, axis=-1, keepdims=True), rtol=1e-4
    )
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.where(A > 0, A, 0.0)), A.clip(0))


def test_losses_have_the_backends_order():
    target, output = np.eye(3, dtype="float32"), np.full((3, 3), 1 / 3, "float32")
    expected = np.full(3, np.log(3))
    for found in (
        K.categorical_crossentropy(K.constant(target), K.constant(output)),
        K.sparse_categorical_crossentropy(torch.arange(3), K.constant(output)),
    ):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4)
    binary = K.binary_crossentropy(K.constant([[0, 1]]), K.constant([[0.5, 0.25]])).numpy()
    np.testing.assert_allclose(binary, [[np.log(2), np.log(4)]], rtol=1e-4)


def test_values_of_weights_and_rates():
    layer = Dense(2)
    layer.build((None, 3))
    K.set_value(layer.kernel, np.ones((3, 2)))
    np.testing.assert_array_equal(K.get_value(layer.kernel), np.ones((3, 2)))
    optimizer = SGD(0.1)
    K.set_value(optimizer.lr, 0.02)
    assert float(K.get_value(optimizer.learning_rate)) == pytest.approx(0.02)
    assert K.variable([1, 2]).trainable


def test_clear_session_counts_names_anew():
    K.clear_session()
    assert (Dense(1).name, Dense(1).name) == ("dense", "dense_1")
    K.clear_session()
    assert Dense(1).name == "dense"


def test_settings_of_the_process(caplog):
    notes.forget_notes()
    assert (K.epsilon(), K.floatx(), K.image_data_format()) == (1e-7, "float32", "channels_last")
    K.set_epsilon(1e-3)
    assert K.epsilon() == 1e-3
    K.set_epsilon(1e-7)
    K.set_image_data_format("channels_last")
    K.set_image_dim_ordering("tf")
    for refused in (
        lambda: K.set_image_data_format("channels_first"),
        lambda: K.set_image_dim_ordering("th"),
        lambda: K.set_floatx("float64"),
        lambda: K.gradients(None, None),
    ):
        with pytest.raises(NotSupported):
            refused()
    with pytest.raises(InvalidArgument):
        K.set_image_data_format("sideways")
    K.set_learning_phase(1)
    K.set_learning_phase(0)
    assert caplog.text.count("set_learning_phase has no effect") == 1


def test_a_function_between_symbols():
    model = Sequential([Input((6, 6, 3)), Conv2D(2, 3, name="c"), Conv2D(1, 3)])
    run = K.function([model.layers[0].input, K.learning_phase()], [model.layers[0].output])
    x = np.random.RandomState(1).rand(2, 6, 6, 3).astype("float32")
    (found,) = run([x, 0])
    part = Model(model.inputs, model.layers[0].output)
    np.testing.assert_allclose(found, part.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalize(order):
    rows = np.array([[3.0, -4.0], [0.0, 0.0], [1e-9, 0.0]], "float32")
    length = (abs(rows) ** order).sum(axis=1, keepdims=True) ** (1 / order)
    got = ops.convert_to_numpy(ops.normalize(rows, axis=1, order=order))
    np.testing.assert_allclose(got, rows / np.maximum(length, 1e-7), rtol=1e-6)
    flat = ops.convert_to_numpy(ops.normalize(rows.T, axis=0, order=order, epsilon=2.0))
    np.testing.assert_allclose(flat.T, rows / np.maximum(length, 2.0), rtol=1e-6)
    with pytest.raises(InvalidArgument, match="order must be an int"):
        ops.normalize(rows, order=0)
