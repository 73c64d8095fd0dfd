"""Images: convolutions, poolings and borders in the words of Keras's `backend`.

Images are (batch, height, width, channels).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, NotSupported
from saccade.layers.upsampling import UpSampling2D
from saccade.numerics.geometry import as_padding, as_pair
from saccade.numerics.nhwc import (
    average_pool_nhwc,
    convolve_depthwise_nhwc,
    convolve_nhwc,
    max_pool_nhwc,
)
from saccade.numerics.tensor_functions import convert_to_tensor

Pair = int | tuple[int, int]


def conv2d(
    x: Any,
    kernel: Any,
    strides: Pair = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = (1, 1),
) -> torch.Tensor:
    """A convolution with a kernel (height, width, in, out)."""
    x, kernel = convert_to_tensor(x), convert_to_tensor(kernel)
    sizes = _sizes("conv2d", strides, padding, data_format, dilation_rate)
    return convolve_nhwc(x, kernel, None, *sizes)


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Pair = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = (1, 1),
) -> torch.Tensor:
    """A convolution of each channel by itself, with a kernel (height, width, in, multiplier)."""
    x, kernel = convert_to_tensor(x), convert_to_tensor(depthwise_kernel)
    sizes = _sizes("depthwise_conv2d", strides, padding, data_format, dilation_rate)
    return convolve_depthwise_nhwc(x, kernel, None, *sizes)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Pair = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = (1, 1),
) -> torch.Tensor:
    """A depthwise convolution, then one with a kernel (1, 1, in * multiplier, out)."""
    x = depthwise_conv2d(x, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv2d(x, pointwise_kernel)


def pool2d(
    x: Any,
    pool_size: Pair,
    strides: Pair = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The greatest ("max") or the mean ("avg") of each window."""
    pools = {"max": max_pool_nhwc, "avg": average_pool_nhwc}
    if pool_mode not in pools:
        raise InvalidArgument("pool2d", 'pool_mode must be "max" or "avg"', repr(pool_mode))
    strides, padding, _ = _sizes("pool2d", strides, padding, data_format)
    size = as_pair("pool2d", "pool_size", pool_size)
    return pools[pool_mode](convert_to_tensor(x), size, strides, padding)


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> torch.Tensor:
    """A number of its own added to each channel."""
    _check_layout("bias_add", data_format)
    return convert_to_tensor(x) + convert_to_tensor(bias)


def batch_normalization(
    x: Any,
    mean: Any,
    var: Any,
    beta: Any = None,
    gamma: Any = None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> torch.Tensor:
    """(x - mean) / sqrt(var + epsilon) * gamma + beta; what has one axis lies along `axis`."""
    x = convert_to_tensor(x)

    def along(value: Any) -> torch.Tensor:
        value = convert_to_tensor(value)
        if value.ndim != 1 or axis in (-1, x.ndim - 1):
            return value
        return value.reshape([-1 if one == axis % x.ndim else 1 for one in range(x.ndim)])

    y = (x - along(mean)) * torch.rsqrt(along(var) + epsilon)
    y = y if gamma is None else y * along(gamma)
    return y if beta is None else y + along(beta)


def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
    interpolation: str = "nearest",
) -> torch.Tensor:
    """Images so many times as high and wide; "nearest" or "bilinear"."""
    _check_layout("resize_images", data_format)
    layer = UpSampling2D((height_factor, width_factor), interpolation=interpolation)
    return layer(convert_to_tensor(x))


def spatial_2d_padding(
    x: Any,
    padding: tuple[tuple[int, int], tuple[int, int]] = ((1, 1), (1, 1)),
    data_format: str | None = None,
) -> torch.Tensor:
    """A border of zeros: ((above, below), (left, right))."""
    _check_layout("spatial_2d_padding", data_format)
    (above, below), (left, right) = padding
    return F.pad(convert_to_tensor(x), (0, 0, left, right, above, below))


def _sizes(
    where: str, strides: Pair, padding: str, data_format: str | None, dilation: Pair = (1, 1)
) -> tuple[tuple[int, int], str, tuple[int, int]]:
    _check_layout(where, data_format)
    return (
        as_pair(where, "strides", strides),
        as_padding(where, padding),
        as_pair(where, "dilation_rate", dilation),
    )


def _check_layout(where: str, data_format: str | None) -> None:
    if data_format not in (None, "channels_last"):
        raise NotSupported(where, 'data_format must be "channels_last"', repr(data_format))
