"""Convolutions against Keras, every argument: outputs and gradients to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, normal
from parity.twins import agree, twins
from saccade import layers

IMAGES, SERIES = (2, 9, 10, 4), (2, 11, 4)
DEPTHWISE = {"DepthwiseConv1D", "DepthwiseConv2D"}

OPTIONS = {
    "plain": {},
    "kernel 1": {"kernel_size": 1},
    "kernel 4": {"kernel_size": 4},
    "strides 2": {"strides": 2},
    "strides 3": {"strides": 3},
    "strides 3, kernel 2": {"strides": 3, "kernel_size": 2},
    "dilation 2": {"dilation_rate": 2},
    "no bias": {"use_bias": False},
    "softmax": {"activation": "softmax"},
}
MORE = {
    "Conv1D": [{"groups": 2}, {"padding": "CAUSAL"}, {"padding": "causal", "dilation_rate": 3},
               {"padding": "causal", "strides": 2}, {"padding": "causal", "strides": 3,
               "kernel_size": 2}],
    "DepthwiseConv1D": [{"depth_multiplier": 3}],
    "DepthwiseConv2D": [{"depth_multiplier": 3}, {"depth_multiplier": 2, "strides": 2},
                        {"strides": 2, "dilation_rate": 2}, {"kernel_size": (2, 3)}],
    "SeparableConv1D": [{"depth_multiplier": 3}],
    "SeparableConv2D": [{"depth_multiplier": 3}, {"depth_multiplier": 2, "strides": 2},
                        {"strides": 2, "dilation_rate": 2}, {"kernel_size": (2, 3)}],
    "Conv1DTranspose": [],
    "Conv2DTranspose": [{"strides": (1, 2)}, {"strides": (3, 2), "output_padding": (2, 0)},
                        {"kernel_size": (2, 5), "strides": 2, "output_padding": 1}],
}  # fmt: skip


def filled(name, options):
    base = {"kernel_size": 3} if name in DEPTHWISE else {"kernel_size": 3, "filters": 6}
    return {**base, **options}


def shape_for(name):
    return SERIES if "1D" in name else IMAGES


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", MORE)
def test_what_all_have(name, options, padding):
    agree(name, filled(name, {"padding": padding, **options}), shape_for(name))


@pytest.mark.parametrize(
    ("name", "options"), [(name, options) for name in MORE for options in MORE[name]], ids=str
)
def test_what_each_has(name, options):
    agree(name, filled(name, options), shape_for(name))


@pytest.mark.parametrize("name", [name for name in MORE if "Depthwise" in name or "Sep" in name])
@pytest.mark.parametrize("size", [5, 6, 8])
@pytest.mark.parametrize("kernel_size", [2, 3, 4])
def test_same_padding_by_channel(name, size, kernel_size):
    """Sizes on which "same" pads evenly, unevenly and not at all."""
    shape = (1, *[size] * (1 if "1D" in name else 2), 2)
    options = {"kernel_size": kernel_size, "strides": 2, "padding": "same"}
    agree(name, filled(name, options), shape)


TRANSPOSED = [
    {"kernel_size": k, "strides": s, "padding": p, "output_padding": e}
    for k in (1, 2, 3, 4, 5)
    for s in (1, 2, 3)
    for p in ("valid", "same")
    for e in (None, *range(s))
] + [
    {"kernel_size": k, "dilation_rate": 2, "padding": p} for k in (2, 3) for p in ("valid", "same")
]


def laid_down(x, kernel, strides, dilation):
    """Every step lays a kernel down: nothing is cut yet. NumPy."""
    batch, steps, _ = x.shape
    length, filters, _ = kernel.shape
    y = np.zeros((batch, (steps - 1) * strides + (length - 1) * dilation + 1, filters))
    for i in range(steps):
        for u in range(length):
            y[:, i * strides + u * dilation] += x[:, i].astype(float) @ kernel[u].T.astype(float)
    return y


@pytest.mark.parametrize("options", TRANSPOSED, ids=str)
def test_transposed(options):
    """Against Keras, and the window that is kept against NumPy and TensorFlow's rule."""
    agree("Conv1DTranspose", {"filters": 3, **options}, (2, 5, 2))
    layer = layers.Conv1DTranspose(3, **options)
    x = normal((2, 5, 2), 4)
    y = array(layer(x))
    k, s, d = layer.kernel_size[0], layer.strides[0], layer.dilation_rate[0]
    whole = laid_down(x, array(layer.kernel), s, d)
    reach = (k - 1) * d + 1
    first = 0
    if layer.padding == "same" and layer.output_padding is None:
        first = max(reach - s, 0) // 2  # what a "same" convolution of the output pads before
        assert y.shape[1] == 5 * s
    elif layer.padding == "same":
        first = None
    if first is not None:
        missing = y.shape[1] + first - whole.shape[1]
        whole = np.pad(whole, ((0, 0), (0, max(missing, 0)), (0, 0)))
        close(y, whole[:, first : first + y.shape[1]])


@pytest.mark.parametrize("options", TRANSPOSED[::5], ids=str)
def test_transposed_images(options):
    agree("Conv2DTranspose", {"filters": 3, **options}, (1, 4, 5, 2))


@pytest.mark.parametrize(("kernel_size", "strides"), [(3, 2), (4, 2), (5, 3), (2, 3), (3, 1)])
def test_transposed_is_the_gradient_of_a_convolution(kernel_size, strides):
    """The law: <conv(u), x> = <u, transposed(x)> with the same kernel, "same" padding."""
    steps, out = 5, 5 * strides
    forward = layers.Conv1D(2, kernel_size, strides, "same", use_bias=False)
    backward = layers.Conv1DTranspose(3, kernel_size, strides, "same", use_bias=False)
    forward.build_on((None, out, 3))
    backward.build_on((None, steps, 2))
    backward.set_weights(forward.get_weights())
    u, x = torch.tensor(normal((2, out, 3), 1)), torch.tensor(normal((2, steps, 2), 2))
    close((forward(u) * x).sum(), (u * backward(x)).sum(), 1e-4)


@pytest.mark.parametrize("name", ["Conv2D", "DepthwiseConv2D", "SeparableConv2D",
                                  "Conv2DTranspose", "Conv1D", "DepthwiseConv1D"])  # fmt: skip
def test_integers_become_floats(name):
    ours, theirs = twins(name, filled(name, {}), shape_for(name))
    x = np.random.RandomState(4).randint(0, 256, shape_for(name)).astype(np.uint8)
    np.testing.assert_allclose(
        array(ours(x)), array(theirs(x.astype(np.float32))), rtol=1e-5, atol=1e-3
    )
