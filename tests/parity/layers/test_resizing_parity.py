"""Resizing and CenterCrop: Keras where its torch backend agrees with TensorFlow and JAX, else the
formula itself, written out pixel by pixel."""

import math

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from saccade import layers
from saccade.layers.sizes.batch_resampling import INTERPOLATIONS, resampling_weights

SIZES = [(4, 3), (12, 17), (7, 8), (3, 20), (1, 1), (14, 16), (5, 4)]
SHAPE = (2, 7, 8, 3)


def both(name, config, x, tolerance=1e-5):
    """Values and slopes of ours and Keras's agree; gives ours."""
    results = []
    for family in (layers, keras.layers):
        tensor = torch.tensor(x, requires_grad=True)
        y = getattr(family, name)(**config)(tensor)
        probe = torch.tensor(normal(tuple(y.shape), 9))
        results.append((array(y), array(torch.autograd.grad((y * probe).sum(), tensor)[0])))
    for mine, theirs in zip(*results, strict=True):
        close(mine, theirs, tolerance)
    shape = getattr(layers, name)(**config).compute_output_shape((None, *x.shape[1:]))
    assert shape == (None, *results[0][0].shape[1:])
    return results[0][0]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("option", [None, "crop_to_aspect_ratio", "pad_to_aspect_ratio"])
def test_resizing(size, interpolation, option):
    config = {"height": size[0], "width": size[1], "interpolation": interpolation}
    both(
        "Resizing", config | ({option: True, "fill_value": 0.5} if option else {}), normal(SHAPE, 1)
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_resizing_with_antialias(size, interpolation):
    """Here torch has the kernels of JAX and TensorFlow."""
    config = {"height": size[0], "width": size[1], "antialias": True}
    both("Resizing", config | {"interpolation": interpolation}, normal(SHAPE, 1))


def kernel(word):
    """The weight of a pixel at a distance, each formula in its own words."""

    def cubic(d, a=-0.5):
        if d < 1:
            return (a + 2) * d**3 - (a + 3) * d**2 + 1
        return a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a if d < 2 else 0.0

    def lanczos(d, r):
        if d == 0:
            return 1.0
        at = math.pi * d
        return r * math.sin(at) * math.sin(at / r) / at**2 if d < r else 0.0

    return {
        "bilinear": lambda d: max(0.0, 1 - d),
        "bicubic": cubic,
        "lanczos3": lambda d: lanczos(d, 3),
        "lanczos5": lambda d: lanczos(d, 5),
    }[word]


def expected_weights(n, m, word, antialias):
    stretch = max(n / m, 1) if antialias else 1
    rows = []
    for j in range(m):
        middle = (j + 0.5) * n / m
        row = [kernel(word)(abs(i + 0.5 - middle) / stretch) for i in range(n)]
        rows.append([w / sum(row) for w in row])
    return np.array(rows)


@pytest.mark.parametrize("word", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", SIZES[:5], ids=str)
def test_resizing_is_the_weighted_sum(word, antialias, size):
    """DEPARTURES.md: torch has other cubics, and no Lanczos; JAX and TensorFlow have these."""
    x = normal(SHAPE, 2)
    by_rows, by_columns = (
        expected_weights(n, m, word, antialias) for n, m in zip(SHAPE[1:3], size, strict=True)
    )
    y = np.einsum("ah,bw,nhwc->nabc", by_rows, by_columns, x)
    layer = layers.Resizing(*size, interpolation=word, antialias=antialias)
    close(layer(torch.tensor(x)), y)


def test_bicubic_really_departs():
    """The departure is still there: where this fails, Keras was repaired and the file is old."""
    x = normal(SHAPE, 2)
    config = {"height": 12, "width": 17, "interpolation": "bicubic"}
    ours, theirs = (f.Resizing(**config)(x) for f in (layers, keras.layers))
    assert np.abs(array(ours) - array(theirs)).max() > 0.01
    with pytest.raises(ValueError, match="Lanczos"):
        keras.layers.Resizing(3, 3, interpolation="lanczos3")(x)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_area_is_the_mean_of_what_a_pixel_covers(size):
    """Each pixel cut into small squares, which are then counted."""
    x = normal(SHAPE, 3).astype(np.float64)
    (h, w), (a, b) = SHAPE[1:3], size
    fine = x.repeat(a, axis=1).repeat(b, axis=2)
    y = fine.reshape(2, a, h, b, w, 3).mean((2, 4))
    close(layers.Resizing(*size, interpolation="area")(torch.tensor(x).float()), y)


@pytest.mark.parametrize("word", INTERPOLATIONS)
@pytest.mark.parametrize("antialias", [False, True])
def test_a_flat_image_stays_flat_and_its_own_size_changes_nothing(word, antialias):
    x = normal(SHAPE, 4)
    for size in SIZES:
        y = layers.Resizing(*size, interpolation=word, antialias=antialias)(np.full_like(x, 0.7))
        close(y, np.full((2, *size, 3), 0.7, np.float32))
    close(layers.Resizing(*SHAPE[1:3], interpolation=word, antialias=antialias)(x), x)
    if word != "nearest":
        close(resampling_weights(9, 4, word, antialias).sum(1), np.ones(4))


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("dtype", ["uint8", "int16"])
def test_integers_stay_integers(interpolation, dtype):
    x = np.random.RandomState(0).randint(0, 2, SHAPE).astype(dtype) * 255
    antialias = interpolation == "bicubic"  # where torch has the cubic of the others
    config = {"interpolation": interpolation, "antialias": antialias}
    ours, theirs = (array(f.Resizing(5, 12, **config)(x)) for f in (layers, keras.layers))
    assert ours.dtype == theirs.dtype == dtype
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1  # halves, after rounding
    assert (ours == theirs).mean() > 0.99
    if dtype == "uint8":
        assert ours.min() == 0
        assert ours.max() == 255


@pytest.mark.parametrize("size", [*SIZES, (7, 3), (2, 8), (9, 4), (4, 30)], ids=str)
def test_center_crop(size):
    """Cut out where the image is large enough, else cut to proportions and made larger."""
    both("CenterCrop", {"height": size[0], "width": size[1]}, normal(SHAPE, 1))


@pytest.mark.parametrize("name", ["Resizing", "CenterCrop"])
def test_one_image(name):
    x = normal(SHAPE, 1)[0]
    for size in SIZES:
        ours, theirs = (array(getattr(f, name)(*size)(x)) for f in (layers, keras.layers))
        close(ours, theirs)
        assert getattr(layers, name)(*size).compute_output_shape((7, 8, 3)) == (*size, 3)


def test_center_crop_makes_floats():
    x = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3).astype(np.uint8)
    y = layers.CenterCrop(2, 3)(x)
    assert y.dtype == torch.float32
    close(y, keras.layers.CenterCrop(2, 3)(x))


@pytest.mark.parametrize(("config", "text"), [
    ({"interpolation": "bilinaer"}, 'Did you mean "bilinear"'),
    ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "exclude each other"),
    ({"fill_mode": "reflect"}, "fill_mode"),
    ({"height": 0}, "height must be a positive integer"),
    ({"width": "a"}, "width must be a positive integer"),
    ({"data_format": "channels"}, "channels_last"),
], ids=str)  # fmt: skip
def test_what_cannot_work(config, text):
    with pytest.raises(ValueError, match=text):
        layers.Resizing(**{"height": 3, "width": 3, **config})


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4, 5, 6)], ids=str)
def test_inputs_that_are_no_images(shape):
    for layer in (layers.Resizing(3, 3), layers.CenterCrop(3, 3)):
        with pytest.raises(ValueError, match=r"\(batch, height, width, channels\), or one image"):
            layer(np.zeros(shape, np.float32))
