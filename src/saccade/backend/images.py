"""Images: convolutions, poolings and borders in the words of Keras's `backend`.

Images are (batch, height, width, channels).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument
from saccade.layers.sizes.upsampling import UpSampling2D
from saccade.numerics.tensors.tensor_functions import convert_to_tensor
from saccade.ops import networks

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
    return networks.conv(x, kernel, strides, padding, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Pair = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = (1, 1),
) -> torch.Tensor:
    """A convolution of each channel by itself, with a kernel (height, width, in, multiplier)."""
    return networks.depthwise_conv(
        x, depthwise_kernel, strides, padding, data_format, dilation_rate
    )


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
    return networks.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def pool2d(
    x: Any,
    pool_size: Pair,
    strides: Pair = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The greatest ("max") or the mean ("avg") of each window."""
    pools = {"max": networks.max_pool, "avg": networks.average_pool}
    if pool_mode not in pools:
        raise InvalidArgument("pool2d", 'pool_mode must be "max" or "avg"', repr(pool_mode))
    return pools[pool_mode](x, pool_size, strides, padding, data_format)


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> torch.Tensor:
    """A number of its own added to each channel."""
    networks.check_layout("bias_add", data_format)
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
    return networks.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
    interpolation: str = "nearest",
) -> torch.Tensor:
    """Images so many times as high and wide; "nearest" or "bilinear"."""
    networks.check_layout("resize_images", data_format)
    layer = UpSampling2D((height_factor, width_factor), interpolation=interpolation)
    return layer(convert_to_tensor(x))


def spatial_2d_padding(
    x: Any,
    padding: tuple[tuple[int, int], tuple[int, int]] = ((1, 1), (1, 1)),
    data_format: str | None = None,
) -> torch.Tensor:
    """A border of zeros: ((above, below), (left, right))."""
    networks.check_layout("spatial_2d_padding", data_format)
    (above, below), (left, right) = padding
    return F.pad(convert_to_tensor(x), (0, 0, left, right, above, below))
