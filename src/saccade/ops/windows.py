"""Windows: convolutions and poolings in the words of `keras.ops`.

Batches are series (batch, steps, channels), images (batch, height, width, channels) or volumes
(batch, depth, height, width, channels), or have their channels first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.data_formats import is_channels_first
from saccade.errors import NotSupported
from saccade.numerics.convolution.geometry import as_padding, as_sizes
from saccade.numerics.convolution.nhwc import (
    Sizes,
    adaptive_pool_nhwc,
    as_given,
    average_pool_nhwc,
    convolve_depthwise_nhwc,
    convolve_nhwc,
    max_pool_nhwc,
    nhwc_of,
)
from saccade.numerics.convolution.transposed import convolve_transposed_nhwc
from saccade.numerics.tensors.tensor_functions import convert_to_tensor

Numbers = int | Sequence[int]
"""One number for all axes, or one for each."""


class _Seen:
    """A batch as the formulas want it: channels last, a series as images of one row."""

    def __init__(self, where: str, inputs: Any, data_format: str | None):
        x = convert_to_tensor(inputs)
        self.where, self.is_first = where, is_channels_first(data_format, where)
        if x.ndim not in (3, 4, 5):
            axes = "channels, height, width" if self.is_first else "height, width, channels"
            needed = f"input must be (batch, {axes}), or series or volumes"
            raise NotSupported(f"ops.{where}", needed, str(tuple(x.shape)))
        self.rank = x.ndim - 2
        self.x_nhwc = nhwc_of(x, self.is_first)

    def sizes(self, name: str, value: Any, least: int = 1) -> Sizes:
        sizes = as_sizes(self.where, name, value, self.rank, least)
        return (least, *sizes) if self.rank == 1 else sizes

    def kernel(self, kernel: Any) -> torch.Tensor:
        kernel = convert_to_tensor(kernel)
        return kernel.unsqueeze(0) if self.rank == 1 else kernel

    def steps(self, strides: Any, padding: str, dilation: Any) -> tuple[Sizes, str, Sizes]:
        return (
            self.sizes("strides", strides),
            as_padding(self.where, padding),
            self.sizes("dilation_rate", dilation),
        )

    def given(self, y_nhwc: torch.Tensor) -> torch.Tensor:
        return as_given(y_nhwc, self.rank, self.is_first)


def conv(
    inputs: Any,
    kernel: Any,
    strides: Numbers = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> torch.Tensor:
    """A convolution with a kernel (..., in / groups, out)."""
    seen = _Seen("conv", inputs, data_format)
    weights = seen.kernel(kernel)
    groups = seen.x_nhwc.shape[-1] // weights.shape[-2]
    sizes = seen.steps(strides, padding, dilation_rate)
    return seen.given(convolve_nhwc(seen.x_nhwc, weights, None, *sizes, groups=groups))


def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Numbers = 1,
    padding: str = "valid",
    output_padding: Numbers | None = None,
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> torch.Tensor:
    """A transposed convolution with a kernel (..., out, in)."""
    seen = _Seen("conv_transpose", inputs, data_format)
    sizes = seen.steps(strides, padding, dilation_rate)
    extra = None if output_padding is None else seen.sizes("output_padding", output_padding, 0)
    weights = seen.kernel(kernel)
    return seen.given(convolve_transposed_nhwc(seen.x_nhwc, weights, None, *sizes, extra))


def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Numbers = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> torch.Tensor:
    """A convolution of each channel by itself, with a kernel (..., in, multiplier)."""
    seen = _Seen("depthwise_conv", inputs, data_format)
    sizes = seen.steps(strides, padding, dilation_rate)
    return seen.given(convolve_depthwise_nhwc(seen.x_nhwc, seen.kernel(kernel), None, *sizes))


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Numbers = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> torch.Tensor:
    """A depthwise convolution, then one with a kernel of ones (1, 1, in * multiplier, out)."""
    x = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(x, pointwise_kernel, data_format=data_format)


def max_pool(
    inputs: Any,
    pool_size: Numbers,
    strides: Numbers | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The largest number of each window, channel by channel."""
    return _pooled("max_pool", max_pool_nhwc, inputs, pool_size, strides, padding, data_format)


def average_pool(
    inputs: Any,
    pool_size: Numbers,
    strides: Numbers | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The mean of each window, channel by channel; what lies outside is not counted."""
    pool = average_pool_nhwc
    return _pooled("average_pool", pool, inputs, pool_size, strides, padding, data_format)


def _pooled(
    where: str,
    pool: Callable[..., torch.Tensor],
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str,
    data_format: str | None,
) -> torch.Tensor:
    seen = _Seen(where, inputs, data_format)
    size = seen.sizes("pool_size", pool_size)
    steps = size if strides is None else seen.sizes("strides", strides)
    return seen.given(pool(seen.x_nhwc, size, steps, as_padding(where, padding)))


def adaptive_average_pool(
    inputs: Any, output_size: Numbers, data_format: str | None = None
) -> torch.Tensor:
    """The mean of each of as many windows as `output_size` says, channel by channel."""
    return _adapted("adaptive_average_pool", "average", inputs, output_size, data_format)


def adaptive_max_pool(
    inputs: Any, output_size: Numbers, data_format: str | None = None
) -> torch.Tensor:
    """The largest of each of as many windows as `output_size` says, channel by channel."""
    return _adapted("adaptive_max_pool", "max", inputs, output_size, data_format)


def _adapted(
    where: str, kind: str, inputs: Any, output_size: Any, data_format: str | None
) -> torch.Tensor:
    seen = _Seen(where, inputs, data_format)
    size = seen.sizes("output_size", output_size)
    return seen.given(adaptive_pool_nhwc(seen.x_nhwc, size, kind))
