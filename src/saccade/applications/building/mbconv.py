"""MBConv: what the blocks of EfficientNet and of EfficientNetV2 are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.applications.building.channels import channel_axis, channels_of, shape_of_image
from saccade.graph import Symbol
from saccade.initializers import VarianceScaling
from saccade.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dropout,
    GlobalAveragePooling2D,
    Multiply,
    Reshape,
)


def kernel() -> VarianceScaling:
    """The first weights of a convolution."""
    return VarianceScaling(2.0, "fan_out", "truncated_normal")


def classifier_kernel() -> VarianceScaling:
    """The first weights of the dense layer at the end."""
    return VarianceScaling(1 / 3, "fan_out", "uniform")


def convolved(x: Symbol, filters: int, window: int, name: str, **options: Any) -> Symbol:
    """A convolution, "same" and without bias unless `options` say otherwise."""
    usual = {"padding": "same", "use_bias": False, "kernel_initializer": kernel()}
    return Conv2D(filters, window, name=name, **{**usual, **options})(x)


def normalised(x: Symbol, name: str, momentum: float = 0.99) -> Symbol:
    return BatchNormalization(channel_axis(), momentum, name=name)(x)


def active(x: Symbol, prefix: str, momentum: float = 0.99) -> Symbol:
    """Normalised, then x * sigmoid(x)."""
    x = normalised(x, f"{prefix}bn", momentum)
    return Activation("swish", name=f"{prefix}activation")(x)


def weighed(x: Symbol, few: int, prefix: str) -> Symbol:
    """Each channel times what the means of all channels say: through `few` numbers, 0 to 1."""
    channels = channels_of(x) or 0
    means = GlobalAveragePooling2D(name=f"{prefix}se_squeeze")(x)
    means = Reshape(shape_of_image((1, 1), channels), name=f"{prefix}se_reshape")(means)
    means = convolved(means, few, 1, f"{prefix}se_reduce", use_bias=True, activation="swish")
    scale = convolved(means, channels, 1, f"{prefix}se_expand", use_bias=True, activation="sigmoid")
    return Multiply(name=f"{prefix}se_excite")([x, scale])


def joined(x: Symbol, start: Symbol, lost: float, prefix: str) -> Symbol:
    """A block's result plus what went in; in training a share `lost` of the images skips it."""
    if lost:
        x = Dropout(lost, noise_shape=(None, 1, 1, 1), name=f"{prefix}drop")(x)
    return Add(name=f"{prefix}add")([x, start])


def mean_and_dropout(rate: float) -> Callable[[Symbol], Symbol]:
    """From the last feature map to what the dense layer at the end takes."""

    def flatten(features: Symbol) -> Symbol:
        x = GlobalAveragePooling2D(name="avg_pool")(features)
        return Dropout(rate, name="top_dropout")(x)

    return flatten
