"""NASNet cells: one that keeps the sides of its images, one that halves them.

The calls stand in Keras's order, which names the layers.
"""

from __future__ import annotations

from typing import Any

from saccade.applications.building.geometry import stepping_border
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Cropping2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)


def normal(x: Symbol, before: Symbol | None, filters: int, name: str) -> tuple[Symbol, Symbol]:
    p = _fitted(before, x, filters, name)
    h = Activation("relu")(x)
    h = convolved(h, filters, f"normal_conv_1_{name}", f"normal_bn_1_{name}", padding="same")
    left, right = (
        _separable(h, filters, 5, "left1", name),
        _separable(p, filters, 3, "right1", name),
    )
    one = _sum(left, right, f"normal_add_1_{name}")
    left, right = (
        _separable(p, filters, 5, "left2", name),
        _separable(p, filters, 3, "right2", name),
    )
    two = _sum(left, right, f"normal_add_2_{name}")
    three = _sum(_averaged(h, f"normal_left3_{name}"), p, f"normal_add_3_{name}")
    left, right = _averaged(p, f"normal_left4_{name}"), _averaged(p, f"normal_right4_{name}")
    four = _sum(left, right, f"normal_add_4_{name}")
    five = _sum(_separable(h, filters, 3, "left5", name), h, f"normal_add_5_{name}")
    joined = Concatenate(name=f"normal_concat_{name}")([p, one, two, three, four, five])
    return joined, x


def halved(x: Symbol, before: Symbol | None, filters: int, name: str) -> tuple[Symbol, Symbol]:
    p = _fitted(before, x, filters, name)
    h = Activation("relu")(x)
    h = convolved(h, filters, f"reduction_conv_1_{name}", f"reduction_bn_1_{name}", padding="same")
    padded = ZeroPadding2D(stepping_border(h, 3), name=f"reduction_pad_1_{name}")(h)
    pooled = {"pool_size": 3, "strides": 2, "padding": "valid"}

    left, right = _halving(h, filters, 5, "left1", name), _halving(p, filters, 7, "right1", name)
    one = _sum(left, right, f"reduction_add_1_{name}")
    left = MaxPooling2D(**pooled, name=f"reduction_left2_{name}")(padded)
    two = _sum(left, _halving(p, filters, 7, "right2", name), f"reduction_add_2_{name}")
    left = AveragePooling2D(**pooled, name=f"reduction_left3_{name}")(padded)
    three = _sum(left, _halving(p, filters, 5, "right3", name), f"reduction_add3_{name}")
    four = _sum(two, _averaged(one, f"reduction_left4_{name}"))
    left = _twice_separable(one, filters, 3, f"reduction_left4_{name}")
    right = MaxPooling2D(**pooled, name=f"reduction_right5_{name}")(padded)
    five = _sum(left, right, f"reduction_add4_{name}")
    return Concatenate(name=f"reduction_concat_{name}")([two, three, four, five]), x


def _fitted(before: Symbol | None, x: Symbol, filters: int, name: str) -> Symbol:
    """What the cell before the last gave, with the sides and channels of this cell."""
    if before is None:
        return x
    if before.shape[2] != x.shape[2]:
        return _every_second(before, filters, name)
    if before.shape[-1] == filters:
        return before
    p = Activation("relu")(before)
    return convolved(
        p, filters, f"adjust_conv_projection_{name}", f"adjust_bn_{name}", padding="same"
    )


def _every_second(p: Symbol, filters: int, name: str) -> Symbol:
    """Every second pixel of rows and columns, and the one after it: half of the channels each."""
    p = Activation("relu", name=f"adjust_relu_1_{name}")(p)
    pixel = {"pool_size": 1, "strides": 2, "padding": "valid"}
    kernel = {"padding": "same", "use_bias": False, "kernel_initializer": "he_normal"}
    first = AveragePooling2D(**pixel, name=f"adjust_avg_pool_1_{name}")(p)
    first = Conv2D(filters // 2, 1, **kernel, name=f"adjust_conv_1_{name}")(first)
    second = Cropping2D(((1, 0), (1, 0)))(ZeroPadding2D(((0, 1), (0, 1)))(p))
    second = AveragePooling2D(**pixel, name=f"adjust_avg_pool_2_{name}")(second)
    second = Conv2D(filters // 2, 1, **kernel, name=f"adjust_conv_2_{name}")(second)
    return _normed(Concatenate()([first, second]), f"adjust_bn_{name}")


def convolved(
    x: Symbol, filters: int, name: str, norm_name: str, window: int = 1, **options: Any
) -> Symbol:
    kernel = {"use_bias": False, "kernel_initializer": "he_normal"}
    return _normed(Conv2D(filters, window, name=name, **kernel, **options)(x), norm_name)


def _separable(x: Symbol, filters: int, window: int, side: str, name: str) -> Symbol:
    return _twice_separable(x, filters, window, f"normal_{side}_{name}")


def _halving(x: Symbol, filters: int, window: int, side: str, name: str) -> Symbol:
    return _twice_separable(x, filters, window, f"reduction_{side}_{name}", 2)


def _twice_separable(x: Symbol, filters: int, window: int, name: str, strides: int = 1) -> Symbol:
    """ReLU, separable convolution and normalisation, twice; the first may go in steps of 2."""
    x, padding = Activation("relu")(x), "same"
    if strides == 2:
        border, padding = stepping_border(x, window), "valid"
        x = ZeroPadding2D(border, name=f"separable_conv_1_pad_{name}")(x)
    plain = {"use_bias": False}
    x = SeparableConv2D(
        filters, window, strides, padding, name=f"separable_conv_1_{name}", **plain
    )(x)
    x = Activation("relu")(_normed(x, f"separable_conv_1_bn_{name}"))
    x = SeparableConv2D(filters, window, padding="same", name=f"separable_conv_2_{name}", **plain)(
        x
    )
    return _normed(x, f"separable_conv_2_bn_{name}")


def _averaged(x: Symbol, name: str) -> Symbol:
    return AveragePooling2D(3, 1, "same", name=name)(x)


def _sum(one: Symbol, two: Symbol, name: str | None = None) -> Symbol:
    return Add(name=name)([one, two])


def _normed(x: Symbol, name: str) -> Symbol:
    return BatchNormalization(momentum=0.9997, epsilon=1e-3, name=name)(x)
