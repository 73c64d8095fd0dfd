"""Inception: what InceptionV3 and InceptionResNetV2 are made of.

The calls stand in Keras's order, which names the layers.
"""

from __future__ import annotations

from collections.abc import Sequence

from saccade.applications.building.channels import channel_axis
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
)

Window = tuple[int, int]


def convolved(
    x: Symbol,
    filters: int,
    window: Window,
    step: int = 1,
    padding: str = "same",
    name: str | None = None,
) -> Symbol:
    """A convolution without bias, normalised without gamma, then ReLU.

    Args:
        name: of the convolution; the two others are called after it.
    """
    x = Conv2D(filters, window, step, padding, use_bias=False, name=name)(x)
    x = BatchNormalization(channel_axis(), scale=False, name=name and f"{name}_bn")(x)
    return Activation("relu", name=name and f"{name}_ac")(x)


def chained(x: Symbol, *steps: tuple[int, Window]) -> Symbol:
    """Several convolutions of (filters, window), one after the other."""
    for filters, window in steps:
        x = convolved(x, filters, window)
    return x


def stem(x: Symbol) -> Symbol:
    """From an image to 192 features on an eighth of its sides."""
    x = convolved(x, 32, (3, 3), 2, "valid")
    x = convolved(x, 32, (3, 3), padding="valid")
    x = convolved(x, 64, (3, 3))
    x = MaxPooling2D(3, 2)(x)
    x = convolved(x, 80, (1, 1), padding="valid")
    x = convolved(x, 192, (3, 3), padding="valid")
    return MaxPooling2D(3, 2)(x)


def squares(x: Symbol, ones: int, pooled: int, name: str) -> Symbol:
    """Windows of 1, 5 and twice 3 pixels, and a mean, side by side."""
    small = convolved(x, ones, (1, 1))
    fives = chained(x, (48, (1, 1)), (64, (5, 5)))
    threes = chained(x, (64, (1, 1)), (96, (3, 3)), (96, (3, 3)))
    return Concatenate(channel_axis(), name=name)([small, fives, threes, averaged(x, pooled)])


def halved(x: Symbol, once: int, twice: Sequence[int], name: str) -> Symbol:
    """Half the sides: one window of 3, two of them, and a maximum, side by side.

    Args:
        once: filters of the first branch.
        twice: of the second's three convolutions.
    """
    threes = convolved(x, once, (3, 3), 2, "valid")
    narrow, wide, last = twice
    sixes = chained(x, (narrow, (1, 1)), (wide, (3, 3)))
    sixes = convolved(sixes, last, (3, 3), 2, "valid")
    return Concatenate(channel_axis(), name=name)([threes, sixes, MaxPooling2D(3, 2)(x)])


def averaged(x: Symbol, filters: int) -> Symbol:
    """The mean of 3x3 pixels, then a convolution of one."""
    return convolved(AveragePooling2D(3, 1, "same")(x), filters, (1, 1))
