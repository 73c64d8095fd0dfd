"""Layers of pixels: any dtype, and a list of images as a batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from parity.reference import keras
from saccade import layers
from saccade.layers.core.pixel_layer import PixelLayer

IMAGE = np.random.RandomState(2).randint(0, 200, (6, 6, 3)).astype("float32")
SETTINGS = {"CenterCrop": (4, 4), "Resizing": (4, 4), "Rescaling": (0.5,), "RandomCrop": (4, 4),
            "RandomRotation": (0.1,), "RandomZoom": (0.1,), "RandomTranslation": (0.1, 0.1),
            "RandomFlip": (), "RandomContrast": (0.1,), "RandomBrightness": (0.1,)}  # fmt: skip
DTYPES = ("float16", "bfloat16", "float64", "uint8", "int32")


def make(family, name, **more):
    return getattr(family, name)(*SETTINGS[name], **more)


def at_rest(name):
    return {"training": False} if name.startswith("Random") else {}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_given_has_the_dtype_that_was_asked_for(name):
    for dtype in DTYPES:
        ours, theirs = make(layers, name, dtype=dtype), make(keras.layers, name, dtype=dtype)
        y = ours(IMAGE, **at_rest(name))
        assert y.dtype is getattr(torch, dtype)
        assert (ours.dtype, ours.compute_dtype) == (theirs.dtype, theirs.compute_dtype)
        assert ours.get_config()["dtype"] == theirs.get_config()["dtype"]
        assert type(ours).from_config(ours.get_config()).compute_dtype == dtype
        if name != "RandomCrop":  # DEPARTURES.md, 37
            expected = theirs(IMAGE, **at_rest(name)).float()
            # half precision: 3 digits; whole numbers of a mean may be cut the other way
            assert (y.float() - expected).abs().max() <= 1.0


@pytest.mark.parametrize("name", SETTINGS)
def test_a_list_of_images_is_a_batch(name):
    layer = make(layers, name)
    expected = layer(np.stack([IMAGE, IMAGE + 1]), **at_rest(name))
    for images in ([IMAGE, IMAGE + 1], (torch.tensor(IMAGE), IMAGE + 1)):
        found = layer(images, **at_rest(name))
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


def test_every_random_layer_takes_a_dtype():
    classes = [cls for cls in layers.CLASSES.values() if issubclass(cls, PixelLayer)]
    assert len(classes) > 20
    for cls in classes:
        policy = object.__new__(cls)
        torch.nn.Module.__init__(policy)
        policy.dtype_policy = "uint8"
        assert policy.compute_dtype == "uint8"
        policy.dtype_policy = "mixed_float16"
        assert policy.compute_dtype == "float16"
        assert policy.variable_dtype == "float32"
