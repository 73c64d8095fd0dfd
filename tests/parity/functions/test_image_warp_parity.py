"""Functions of `ops.image` that bend, scale and compare images, against the installed Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import torch

from parity.functions.image_warps import CASES, END, IMAGES, PLACES, PLANE, START, first
from saccade import ops, random
from saccade.errors import SaccadeError
from saccade.layers import Input
from saccade.models import Model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_function_is_as_under_keras(case):
    found, expected = (
        np.asarray(torch.as_tensor(CASES[case](o.image)).cpu()) for o in (ops, keras.ops)
    )
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)


def test_sobel_edges_mirror_the_border():
    """As TensorFlow; Keras on torch has zeros there, an edge around every flat image."""
    ramp = np.tile(np.arange(5, dtype="float32"), (1, 4, 1))[..., None]
    found = ops.image.sobel_edges(ramp)
    assert found.shape == (1, 4, 5, 1, 2)
    expected = np.zeros((1, 4, 5, 1, 2), "float32")
    expected[:, :, 1:4, :, 1] = 8.0
    np.testing.assert_allclose(found, expected)
    theirs = np.asarray(keras.ops.image.sobel_edges(ramp))
    np.testing.assert_allclose(found[:, 1:3, 1:4], theirs[:, 1:3, 1:4])
    assert not np.allclose(theirs, expected), "Keras departs no more"
    by_first = ops.image.sobel_edges(first(IMAGES), data_format="channels_first")
    by_last = ops.image.sobel_edges(IMAGES)
    np.testing.assert_allclose(by_first, np.moveaxis(by_last.numpy(), 3, 1))


@pytest.mark.parametrize("mode", ["reflect", "constant", "wrap", "nearest"])
@pytest.mark.parametrize("way", ["bilinear", "nearest"])
def test_elastic_transform_bends_smoothly(mode, way):
    bend = ops.image.elastic_transform
    named = {"interpolation": way, "fill_mode": mode}
    np.testing.assert_allclose(bend(IMAGES, alpha=0.0, **named), IMAGES, rtol=1e-6)
    bent = bend(IMAGES, 2.0, 1.5, seed=3, **named)
    assert bent.shape == IMAGES.shape
    assert not np.allclose(bent, IMAGES)
    assert 0 <= bent.min() <= bent.max() <= 1
    torch.testing.assert_close(bent, bend(IMAGES, 2.0, 1.5, seed=3, **named))
    by_first = bend(first(IMAGES), 2.0, 1.5, seed=3, data_format="channels_first", **named)
    np.testing.assert_allclose(np.moveaxis(by_first.numpy(), 1, -1), bent, rtol=1e-6)
    assert bend(IMAGES[0], seed=random.SeedGenerator(1)).shape == IMAGES.shape[1:]
    assert bend((255 * IMAGES).astype("uint8"), 3.0, 1.0).dtype is torch.uint8


def test_elastic_transform_shifts_by_alpha_and_sigma():
    """Columns of 0, 1, 2, ...: a value says where its pixel looked. Noise of sigma under a bell of
    sigma has the deviation sigma / (2 sigma sqrt(pi)), far from the border."""
    columns = np.tile(np.arange(200, dtype="float32"), (1, 200, 1))[..., None]
    bent = ops.image.elastic_transform(columns, alpha=4.0, sigma=2.0, seed=5)
    shifts = (bent.numpy() - columns)[0, 20:-20, 20:-20]
    assert abs(shifts.std() - 4 / (2 * np.sqrt(np.pi))) < 0.08
    assert abs(shifts.mean()) < 0.1


def test_symbols():
    image = Input((8, 9, 3))
    assert ops.image.sobel_edges(image).shape == (None, 8, 9, 3, 2)
    assert ops.image.elastic_transform(image).shape == (None, 8, 9, 3)
    bent = ops.image.perspective_transform(image, START, END[0])
    assert bent.shape == (None, 8, 9, 3)
    likeness = ops.image.ssim(image, 1 - image, filter_size=3)
    found = Model(image, likeness).predict(IMAGES, verbose=0)
    np.testing.assert_allclose(found, ops.image.ssim(IMAGES, 1 - IMAGES, filter_size=3), rtol=1e-4)


@pytest.mark.parametrize(
    "call",
    [
        lambda o: o.map_coordinates(PLANE, PLACES[:1], 1),
        lambda o: o.map_coordinates(PLANE, PLACES, 1, "edge"),
        lambda o: o.map_coordinates(PLANE, PLACES, 3),
        lambda o: o.perspective_transform(IMAGES, np.zeros((3, 2)), np.zeros((3, 2))),
        lambda o: o.perspective_transform(IMAGES, np.zeros((4, 2)), np.zeros((2, 4, 2))),
        lambda o: o.elastic_transform(IMAGES, fill_mode="mirrored"),
        lambda o: o.scale_and_translate(IMAGES, IMAGES.shape, [1.0], [0.0], (1,), "spline"),
        lambda o: o.scale_and_translate(IMAGES, IMAGES.shape, [1.0], [0.0, 1.0], (1,), "cubic"),
        lambda o: o.ssim(IMAGES, IMAGES),
        lambda o: o.sobel_edges(IMAGES[0]),
        lambda o: o.extract_patches_3d(IMAGES[0], 2),
    ],
)
def test_what_is_refused(call):
    with pytest.raises(SaccadeError):
        call(ops.image)
