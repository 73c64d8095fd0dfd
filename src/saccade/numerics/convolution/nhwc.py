"""Convolution and pooling of torch batches as a person sees them: channels last.

Batches are images (batch, height, width, channels), or volumes with a depth before the height.
Inside, a batch is permuted to torch's layout, channels second, as a view: of a batch whose memory
has its channels last that is torch's `channels_last`, and of a view of a batch whose channels come
second it is that batch again. Nothing is copied either way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.geometry import same_padding

Sizes = tuple[int, ...]
"""A number for each axis of images or volumes."""

# By the number of axes of a batch, or of a kernel.
_SECOND = {4: (0, 3, 1, 2), 5: (0, 4, 1, 2, 3)}
_LAST = {4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}
_AS_WEIGHT = {4: (3, 2, 0, 1), 5: (4, 3, 0, 1, 2)}
_AS_DEPTHWISE = {4: (2, 3, 0, 1), 5: (3, 4, 0, 1, 2)}
_CONVOLVE: dict[int, Any] = {4: F.conv2d, 5: F.conv3d}
_FEW_CHANNELS = 16  # fewer than the widest processor computes at once
_MAX_POOL: dict[int, Any] = {4: F.max_pool2d, 5: F.max_pool3d}


def _average_volumes(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """`avg_pool3d`, also in half precision, which torch's for the CPU has not."""
    if x.dtype in (torch.float16, torch.bfloat16) and x.device.type == "cpu":
        return F.avg_pool3d(x.float(), *args, **kwargs).to(x.dtype)
    return F.avg_pool3d(x, *args, **kwargs)


_AVERAGE_POOL: dict[int, Any] = {4: F.avg_pool2d, 5: _average_volumes}
_ADAPTIVE_POOL: dict[tuple[str, int], Any] = {
    ("average", 4): F.adaptive_avg_pool2d,
    ("average", 5): F.adaptive_avg_pool3d,
    ("max", 4): F.adaptive_max_pool2d,
    ("max", 5): F.adaptive_max_pool3d,
}


def channels_second(x_nhwc: torch.Tensor) -> torch.Tensor:
    """A batch in torch's layout: a view."""
    return x_nhwc.permute(_SECOND[x_nhwc.ndim])


def channels_last(x_nchw: torch.Tensor) -> torch.Tensor:
    """A batch of torch's with its channels last: a view."""
    return x_nchw.permute(_LAST[x_nchw.ndim])


def nhwc_of(x: torch.Tensor, is_first: bool) -> torch.Tensor:
    """A batch of series, images or volumes channels last; series as images of one row: a view."""
    if is_first:
        x = x.movedim(1, -1)
    return x.unsqueeze(1) if x.ndim == 3 else x


def as_given(y_nhwc: torch.Tensor, rank: int, is_first: bool) -> torch.Tensor:
    """The result in the axes of a batch of so many axes beside batch and channels: a view."""
    y = y_nhwc.squeeze(1) if rank == 1 else y_nhwc
    return y.movedim(-1, 1) if is_first else y


def as_weight(kernel: torch.Tensor) -> torch.Tensor:
    """A kernel (..., channels, filters) as torch has it, (filters, channels, ...): a view."""
    return kernel.permute(_AS_WEIGHT[kernel.ndim])


def as_depthwise_weight(kernel: torch.Tensor) -> torch.Tensor:
    """A kernel (..., channels, multiplier) as torch has it, (filters, 1, ...): a view."""
    *sizes, channels, multiplier = kernel.shape
    return kernel.permute(_AS_DEPTHWISE[kernel.ndim]).reshape(channels * multiplier, 1, *sizes)


def convolve_nhwc(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Sizes,
    padding: str,
    dilation: Sizes | None = None,
    groups: int = 1,
) -> torch.Tensor:
    """Slide a bank of kernels over a batch of images, or of volumes.

    Args:
        x_nhwc: (batch, height, width, channels), or with a depth before the height.
        kernel: (kernel height, kernel width, channels/groups, filters), likewise.
        bias: (filters,) or None.
        padding: "valid" or "same" (Keras's: an odd pixel of padding goes to the end).

    Returns:
        (batch, height', width', filters), likewise.
    """
    x_nchw = channels_second(x_nhwc)
    return channels_last(
        convolve(x_nchw, as_weight(kernel), bias, strides, padding, dilation, groups)
    )


def convolve_depthwise_nhwc(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Sizes,
    padding: str,
    dilation: Sizes | None = None,
) -> torch.Tensor:
    """Slide over each channel kernels of its own; a channel's results lie side by side.

    Args:
        x_nhwc: (batch, height, width, channels).
        kernel: (kernel height, kernel width, channels, multiplier).
        bias: (channels * multiplier,) or None.
        padding: "valid" or "same" (Keras's: an odd pixel of padding goes to the end).

    Returns:
        (batch, height', width', channels * multiplier).
    """
    channels = kernel.shape[-2]
    weight = as_depthwise_weight(kernel)
    return channels_last(
        convolve(channels_second(x_nhwc), weight, bias, strides, padding, dilation, channels)
    )


def convolve(
    x_nchw: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Sizes,
    padding: str,
    dilation: Sizes | None,
    groups: int,
) -> torch.Tensor:
    """The same with torch's own layout and weight, (filters, channels/groups, height, width)."""
    if weight.shape[1] < _FEW_CHANNELS and max(weight.shape[2:]) == 1 and max(strides) > 1:
        # Of the pixels that are seen alone. For few channels, last in memory, what torch 2.13 calls
        # for the gradient of such kernels writes beyond its memory on processors with AVX2.
        seen = tuple(slice(None, None, step) for step in strides)
        x_nchw, strides = x_nchw[(..., *seen)], (1,) * len(strides)
    sides: Sizes | int = 0
    if padding == "same":
        even, around = _window_padding(x_nchw.shape[2:], weight.shape[2:], strides, dilation)
        if even is not None:
            sides = even  # symmetric: the convolution pads while it reads
        else:
            x_nchw = F.pad(x_nchw, around)
    return _CONVOLVE[x_nchw.ndim](x_nchw, weight, bias, strides, sides, dilation or 1, groups)


def max_pool_nhwc(x_nhwc: torch.Tensor, size: Sizes, strides: Sizes, padding: str) -> torch.Tensor:
    """The largest value in each window; padding never wins. Integers stay what they are."""
    if not x_nhwc.is_floating_point():  # torch has no formula for all of them
        return max_pool_nhwc(x_nhwc.double(), size, strides, padding).to(x_nhwc.dtype)
    return channels_last(max_pool(channels_second(x_nhwc), size, strides, padding))


def max_pool(x_nchw: torch.Tensor, size: Sizes, strides: Sizes, padding: str) -> torch.Tensor:
    """The same in torch's own layout, of floats."""
    sides: Sizes | int = 0
    if padding == "same":
        even, around = _window_padding(x_nchw.shape[2:], size, strides)
        if _fits_inside(even, size):
            sides = even or 0
        else:
            x_nchw = F.pad(x_nchw, around, value=float("-inf"))
    return _MAX_POOL[x_nchw.ndim](x_nchw, size, strides, sides)


def average_pool_nhwc(
    x_nhwc: torch.Tensor, size: Sizes, strides: Sizes, padding: str
) -> torch.Tensor:
    """The mean of the real pixels in each window: padding is not counted."""
    return channels_last(average_pool(channels_second(x_nhwc), size, strides, padding))


def average_pool(x_nchw: torch.Tensor, size: Sizes, strides: Sizes, padding: str) -> torch.Tensor:
    """The same in torch's own layout."""
    sides: Sizes | int = 0
    if padding == "same":
        even, around = _window_padding(x_nchw.shape[2:], size, strides)
        if not _fits_inside(even, size):
            return _average_uneven(x_nchw, size, strides, around)
        sides = even or 0
    pool = _AVERAGE_POOL[x_nchw.ndim]
    return pool(x_nchw, size, strides, sides, count_include_pad=False)


def adaptive_pool_nhwc(x_nhwc: torch.Tensor, size: Sizes, kind: str) -> torch.Tensor:
    """As many windows as `size` says along each axis: their means ("average") or maxima ("max").
    The maxima of integers are integers."""
    if not x_nhwc.is_floating_point():
        return adaptive_pool_nhwc(x_nhwc.double(), size, kind).to(x_nhwc.dtype)
    x_nchw = channels_second(x_nhwc)
    return channels_last(_ADAPTIVE_POOL[kind, x_nchw.ndim](x_nchw, size))


def _average_uneven(
    x_nchw: torch.Tensor, size: Sizes, strides: Sizes, around: list[int]
) -> torch.Tensor:
    """Sums over zero-padded windows, divided by how many real pixels each window holds."""
    pool = _AVERAGE_POOL[x_nchw.ndim]
    sums = pool(F.pad(x_nchw, around), size, strides, divisor_override=1)
    real = F.pad(torch.ones_like(x_nchw[:1, :1]), around)
    return sums / pool(real, size, strides, divisor_override=1)


@lru_cache(maxsize=4096)  # asked for the same few shapes at every step
def _window_padding(
    image: torch.Size, size: Sizes | torch.Size, strides: Sizes, dilation: Sizes | None = None
) -> tuple[Sizes | None, list[int]]:
    """What "same" adds: as much on both sides of each axis, or None; and in torch's order."""
    dilation = dilation or (1,) * len(strides)
    pairs = [same_padding(*axis) for axis in zip(image, size, strides, dilation, strict=True)]
    even = all(before == after for before, after in pairs)
    around = [n for pair in reversed(pairs) for n in pair]  # the last axis first
    return (tuple(before for before, _ in pairs) if even else None), around


def _fits_inside(even: Sizes | None, size: Sizes) -> bool:
    """torch pads a pooling window itself only symmetrically and by at most half of it."""
    return even is not None and all(n <= k // 2 for n, k in zip(even, size, strict=True))
