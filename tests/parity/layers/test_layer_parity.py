"""Every layer and every argument against Keras: outputs and gradients to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from parity.twins import agree, twins
from saccade import activations, layers
from saccade.numerics.convolution.geometry import same_padding

IMAGES = (2, 9, 10, 4)

CONV = {
    "plain": {},
    "kernel 1": {"kernel_size": 1},
    "kernel pair": {"kernel_size": (2, 3)},
    "kernel 5": {"kernel_size": 5},
    "strides 2": {"strides": 2},
    "strides 3": {"strides": 3},
    "strides pair": {"strides": (1, 2)},
    "dilation 2": {"dilation_rate": 2},
    "dilation pair": {"dilation_rate": (1, 3)},
    "groups 2": {"groups": 2},
    "groups 4": {"groups": 4, "filters": 8},
    "no bias": {"use_bias": False},
    "relu": {"activation": "relu"},
    "softmax": {"activation": "softmax"},
    "bias values": {"bias_initializer": "ones"},
}
# Sizes on which "same" pads evenly, unevenly, and not at all.
SAME = [
    {"kernel_size": k, "strides": s, "padding": p}
    for k in (1, 2, 3, 4, 5)
    for s in (1, 2, 3)
    for p in ("same", "SAME", "valid")
    if (p != "SAME" or (k, s) == (3, 2))
]
POOL = [
    {"pool_size": k, "strides": s, "padding": p}
    for k in (2, 3, (2, 3), 1)
    for s in (None, 1, 2, 3, (2, 1))
    for p in ("valid", "same")
]


@pytest.mark.parametrize("options", CONV.values(), ids=CONV)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_conv2d(options, padding):
    agree("Conv2D", {"filters": 4, "kernel_size": 3, "padding": padding, **options}, IMAGES)


@pytest.mark.parametrize("options", SAME, ids=str)
@pytest.mark.parametrize("height_width", [(7, 8), (6, 5)], ids=str)
def test_conv2d_padding(options, height_width):
    agree("Conv2D", {"filters": 2, **options}, (1, *height_width, 3))


@pytest.mark.parametrize("options", POOL, ids=str)
@pytest.mark.parametrize("height_width", [(7, 8), (6, 9)], ids=str)
def test_max_pooling(options, height_width):
    agree("MaxPooling2D", options, (2, *height_width, 3))


def pads_unevenly(options, height_width) -> bool:
    layer = layers.AveragePooling2D(**options)
    sides = [
        same_padding(n, k, s)
        for n, k, s in zip(height_width, layer.pool_size, layer.strides, strict=True)
    ]
    return options["padding"] == "same" and any(before != after for before, after in sides)


@pytest.mark.parametrize("options", POOL, ids=str)
@pytest.mark.parametrize("height_width", [(7, 8), (6, 9)], ids=str)
def test_average_pooling(options, height_width):
    if pads_unevenly(options, height_width):
        average_same_against_numpy(options, (2, *height_width, 3))
    else:
        agree("AveragePooling2D", options, (2, *height_width, 3))


def average_same_against_numpy(options, shape):
    """DEPARTURES.md, 1: Keras on torch counts copies of the edge as pixels of the window."""
    ours, theirs = twins("AveragePooling2D", options, shape)
    x = normal(shape, 3)
    y = array(ours(x))
    k, s = ours.pool_size, ours.strides
    assert y.shape == tuple(array(theirs(x)).shape)
    starts = [
        [i * step - same_padding(n, size, step)[0] for i in range(count)]
        for n, size, step, count in zip(shape[1:3], k, s, y.shape[1:3], strict=True)
    ]
    expected = np.empty_like(y)
    for i, row in enumerate(starts[0]):
        for j, column in enumerate(starts[1]):
            window = x[:, max(0, row) : row + k[0], max(0, column) : column + k[1]]
            expected[:, i, j] = window.mean((1, 2))
    close(y, expected)


def test_average_pooling_really_departs():
    """The departure is still there: where this fails, Keras was repaired and the file is old."""
    ours, theirs = twins(
        "AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (1, 8, 8, 1)
    )
    x = normal((1, 8, 8, 1), 3)
    assert np.abs(array(ours(x)) - array(theirs(x))).max() > 0.01


@pytest.mark.parametrize("shape", [(3, 5), (3, 4, 5), (2, 3, 4, 5), (4,), (2, 1, 1, 7)], ids=str)
def test_flatten(shape):
    agree("Flatten", {}, shape)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_bias": False},
        {"activation": "tanh"},
        {"activation": "softmax"},
        {"bias_initializer": "ones", "kernel_initializer": "he_normal"},
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", [(3, 5), (3, 4, 5), (2, 3, 4, 5), (1, 1)], ids=str)
def test_dense(options, shape):
    agree("Dense", {"units": 3, **options}, shape)


# The others need arguments, an even axis, or depart: test_activation_parity.py has them.
WORDS = sorted({*activations._WORDS} - {"glu", "sparsemax", "threshold"})


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("shape", [(3, 7), (2, 3, 4, 5)], ids=str)
def test_activation(word, shape):
    agree("Activation", {"activation": word}, shape)


@pytest.mark.parametrize("word", WORDS)
def test_activation_at_the_ends(word):
    """Large, small and zero arguments: nothing overflows where Keras's does not."""
    x = np.array([[-100, -30, -8, -1e-3, 0.0, 1e-3, 8, 30, 80]], np.float32)
    ours = array(activations.get(word)(torch.tensor(x)))
    theirs = array(keras.activations.get(word)(torch.tensor(x)))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("relu", {"negative_slope": 0.3}),
        ("relu", {"max_value": 0.7}),
        ("relu", {"threshold": 0.4}),
        ("relu", {"negative_slope": 0.2, "max_value": 1.0, "threshold": 0.3}),
        ("leaky_relu", {"negative_slope": 0.5}),
        ("elu", {"alpha": 0.5}),
        ("gelu", {"approximate": True}),
        ("softmax", {"axis": 1}),
        ("log_softmax", {"axis": 1}),
    ],
    ids=str,
)
def test_activation_arguments(word, options):
    x = torch.tensor(normal((3, 4, 5), 1))
    ours = getattr(activations, word)(x, **options)
    close(ours, getattr(keras.activations, word)(x, **options))
    plain = getattr(activations, word)(x)
    assert not torch.allclose(ours, plain), "the argument changes nothing"


@pytest.mark.parametrize("name", ["Conv2D", "MaxPooling2D", "AveragePooling2D", "Dense"])
def test_integers_become_floats(name):
    """Pixels as bytes: a Keras model turns them into floats before its first layer."""
    configs = {"Conv2D": {"filters": 2, "kernel_size": 3}, "Dense": {"units": 3}}
    config = configs.get(name, {"pool_size": 2})
    ours, theirs = twins(name, config, (1, 6, 6, 2))
    x = np.random.RandomState(4).randint(0, 256, (1, 6, 6, 2)).astype(np.uint8)
    reference = keras.Sequential([keras.Input(x.shape[1:]), theirs])(x)
    np.testing.assert_allclose(array(ours(x)), array(reference), rtol=1e-5, atol=1e-3)


KEEPING = {"Cropping2D": {"cropping": 1}, "ZeroPadding2D": {}, "UpSampling2D": {}, "Flatten": {},
           "Reshape": {"target_shape": (-1, 3)}, "Permute": {"dims": (2, 3, 1)}, "Identity": {},
           "Concatenate": {}, "Add": {}, "Multiply": {}, "Subtract": {},
           "Average": {}}  # fmt: skip


@pytest.mark.parametrize("name", KEEPING)
def test_what_moves_numbers_keeps_integers(name):
    """An array given to the layer itself; and what a symbol of integers becomes."""
    x = np.arange(72).reshape(1, 4, 6, 3)
    several = name in ("Concatenate", "Add", "Multiply", "Subtract", "Average")
    made = []
    for of in (layers, keras.layers):
        layer = getattr(of, name)(**KEEPING[name])
        found = array(layer([x, x + 2] if several else x))
        symbol = of.Input((4, 6, 3), dtype="int32")
        described = getattr(of, name)(**KEEPING[name])([symbol] * 2 if several else symbol)
        made.append((found, str(described.dtype)))
    assert made[0][0].dtype == made[1][0].dtype
    np.testing.assert_array_equal(made[0][0], made[1][0])
    assert made[0][1] == made[1][1]


def test_dropout_at_rest_and_at_the_ends():
    x = normal((4, 6), 0)
    for rate in (0, 0.4, 1):
        ours, theirs = twins("Dropout", {"rate": rate}, x.shape)
        close(ours(x, training=False), theirs(x, training=False))
        close(ours(x), theirs(x))
        if rate != 0.4:
            close(ours(x, training=True), theirs(x, training=True))


@pytest.mark.parametrize("noise_shape", [None, (None, 1), (1, None), (2000, 1)], ids=str)
@pytest.mark.parametrize("seed", [None, 5], ids=str)
def test_dropout_statistics(noise_shape, seed):
    """The share of zeros, the value of the rest, and what is dropped together are Keras's."""
    torch.manual_seed(1)
    keras.utils.set_random_seed(1)
    x = np.ones((2000, 30), np.float32)
    seen = []
    for family in (layers, keras.layers):
        y = array(family.Dropout(0.3, noise_shape=noise_shape, seed=seed)(x, training=True))
        assert set(np.unique(y).round(5)) == {0.0, np.float32(1 / 0.7).round(5)}
        seen.append((y == 0).mean(0).std() < 0.05)
        by_row, by_column = np.ptp(y, axis=1).max(), np.ptp(y, axis=0).max()
        seen += [by_row == 0, by_column == 0]
        draws = {None: 60000, (None, 1): 2000, (1, None): 30, (2000, 1): 2000}[noise_shape]
        assert abs((y == 0).mean() - 0.3) < 5 * np.sqrt(0.21 / draws)
    assert seen[:3] == seen[3:]


@pytest.mark.parametrize(
    "given",
    [
        {"shape": (4, 5)},
        {"shape": (None, 5), "batch_size": 7},
        {"batch_shape": (None, 4, 5)},
    ],
    ids=str,
)
def test_input(given):
    symbol, reference = layers.Input(**given), keras.Input(**given)
    assert symbol.shape == reference.shape
    assert symbol.dtype == reference.dtype
    layer, twin = layers.InputLayer(**given, name="in"), keras.layers.InputLayer(**given, name="in")
    ours, theirs = layer.get_config(), twin.get_config()
    assert ours | {"batch_shape": tuple(ours["batch_shape"])} == {
        key: tuple(value) if key == "batch_shape" else value
        for key, value in theirs.items()
        if key in ours
    }
