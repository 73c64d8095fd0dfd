"""Operations on symbols: the same calls under the installed Keras give the same layers and numbers.

Keras 3.15.1 on its torch backend; five digits, for sums may run in another order.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

import saccade
from saccade.layers.operations.operation_table import FUNCTIONS

RNG = np.random.default_rng(3)
X = RNG.uniform(0.1, 2.0, (5, 4, 6, 3)).astype("float32")
Y = RNG.uniform(-1.0, 1.0, (5, 4, 6, 3)).astype("float32")

ONE = (
    *("ceil", "cos", "exp", "floor", "isnan", "log", "log1p", "ones_like", "round", "sign", "sin"),
    *("sqrt", "square", "tanh", "zeros_like", "relu", "sigmoid", "softplus", "silu"),
    "stop_gradient",
)
TWO = (
    *("add", "divide", "equal", "greater", "greater_equal", "less", "less_equal", "maximum"),
    *("minimum", "multiply", "not_equal", "power", "subtract"),
)
REDUCED = ("max", "mean", "min", "std", "sum", "var")


def call(word, **settings):
    """A case that calls a function of both inputs, or of the first where it takes one."""
    return lambda ops, x, y: getattr(ops, word)(*((x, y) if word in TWO else (x,)), **settings)


def call_with_number(word):
    return lambda ops, x, y: getattr(ops, word)(x, 0.5)


def call_of_truths(word):
    return lambda ops, x, y: getattr(ops, word)(x > 0.3, axis=1)


CASES = {
    **{word: call(word) for word in (*ONE, *TWO)},
    **{f"{word} of a number": call_with_number(word) for word in TWO},
    **{word: call_of_truths(word) for word in ("all", "any")},
    **{word: call(word, axis=[1, 2]) for word in REDUCED},
    "mean with its axes": lambda ops, x, y: ops.mean(x, axis=(1, 2), keepdims=True),
    "prod": lambda ops, x, y: ops.prod(x, axis=-1),
    "argmax": lambda ops, x, y: ops.argmax(x, axis=-1),
    "argmin": lambda ops, x, y: ops.argmin(x, axis=1),
    "abs": lambda ops, x, y: ops.abs(y),
    "cast": lambda ops, x, y: ops.cast(x * 3, "int32"),
    "clip": lambda ops, x, y: ops.clip(x, 0.5, 1.0),
    "concatenate": lambda ops, x, y: ops.concatenate([x, y], axis=-1),
    "cumsum": lambda ops, x, y: ops.cumsum(x, axis=1),
    "dot": lambda ops, x, y: ops.dot(x, ops.transpose(y, (0, 1, 3, 2))[0, 0]),
    "matmul": lambda ops, x, y: ops.matmul(x, ops.transpose(y, (0, 1, 3, 2))),
    "expand_dims": lambda ops, x, y: ops.expand_dims(x, 1),
    "flip": lambda ops, x, y: ops.flip(x, axis=2),
    "gelu": lambda ops, x, y: ops.gelu(y),
    "elu": lambda ops, x, y: ops.elu(y),
    "leaky_relu": lambda ops, x, y: ops.leaky_relu(y),
    "relu6": lambda ops, x, y: ops.relu6(x * 5),
    "selu": lambda ops, x, y: ops.selu(y),
    "softsign": lambda ops, x, y: ops.softsign(y),
    "log_softmax": lambda ops, x, y: ops.log_softmax(x),
    "softmax": lambda ops, x, y: ops.softmax(x),
    "softmax of an axis": lambda ops, x, y: ops.softmax(x, axis=1),
    "logical_and": lambda ops, x, y: ops.logical_and(x > 0.5, y > 0.0),
    "logical_or": lambda ops, x, y: ops.logical_or(x > 0.5, y > 0.0),
    "logical_xor": lambda ops, x, y: ops.logical_xor(x > 0.5, y > 0.0),
    "logical_not": lambda ops, x, y: ops.logical_not(x > 0.5),
    "norm": lambda ops, x, y: ops.norm(x, axis=-1),
    "one_hot": lambda ops, x, y: ops.one_hot(ops.argmax(x, axis=-1), 3),
    "repeat": lambda ops, x, y: ops.repeat(x, 2, axis=1),
    "reshape": lambda ops, x, y: ops.reshape(x, (-1, 72)),
    "squeeze": lambda ops, x, y: ops.squeeze(x[:, :1], axis=1),
    "stack": lambda ops, x, y: ops.stack([x, y], axis=1),
    "tile": lambda ops, x, y: ops.tile(x, [1, 2, 1, 1]),
    "transpose": lambda ops, x, y: ops.transpose(x, (0, 3, 1, 2)),
    "where": lambda ops, x, y: ops.where(y > 0, x, y),
    "true_divide": lambda ops, x, y: x / y,
    "floor_divide": lambda ops, x, y: x // 0.5,
    "mod": lambda ops, x, y: x % 0.5,
    "argmax of all": lambda ops, x, y: ops.argmax(x[:, 0], axis=-1),
    "get_item": lambda ops, x, y: x[:, ::2, 1:, 0],
    "get_item with an ellipsis": lambda ops, x, y: x[..., 1],
    "get_item with a new axis": lambda ops, x, y: x[:, None, 0],
    "operators": lambda ops, x, y: (x**2 > y) & (abs(y) <= x),
    "powers of a number": lambda ops, x, y: 2.0**x,
}  # fmt: skip


def build(library, case):
    x, y = library.Input((4, 6, 3), name="x"), library.Input((4, 6, 3), name="y")
    result = CASES[case](library.ops, x, y)
    return library.Model([x, y], result), result


@pytest.mark.sampled
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_operation_is_as_under_keras(case, tmp_path):
    keras.backend.clear_session()
    saccade.backend.clear_session()
    (ours, symbol), (theirs, tensor) = build(saccade, case), build(keras, case)
    assert (symbol.shape, symbol.dtype) == (tensor.shape, tensor.dtype)
    expected = theirs.predict([X, Y], verbose=0)
    found = ours.predict([X, Y], verbose=0)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(
        saccade.models.clone_model(ours).predict([X, Y], verbose=0), found
    )
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    read = keras.models.load_model(tmp_path / "ours.keras").predict([X, Y], verbose=0)
    np.testing.assert_allclose(read, expected, rtol=1e-5, atol=1e-6)
    for file in ("ours", "theirs"):
        again = saccade.models.load_model(tmp_path / f"{file}.keras")
        np.testing.assert_allclose(again.predict([X, Y], verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_layers_have_keras_names_and_records():
    made = {}
    for library in (saccade, keras):
        library.backend.clear_session()
        model, _ = build(library, "reshape")
        more = library.Model(model.inputs, library.ops.mean(library.ops.relu(model.output), axis=1))
        made[library] = more.get_config()["layers"]
    names = [[layer["name"] for layer in made[library]] for library in (saccade, keras)]
    assert names[0] == names[1]
    for mine, theirs in zip(made[saccade][1:], made[keras][1:], strict=True):
        assert mine["class_name"] == theirs["class_name"]
        assert mine["module"] == theirs["module"] or "InputLayer" in mine["class_name"]
        if mine["class_name"] != "InputLayer":
            config = {
                k: list(v) if isinstance(v, tuple) else v for k, v in theirs["config"].items()
            }
            assert mine["config"] == config


def test_every_operation_is_compared():
    tried = {name.split(" of ")[0].split(" with ")[0] for name in CASES}
    assert set(FUNCTIONS) - tried == {"negative"}  # -x is a layer Rescaling
