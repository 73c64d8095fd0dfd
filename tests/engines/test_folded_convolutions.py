"""What is folded into a convolution, and how its borders are met: the numbers are the layers'."""

import itertools

import numpy as np
import pytest
import torch

from saccade import layers
from saccade.engines.folded_convolution import Convolve
from saccade.engines.folded_network import FoldedNetwork
from saccade.models import Model
from saccade.models.graph_holder import network_of


def enlivened(model):
    stream = np.random.RandomState(2)
    for weight in model.weights:
        weight.assign(stream.rand(*weight.shape) - (0.0 if "variance" in weight.name else 0.4))
    return model


def folded(model):
    network = network_of(model)
    assert network is not None
    return FoldedNetwork(network)


def assert_same(model, x):
    with torch.no_grad():
        plain = model(x, training=False)
    made = folded(model)
    torch.testing.assert_close(made(x), plain, rtol=1e-5, atol=1e-5)
    with made.in_plain_operations():
        torch.testing.assert_close(made(x), plain, rtol=1e-5, atol=1e-5)
    return made


def after(name):
    return layers.ReLU(6.0) if name == "ReLU(6)" else layers.Activation(name)


@pytest.mark.parametrize("name", ["relu", "relu6", "ReLU(6)", "swish", "hard_swish"])
@pytest.mark.parametrize("kind", ["plain", "depthwise", "own"])
def test_what_follows_a_convolution_is_part_of_it(name, kind):
    x = given = layers.Input((7, 8, 6))
    if kind == "own":
        word = name if name != "ReLU(6)" else "relu6"
        x = layers.DepthwiseConv2D(3, padding="same", activation=word)(x)
        x = layers.Conv2D(5, 1, activation=word)(x)
    else:
        made = layers.Conv2D(5, 3) if kind == "plain" else layers.DepthwiseConv2D(3)
        x = after(name)(layers.BatchNormalization()(made(x)))
    model = enlivened(Model(given, x))
    steps = assert_same(model, 9 * torch.randn(4, 7, 8, 6))._steps
    assert all(isinstance(step.run, Convolve) for step in steps)


@pytest.mark.parametrize("name", ["relu", "relu6", "swish"])
def test_what_follows_a_sum(name):
    given = layers.Input((6, 6, 4))
    x = layers.Add()([layers.Conv2D(4, 1)(given), given])
    assert_same(enlivened(Model(given, after(name)(x))), 9 * torch.randn(3, 6, 6, 4))


SIDES = [((0, 1), (0, 1)), ((1, 2), (0, 1)), ((0, 2), (1, 0)), ((1, 1), (0, 1)), ((2, 2), (2, 2))]


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("depthwise", [True, False])
def test_borders_of_two_widths(depthwise, data_format):
    kind = layers.DepthwiseConv2D if depthwise else layers.Conv2D
    wide = {} if depthwise else {"filters": 3}
    cases = [
        *itertools.product([2, 3, 5], [1, 2, 3], ["same"], [1]),
        *itertools.product([3], [1], ["same"], [2]),
        *itertools.product([3, 4], [2], SIDES, [1]),
    ]
    for kernel, strides, padding, dilation in cases:
        x = given = layers.Input(
            (None, None, 4) if data_format == "channels_last" else (4, None, None)
        )
        if padding != "same":
            x = layers.ZeroPadding2D(padding, data_format=data_format)(x)
        x = kind(
            kernel_size=kernel,
            strides=strides,
            padding="same" if padding == "same" else "valid",
            dilation_rate=dilation,
            data_format=data_format,
            **wide,
        )(x)
        model = enlivened(Model(given, x))
        for size in itertools.product([7, 8], [9, 10]):
            shape = (2, *size, 4) if data_format == "channels_last" else (2, 4, *size)
            with torch.no_grad():
                plain = model(image := torch.randn(shape), training=False)
            torch.testing.assert_close(folded(model)(image), plain, rtol=1e-5, atol=1e-5)
