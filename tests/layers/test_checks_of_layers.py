"""A misspelt argument of a layer is answered with the nearest one that it has."""

import pytest

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
