"""The dtype and the values of sums and products of every dtype, against Keras's."""

import numpy as np
import pytest

import saccade
from parity.reference import keras
from saccade import losses, metrics, regularizers

TABLE = np.array([[1, 2, 0], [3, 1, 1]])
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "float16", "float32")
PRODUCTS = {
    "dot": lambda ops, x: ops.dot(x, ops.transpose(x)),
    "matmul": lambda ops, x: ops.matmul(x, ops.transpose(x)),
    "inner": lambda ops, x: ops.inner(x, x),
    "tensordot": lambda ops, x: ops.tensordot(x, x, axes=2),
    "vdot": lambda ops, x: ops.vdot(ops.reshape(x, (-1,)), ops.reshape(x, (-1,))),
    "einsum": lambda ops, x: ops.einsum("ij,kj->ik", x, x),
    "prod": lambda ops, x: ops.prod(x),
    "cumprod": lambda ops, x: ops.cumprod(x),
    "cumsum": lambda ops, x: ops.cumsum(x),
    "log_softmax": lambda ops, x: ops.log_softmax(x),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_products_have_keras_dtype(name):
    for dtype in DTYPES:
        if (name, dtype) in (("vdot", "bool"), ("einsum", "bool")):
            continue  # Keras's torch backend fails; on TensorFlow it is bool, as below
        found = []
        for library in (saccade, keras):
            x = library.ops.convert_to_tensor(TABLE.astype(dtype))
            try:
                found.append(PRODUCTS[name](library.ops, x))
            except (RuntimeError, NotImplementedError):
                assert library is keras or name == "log_softmax", (name, dtype)
        if len(found) == 2:
            ours, theirs = found
            assert ours.dtype is theirs.dtype, dtype
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-3)


def test_products_of_truths_are_truths():
    x = saccade.ops.convert_to_tensor(TABLE.astype(bool))
    assert saccade.ops.vdot(x, x).dtype is saccade.ops.matmul(x, x.T).dtype is x.dtype


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2"])
def test_penalties_of_whole_numbers_are_floats(name):
    """Keras makes whole numbers of the strength, or fails: see DEPARTURES.md."""
    rule = getattr(regularizers, name)(0.5)
    big = np.array([[100, 200]])
    for dtype in ("bool", "uint8", "int32", "int64"):
        x = big.astype(dtype)
        assert float(rule(x)) == float(rule(x.astype(np.float32)))


@pytest.mark.parametrize("reduction", ["sum", "sum_over_batch_size", None])
def test_the_loss_of_no_samples(reduction):
    nothing = np.zeros((0, 3), np.float32)
    for name in ("MeanSquaredError", "CategoricalCrossentropy", "Hinge", "KLDivergence"):
        ours = getattr(losses, name)(reduction=reduction)(nothing, nothing)
        theirs = getattr(keras.losses, name)(reduction=reduction)(nothing, nothing)
        assert ours.shape == theirs.shape


def test_numbers_without_axes():
    for library in (saccade, keras):
        x = library.ops.convert_to_tensor(np.float32(2))
        assert float(library.activations.softmax(x)) == 1
        assert float(library.activations.log_softmax(x)) == 0
        assert library.ops.normalize(x).shape == (1,)


def test_attributes_before_compile():
    made = []
    for library in (saccade, keras):
        model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
        names = ("loss", "steps_per_execution", "run_eagerly", "compiled", "stop_training")
        made.append({name: getattr(model, name, False) for name in names})
    assert made[0] == made[1]


def test_labels_of_another_shape_are_told():
    """Keras compares them place by place: numbers that mean nothing."""
    with pytest.raises(saccade.errors.ShapeError, match="labels must have shape"):
        metrics.sparse_categorical_accuracy(np.eye(2), np.eye(2, dtype=np.float32))
