"""Images and volumes: convolutions, poolings and borders in the words of Keras's `backend`.

They are (batch, height, width, channels), with a depth before the height where they are volumes, or
have their channels first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.data_formats import is_channels_first
from saccade.errors import InvalidArgument
from saccade.layers.sizes.border import ZeroPadding2D, ZeroPadding3D
from saccade.layers.sizes.upsampling import UpSampling2D, UpSampling3D
from saccade.numerics.convolution.geometry import as_padding, as_pair
from saccade.numerics.convolution.nhwc import as_given, nhwc_of
from saccade.numerics.convolution.transposed import convolve_transposed_to
from saccade.numerics.tensors.tensor_functions import convert_to_tensor
from saccade.ops import networks, windows

Sizes = int | Sequence[int]


def conv2d(
    x: Any,
    kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> torch.Tensor:
    """A convolution with a kernel (height, width, in, out)."""
    return windows.conv(x, kernel, strides, padding, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> torch.Tensor:
    """A convolution of each channel by itself, with a kernel (height, width, in, multiplier)."""
    return windows.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> torch.Tensor:
    """A depthwise convolution, then one with a kernel (1, 1, in * multiplier, out)."""
    return windows.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def conv3d(
    x: Any,
    kernel: Any,
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1, 1),
) -> torch.Tensor:
    """A convolution with a kernel (depth, height, width, in, out)."""
    return windows.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Sequence[Any],
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> torch.Tensor:
    """A transposed convolution with a kernel (height, width, out, in), of that shape."""
    where = "conv2d_transpose"
    x, is_first = convert_to_tensor(x), is_channels_first(data_format, where)
    y_nhwc = convolve_transposed_to(
        nhwc_of(x, is_first),
        convert_to_tensor(kernel),
        as_pair(where, "strides", strides),
        as_padding(where, padding),
        tuple(output_shape)[2:4] if is_first else tuple(output_shape)[1:3],
        as_pair(where, "dilation_rate", dilation_rate),
    )
    return as_given(y_nhwc, 2, is_first)


def pool2d(
    x: Any,
    pool_size: Sizes,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The greatest ("max") or the mean ("avg") of each window."""
    return _pool("pool2d", pool_mode)(x, pool_size, strides, padding, data_format)


def pool3d(
    x: Any,
    pool_size: Sizes,
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The greatest ("max") or the mean ("avg") of each window of volumes."""
    return _pool("pool3d", pool_mode)(x, pool_size, strides, padding, data_format)


def _pool(where: str, pool_mode: str) -> Any:
    pools = {"max": windows.max_pool, "avg": windows.average_pool}
    if pool_mode not in pools:
        raise InvalidArgument(where, 'pool_mode must be "max" or "avg"', repr(pool_mode))
    return pools[pool_mode]


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> torch.Tensor:
    """A number of its own added to each channel, or to each value of a sample.

    A bias of more axes is (height, width, channels) in either format; channels first, its values
    are read in that order into (channels, height, width).
    """
    x, bias = convert_to_tensor(x), convert_to_tensor(bias)
    if is_channels_first(data_format, "bias_add") and x.ndim > 2:
        if bias.ndim == 1:
            return x + bias.reshape(-1, *[1] * (x.ndim - 2))
        return x + bias.reshape(bias.shape[-1], *bias.shape[:-1])  # as Keras has it
    return x + bias


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
    size = (height_factor, width_factor)
    layer = UpSampling2D(size, data_format=data_format, interpolation=interpolation)
    return layer(convert_to_tensor(x))


def resize_volumes(
    x: Any,
    depth_factor: int,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
) -> torch.Tensor:
    """Volumes so many times as deep, high and wide: voxels are repeated."""
    layer = UpSampling3D((depth_factor, height_factor, width_factor), data_format=data_format)
    return layer(convert_to_tensor(x))


def spatial_2d_padding(
    x: Any,
    padding: tuple[tuple[int, int], tuple[int, int]] = ((1, 1), (1, 1)),
    data_format: str | None = None,
) -> torch.Tensor:
    """A border of zeros: ((above, below), (left, right))."""
    return ZeroPadding2D(padding, data_format=data_format)(convert_to_tensor(x))


def spatial_3d_padding(
    x: Any,
    padding: Sequence[tuple[int, int]] = ((1, 1), (1, 1), (1, 1)),
    data_format: str | None = None,
) -> torch.Tensor:
    """A border of zeros: (before, after) for depth, height and width."""
    return ZeroPadding3D(padding, data_format=data_format)(convert_to_tensor(x))
