"""Weights that a class of the user's makes: their dtype, and what they begin with."""

import numpy as np
import pytest
import torch

from saccade.layers import Dense, Layer


class Counting(Layer):
    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "int32", **kwargs})
        self.total = self.add_weight(name="total", trainable=False)
        self.seen = self.add_weight(dtype="bool", trainable=False)

    def call(self, x):
        return x + self.total


def test_what_is_no_float_begins_with_zeros():
    layer = Counting()
    assert (layer.total.dtype, layer.seen.dtype) == (torch.int32, torch.bool)
    assert int(layer.total) == int(layer.seen) == 0


def test_a_layer_of_the_users_may_compute_in_integers():
    layer = Counting()
    assert layer.compute_dtype == layer.variable_dtype == "int32"
    assert layer(np.array([1.0, 2.0], np.float32)).dtype is torch.int32
    again = Counting.from_config(layer.get_config())
    assert again.compute_dtype == "int32"
    assert Counting(dtype="int").compute_dtype == "int32"


def test_layers_with_weights_that_are_trained_stay_floats():
    with pytest.raises(ValueError, match="Weights are floats"):
        Dense(2, dtype="int32")


class Named(Layer):
    def build(self, a_shape, b):
        self.built = True

    def call(self, a, b):
        return a + b


def test_a_build_of_several_takes_shapes_alone():
    with pytest.raises(ValueError, match="must end in _shape"):
        Named()(np.ones((1, 2)), np.ones((1, 2)))
