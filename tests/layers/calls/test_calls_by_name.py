"""Layers and models whose arrays come by keyword, and layers of several arrays."""

import inspect

import numpy as np
import pytest
import torch

from conformance.calls import SEVERAL
from conformance.own_classes import of_keras
from conformance.test_layer_conformance import NAMES, make, sample
from parity.reference import keras
from saccade.errors import InvalidArgument
from saccade.layers import Dense, Input, Layer
from saccade.models import Model, Sequential, load_model
from saccade.nests import leaves
from saccade.saving import register_keras_serializable

X = np.arange(12, dtype=np.float32).reshape(3, 4)


OF_KERAS = [name for name in of_keras(NAMES) if name not in {"InputLayer", *SEVERAL}]


@pytest.mark.parametrize("name", OF_KERAS)
def test_a_layer_takes_its_input_under_keras_s_word(name):
    word = list(inspect.signature(getattr(keras.layers, name).call).parameters)[1]
    x, layer = sample(name), make(name)
    expected, got = layer(x), layer(**{word: x})
    if word != "data" and name != "Pipeline":  # augmentations draw
        np.testing.assert_array_equal(leaves(got)[0].detach(), leaves(expected)[0].detach())


def test_models_take_their_inputs_by_keyword():
    entry = Input((4,))
    functional = Model(inputs=entry, outputs=Dense(2)(inputs=entry))
    np.testing.assert_array_equal(functional(inputs=X).detach(), functional(X).detach())
    stack = Sequential([Dense(2)])
    np.testing.assert_array_equal(stack(inputs=X).detach(), stack(X).detach())


class Both(Layer):
    """Two arrays, with a weight for the first's features."""

    def build(self, left_shape, right_shape):
        self.shapes = left_shape, right_shape
        self.scale = self.add_weight((left_shape[-1],), "ones", name="scale")

    def call(self, left, right):
        return left * self.scale + right

    def compute_output_shape(self, left_shape, right_shape):
        return (*left_shape[:-1], max(left_shape[-1], right_shape[-1]))


class Named(Layer):
    def call(self, *, left, right):
        return left - right


@pytest.mark.parametrize(
    "call", [lambda f: f(X, X), lambda f: f(left=X, right=X), lambda f: f(X, right=X)]
)
def test_build_is_given_the_shape_of_each_array(call):
    layer = Both()
    np.testing.assert_array_equal(call(layer).detach(), X + X)
    assert layer.shapes == ((None, 4), (None, 4))


def test_on_symbols_by_keyword_alone():
    a, b = Input((4,)), Input((4,))
    for layer in (Both(), Named()):
        model = Model([a, b], layer(left=a, right=b))
        assert model.output_shape == (None, 4)
        expected = layer(left=X, right=2 * X)
        np.testing.assert_array_equal(model([X, 2 * X]).detach(), expected.detach())


def test_an_array_beside_a_symbol_is_a_constant():
    a = Input((4,))
    model = Model(a, Both()(X, a))
    np.testing.assert_array_equal(model(X).detach(), 2 * X)


def test_arrays_by_keyword_become_tensors_of_the_layer_s_precision():
    class Sees(Layer):
        def call(self, x, other=None, axis=1, flags=(1, 2)):
            self.seen = type(other), other.dtype, axis, flags
            return x + other

    layer = Sees()
    layer(X, other=X.astype(np.float64))
    assert layer.seen == (torch.Tensor, torch.float32, 1, (1, 2))


def test_a_layer_of_several_shapes_comes_back_from_a_file(tmp_path):
    register_keras_serializable("tests")(Both)
    a, b = Input((4,)), Input((4,))
    model = Model([a, b], Both()(a, b))
    model.layers[-1].set_weights([np.full(4, 3.0, np.float32)])
    model.save(tmp_path / "both.keras")
    again = load_model(tmp_path / "both.keras")
    np.testing.assert_array_equal(again([X, X]).detach(), 4 * X)


def test_a_missing_input_is_named():
    with pytest.raises(InvalidArgument, match='as "inputs", got units'):
        Dense(2)(units=X)
    with pytest.raises(InvalidArgument, match='as "left", got right'):
        Both()(right=X)
    with pytest.raises(InvalidArgument, match="no arguments"):
        Dense(2)()


def test_a_shape_of_build_that_call_does_not_have():
    class Wrong(Layer):
        def build(self, a_shape, c_shape):
            raise AssertionError("not reached")

        def call(self, a, b):
            return a + b

    with pytest.raises(InvalidArgument, match=r"named after one of call's \(a, b\), got c_shape"):
        Wrong()(X, X)
