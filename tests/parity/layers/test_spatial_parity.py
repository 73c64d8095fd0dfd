"""Poolings, borders and upsampling against Keras: outputs and gradients to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, normal
from parity.twins import agree
from saccade import layers
from saccade.numerics.convolution.geometry import same_padding

POOL = [
    {"pool_size": k, "strides": s, "padding": p}
    for k in (1, 2, 3, 4)
    for s in (None, 1, 2, 3)
    for p in ("valid", "same")
]


@pytest.mark.parametrize("options", POOL, ids=str)
@pytest.mark.parametrize("steps", [7, 8])
def test_max_pooling_1d(options, steps):
    agree("MaxPooling1D", options, (2, steps, 3))


@pytest.mark.parametrize("options", POOL, ids=str)
@pytest.mark.parametrize("steps", [7, 8])
def test_average_pooling_1d(options, steps):
    layer = layers.AveragePooling1D(**options)
    (k,), (s,) = layer.pool_size, layer.strides
    before, after = same_padding(steps, k, s)
    if options["padding"] == "valid" or before == after:
        agree("AveragePooling1D", options, (2, steps, 3))
        return
    # DEPARTURES.md, 1: Keras on torch counts copies of the edge as pixels of the window
    x = normal((2, steps, 3), 3)
    y = array(layer(x))
    for i in range(y.shape[1]):
        start = i * s - before
        close(y[:, i], x[:, max(0, start) : start + k].mean(1))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("kind", ["Average", "Max"])
@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 4, 5, 3), (1, 1, 1, 2)], ids=str)
def test_global_pooling(kind, shape, keepdims):
    agree(f"Global{kind}Pooling{len(shape) - 2}D", {"keepdims": keepdims}, shape)


def test_the_gradient_of_equal_largest_is_shared():
    x = torch.ones(1, 2, 2, 1, requires_grad=True)
    layers.GlobalMaxPooling2D()(x).sum().backward()
    assert torch.equal(x.grad, torch.full((1, 2, 2, 1), 0.25))


@pytest.mark.parametrize("sides", [0, 2, (1, 2), ((0, 1), (2, 0)), [[1, 0], [0, 0]]], ids=str)
@pytest.mark.parametrize(("name", "option"), [("ZeroPadding2D", "padding"),
                                              ("Cropping2D", "cropping")])  # fmt: skip
def test_borders_2d(name, option, sides):
    agree(name, {option: sides}, (2, 6, 7, 3))


@pytest.mark.parametrize("sides", [0, 2, (1, 2), [0, 1]], ids=str)
@pytest.mark.parametrize(("name", "option"), [("ZeroPadding1D", "padding"),
                                              ("Cropping1D", "cropping")])  # fmt: skip
def test_borders_1d(name, option, sides):
    agree(name, {option: sides}, (2, 6, 3))


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "BILINEAR"])
@pytest.mark.parametrize("size", [1, 2, 3, (2, 3), (1, 4)], ids=str)
@pytest.mark.parametrize("shape", [(2, 4, 5, 3), (1, 1, 3, 2)], ids=str)
def test_upsampling_2d(size, interpolation, shape):
    agree("UpSampling2D", {"size": size, "interpolation": interpolation}, shape)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_upsampling_1d(size):
    agree("UpSampling1D", {"size": size}, (2, 4, 3))


def test_nearest_repeats():
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    y = array(layers.UpSampling2D((2, 3))(x))
    np.testing.assert_array_equal(y, x.repeat(2, 1).repeat(3, 2))
