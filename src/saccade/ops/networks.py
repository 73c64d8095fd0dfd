"""Networks: convolutions, poolings, normalisations and losses, in the words of `keras.ops`.

Images are (batch, height, width, channels).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.data_formats import check_channels_last
from saccade.errors import NotSupported
from saccade.losses import binary_crossentropy as _binary
from saccade.losses import categorical_crossentropy as _categorical
from saccade.losses import sparse_categorical_crossentropy as _sparse
from saccade.numerics.convolution.geometry import as_padding, as_pair
from saccade.numerics.convolution.nhwc import (
    average_pool_nhwc,
    convolve_depthwise_nhwc,
    convolve_nhwc,
    max_pool_nhwc,
)
from saccade.numerics.epsilon import epsilon as _epsilon
from saccade.numerics.tensors.conversion import convert_to_tensor, floats
from saccade.numerics.tensors.ops_formulas import log10

Pair = int | Sequence[int]


def conv(
    inputs: Any,
    kernel: Any,
    strides: Pair = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = 1,
) -> torch.Tensor:
    """A convolution of images with a kernel (height, width, in / groups, out)."""
    x, kernel = _images("conv", inputs, data_format), convert_to_tensor(kernel)
    groups = x.shape[-1] // kernel.shape[2]
    return convolve_nhwc(
        x, kernel, None, *_sizes("conv", strides, padding, dilation_rate), groups=groups
    )


def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Pair = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = 1,
) -> torch.Tensor:
    """A convolution of each channel by itself, with a kernel (height, width, in, multiplier)."""
    x = _images("depthwise_conv", inputs, data_format)
    sizes = _sizes("depthwise_conv", strides, padding, dilation_rate)
    return convolve_depthwise_nhwc(x, convert_to_tensor(kernel), None, *sizes)


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Pair = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Pair = 1,
) -> torch.Tensor:
    """A depthwise convolution, then one with a kernel (1, 1, in * multiplier, out)."""
    x = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(x, pointwise_kernel)


def max_pool(
    inputs: Any,
    pool_size: Pair,
    strides: Pair | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The largest number of each window, channel by channel."""
    x, size = _images("max_pool", inputs, data_format), as_pair("max_pool", "pool_size", pool_size)
    strides, padding, _ = _sizes("max_pool", size if strides is None else strides, padding)
    return max_pool_nhwc(x, size, strides, padding)


def average_pool(
    inputs: Any,
    pool_size: Pair,
    strides: Pair | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The mean of each window, channel by channel; what lies outside is not counted."""
    x = _images("average_pool", inputs, data_format)
    size = as_pair("average_pool", "pool_size", pool_size)
    strides, padding, _ = _sizes("average_pool", size if strides is None else strides, padding)
    return average_pool_nhwc(x, size, strides, padding)


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> torch.Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset.

    What has one axis lies along `axis`.
    """
    x = convert_to_tensor(x)

    def along(value: Any) -> torch.Tensor:
        value = convert_to_tensor(value)
        if value.ndim != 1 or axis in (-1, x.ndim - 1):
            return value
        return value.reshape([-1 if one == axis % x.ndim else 1 for one in range(x.ndim)])

    y = (x - along(mean)) * torch.rsqrt(along(variance) + epsilon)
    y = y if scale is None else y * along(scale)
    return y if offset is None else y + along(offset)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> torch.Tensor:
    """Number by number: the last axis stays."""
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    return _binary(target[..., None], output[..., None], from_logits=from_logits)


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    return _categorical(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    return _sparse(target, output, from_logits=from_logits, axis=axis)


def psnr(x1: Any, x2: Any, max_val: float) -> torch.Tensor:
    """20 log10(max_val) - 10 log10(mean squared error)."""
    error = (convert_to_tensor(x1) - convert_to_tensor(x2)).square().mean()
    return 20 * log10(convert_to_tensor(float(max_val))) - 10 * log10(error)


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> torch.Tensor:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, over axes of each sample.

    Raises:
        NotSupported: rms_scaling.
    """
    if rms_scaling:
        raise NotSupported("ops.layer_normalization", "rms_scaling is not supported", "True")
    x = floats(x)
    spread, mean = torch.var_mean(x, axis, correction=0, keepdim=True)
    y = (x - mean) * torch.rsqrt(spread + (_epsilon() if epsilon is None else epsilon))
    y = y if gamma is None else y * convert_to_tensor(gamma)
    return y if beta is None else y + convert_to_tensor(beta)


def check_layout(where: str, data_format: str | None) -> None:
    """Raise for images with their channels first."""
    check_channels_last(data_format, where)


def _images(where: str, inputs: Any, data_format: str | None) -> torch.Tensor:
    x = convert_to_tensor(inputs)
    check_layout(where, data_format)
    if x.ndim != 4:
        needed = "input must be (batch, height, width, channels)"
        raise NotSupported(f"ops.{where}", needed, str(tuple(x.shape)))
    return x


def _sizes(
    where: str, strides: Any, padding: str, dilation: Any = 1
) -> tuple[tuple[int, int], str, tuple[int, int]]:
    return (
        as_pair(where, "strides", strides),
        as_padding(where, padding),
        as_pair(where, "dilation_rate", dilation),
    )
