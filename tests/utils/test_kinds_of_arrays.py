"""Arrays as NumPy and pandas hand them out: backwards, in the other byte order, read-only, tables.

torch refuses the first two and warns of the third; TensorFlow takes them all. The numbers have to
be those of a plain copy, everywhere that an array may go, and nothing is written to the array.
"""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
import torch

from conformance.calls import call
from conformance.generated.array_family import NOT_OF_ARRAYS, takes
from conformance.test_layer_conformance import EXAMPLES, NAMES, sample
from parity.reference import keras
from saccade import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    regularizers,
)
from saccade import backend as K
from saccade.models import Model, Sequential
from saccade.nests import map_nest

X = np.abs(np.random.RandomState(0).standard_normal((3, 3))).astype(np.float32) + np.float32(0.1)


def read_only(x):
    copied = x.copy()
    copied.flags.writeable = False
    return copied


KINDS = {
    "backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1] if x.ndim else x,
    "other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "read-only": read_only,
    "every other": lambda x: np.repeat(x, 2, 0)[::2] if x.ndim else x,
    "columns first": np.asfortranarray,
}
TABLES = {"table": pd.DataFrame}
NOT_NUMBERS = {"print_tensor", "is_tensor", "dtype"}


def functions():
    for name in sorted(activations.FUNCTIONS):
        yield f"activations.{name}", getattr(activations, name), 1
    for family in (constraints, regularizers):
        for name, cls in sorted(family.CLASSES.items()):
            yield f"{family.__name__}.{name}", cls(), 1
    for name in ops.__all__:
        for count in (1, 2):
            if name not in NOT_OF_ARRAYS and takes(getattr(keras.ops, name), count):
                yield f"ops.{name}", getattr(ops, name), count
    for family in (losses, metrics):
        for name in family.__all__:
            thing = getattr(family, name)
            if inspect.isfunction(thing) and takes(getattr(keras.losses, name, None), 2):
                yield f"losses.{name}", thing, 2
    for name, cls in losses.CLASSES.items():
        if name != "Loss":
            yield f"losses.{name}", cls(), 2
    for name in ("Mean", "Sum", "MeanSquaredError", "Precision", "AUC", "BinaryAccuracy"):
        count = 1 if name in ("Mean", "Sum") else 2
        yield f"metrics.{name}", asked_once(getattr(metrics, name)), count
    for name in K.__all__ if hasattr(K, "__all__") else dir(K):
        thing = getattr(K, name, None)
        if inspect.isfunction(thing) and name not in NOT_NUMBERS:
            needed = [
                one.name
                for one in inspect.signature(thing).parameters.values()
                if one.default is one.empty
            ]
            if needed == ["x"]:
                yield f"backend.{name}", thing, 1


def asked_once(cls):
    return lambda *given: cls()(*given)


def numbers(result):
    if isinstance(result, (list, tuple)):
        return [one for part in result for one in numbers(part)]
    return [np.asarray(result.detach() if torch.is_tensor(result) else result)]


def agree(mine, expected):
    assert len(mine) == len(expected)
    for one, other in zip(mine, expected, strict=True):
        assert one.shape == other.shape
        if one.dtype != object:
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


FUNCTIONS = {name: (function, count) for name, function, count in functions()}


def test_functions():
    """One test for all: each is over in no time."""
    looked_at, wrong = 0, []
    for name, (function, count) in FUNCTIONS.items():
        try:
            expected = numbers(function(*(X.copy() for _ in range(count))))
        except Exception:
            continue  # not a function of such arrays
        tables = {} if name.endswith((".stack", ".pack")) else TABLES  # a list of names to that
        for kind, make in {**KINDS, **tables}.items():
            looked_at += 1
            try:
                agree(numbers(function(*(make(X) for _ in range(count)))), expected)
            except Exception as fault:
                wrong.append((name, kind, str(fault)[:80]))
    assert not wrong
    assert looked_at > 1000


# They draw, and give other numbers each time.
_DRAWING = ("Rand", "Mix", "CutMix", "AugMix", "Pipe", "Solar")
DRAWING = {name for name in NAMES if name.startswith(_DRAWING)}


def test_layers():
    wrong = []
    for name in sorted(set(NAMES) - DRAWING):
        layer, x = layers.CLASSES[name](**EXAMPLES[name][0]), sample(name)
        expected = numbers(call(layer, x))
        for kind, make in KINDS.items():
            try:
                agree(numbers(call(layer, map_nest(make, x))), expected)
            except Exception as fault:
                wrong.append((name, kind, str(fault)[:80]))
    assert not wrong


@pytest.mark.parametrize("kind", sorted({**KINDS, **TABLES}))
def test_models(kind):
    make = {**KINDS, **TABLES}[kind]
    x = np.random.RandomState(1).rand(8, 4).astype(np.float32)
    y = x.sum(1, keepdims=True)
    model = Sequential([layers.Input((4,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse", metrics=["mae"])
    plain = model.predict(x, verbose=0)
    np.testing.assert_allclose(model(make(x)).detach(), plain, rtol=1e-6)
    np.testing.assert_allclose(model.predict(make(x), verbose=0), plain, rtol=1e-6)
    np.testing.assert_allclose(model.predict_on_batch(make(x)), plain, rtol=1e-6)
    asked = model.evaluate(x, y, verbose=0), model.evaluate(make(x), make(y), verbose=0)
    assert asked[0] == pytest.approx(asked[1])
    model.fit(make(x), make(y), verbose=0, validation_data=(make(x), make(y)))
    model.train_on_batch(make(x), make(y))
    kernel, bias = model.get_weights()
    model.set_weights([make(kernel), bias])
    model.layers[0].kernel.assign(make(kernel))
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
    made = initializers.Constant(make(kernel))((4, 1))
    np.testing.assert_array_equal(made, kernel)


@pytest.mark.parametrize("kind", sorted({**KINDS, **TABLES}))
def test_adapt(kind):
    layer, other = layers.Normalization(), layers.Normalization()
    layer.adapt(X)
    other.adapt({**KINDS, **TABLES}[kind](X))
    np.testing.assert_allclose(other.adapt_mean, layer.adapt_mean, rtol=1e-6)


def test_labels_that_are_bools():
    """`pandas.get_dummies` gives such."""
    labels = np.eye(3, dtype=bool)[[0, 2, 1]]
    predicted = np.float32([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    numbers = labels.astype(np.float32)
    for name in sorted(metrics.CLASSES):
        cls = metrics.CLASSES[name]
        try:
            expected = float(cls()(numbers, predicted))
        except Exception:
            continue  # of whole numbers, or with arguments
        assert float(cls()(labels, predicted)) == pytest.approx(expected), name
        assert float(cls()(pd.DataFrame(labels), predicted)) == pytest.approx(expected), name
    model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    x = np.random.RandomState(2).rand(3, 4)
    asked = []
    for y in (numbers, labels, pd.DataFrame(labels)):
        model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", "AUC"])
        asked.append(model.evaluate(x, y, verbose=0))
    assert asked[0] == pytest.approx(asked[1])
    assert asked[0] == pytest.approx(asked[2])
    model.fit(x, pd.DataFrame(labels), verbose=0)


def _models():
    one, other = layers.Input((3,), name="one"), layers.Input((3,), name="other")
    single = Model(one, layers.Dense(2)(one))
    double = Model([one, other], [layers.Dense(2)(one), layers.Dense(2)(other)])
    for model in (single, double):
        model.compile("sgd", "mse")
    return single, double


@pytest.mark.parametrize("bundle", [list, tuple])
def test_frames_in_lists_are_several_arrays(bundle):
    _, double = _models()
    x, y = pd.DataFrame(X), pd.DataFrame(X[:, :2])
    several, targets = bundle([x, x * 2]), bundle([y, y])
    double.fit(several, targets, verbose=0)
    double.train_on_batch(several, targets)
    plain = [one.to_numpy() for one in several]

    def called(data):
        return [one.detach() for one in double(data)]

    for ask in (double.predict, called, double.predict_on_batch):
        for found, expected in zip(ask(several), ask(plain), strict=True):
            np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))
    assert double.evaluate(several, targets, verbose=0) == double.evaluate(
        plain, [y.to_numpy()] * 2, verbose=0
    )


def test_a_frame_in_a_list_is_the_one_input():
    single, _ = _models()
    x, y = pd.DataFrame(X), pd.DataFrame(X[:, :2])
    single.fit([x], [y], verbose=0)
    np.testing.assert_array_equal(single.predict([x], verbose=0), single.predict(x, verbose=0))
    weights = pd.Series(np.ones(3))
    single.fit(x, y, sample_weight=weights, validation_data=(x, y, weights), verbose=0)
    np.testing.assert_allclose(layers.Add()([x, x]), X * 2)
