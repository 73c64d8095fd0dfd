"""A misspelt argument of a layer is answered with the nearest one that it has."""

import pytest
import torch

from saccade import layers
from saccade.errors import InvalidArgument


@pytest.mark.parametrize(
    ("make", "meant"),
    [
        (lambda: layers.RandomFlip(moed="horizontal"), "mode"),
        (lambda: layers.Conv2D(3, 3, activaton="relu"), "activation"),
        (lambda: layers.RandomZoom(0.1, fil_mode="wrap"), "fill_mode"),
        (lambda: layers.Dense(3, inputshape=(3,)), "input_shape"),
        (lambda: layers.Dense(3, nmae="a"), "name"),
    ],
)
def test_the_nearest_argument(make, meant):
    with pytest.raises(InvalidArgument, match=f"Did you mean {meant}="):
        make()


@pytest.mark.parametrize("given", ["yes", 1, None])
def test_trainable_is_true_or_false(given):
    with pytest.raises(InvalidArgument, match="trainable must be True or False"):
        layers.Dense(2, trainable=given)


@pytest.mark.parametrize("axis", [{"axis": -1}, 1.5, None])
def test_an_axis_of_a_wrong_type_is_a_type_error_too(axis):
    for kind in (layers.LayerNormalization, layers.UnitNormalization):
        with pytest.raises(TypeError, match="axis must be an integer or several"):
            kind(axis)


@pytest.mark.parametrize("make", [lambda: layers.Dense(2), lambda: layers.Conv2D(2, 1)])
def test_an_activation_may_be_exchanged_by_word_or_for_none(make):
    """As Keras's page on Grad-CAM does it."""
    layer = make()
    layer.activation = "relu"
    x = torch.randn(1, 4, 4, 3)
    assert float(layer(x).detach().min()) == 0
    layer.activation = None
    assert float(layer(x).detach().min()) < 0
    assert layer.get_config()["activation"] == "linear"
