"""Convolution and pooling of torch batches as a person sees them: (batch, height, width, channels).

Inside, the batch is permuted to torch's NCHW as a view, which is torch's `channels_last` memory:
nothing is copied, and the result permutes back to a contiguous NHWC batch.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.geometry import same_padding

Pair = tuple[int, int]


def convolve_nhwc(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Pair,
    padding: str,
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> torch.Tensor:
    """Slide a bank of kernels over a batch of images.

    Args:
        x_nhwc: (batch, height, width, channels).
        kernel: (kernel height, kernel width, channels/groups, filters).
        bias: (filters,) or None.
        padding: "valid" or "same" (Keras's: an odd pixel of padding goes to the end).

    Returns:
        (batch, height', width', filters).
    """
    weight = kernel.permute(3, 2, 0, 1)
    return _convolve(x_nhwc, weight, bias, strides, padding, dilation, groups)


def convolve_depthwise_nhwc(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Pair,
    padding: str,
    dilation: Pair = (1, 1),
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
    height, width, channels, multiplier = kernel.shape
    weight = kernel.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    return _convolve(x_nhwc, weight, bias, strides, padding, dilation, channels)


def _convolve(
    x_nhwc: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Pair,
    padding: str,
    dilation: Pair,
    groups: int,
) -> torch.Tensor:
    """The same with torch's own weight, (filters, channels/groups, height, width)."""
    x_nchw = x_nhwc.permute(0, 3, 1, 2)
    sides: Pair = (0, 0)
    if padding == "same":
        rows, columns = _window_padding(x_nchw.shape[2:], weight.shape[2:], strides, dilation)
        if rows[0] == rows[1] and columns[0] == columns[1]:
            sides = (rows[0], columns[0])  # symmetric: the convolution pads while it reads
        else:
            x_nchw = F.pad(x_nchw, (*columns, *rows))
    y_nchw = F.conv2d(x_nchw, weight, bias, strides, sides, dilation, groups)
    return y_nchw.permute(0, 2, 3, 1)


def max_pool_nhwc(x_nhwc: torch.Tensor, size: Pair, strides: Pair, padding: str) -> torch.Tensor:
    """The largest value in each window; padding never wins."""
    x_nchw = x_nhwc.permute(0, 3, 1, 2)
    sides: Pair = (0, 0)
    if padding == "same":
        rows, columns = _window_padding(x_nchw.shape[2:], size, strides)
        if _fits_inside(rows, size[0]) and _fits_inside(columns, size[1]):
            sides = (rows[0], columns[0])
        else:
            x_nchw = F.pad(x_nchw, (*columns, *rows), value=float("-inf"))
    return F.max_pool2d(x_nchw, size, strides, sides).permute(0, 2, 3, 1)


def average_pool_nhwc(
    x_nhwc: torch.Tensor, size: Pair, strides: Pair, padding: str
) -> torch.Tensor:
    """The mean of the real pixels in each window: padding is not counted."""
    x_nchw = x_nhwc.permute(0, 3, 1, 2)
    sides: Pair = (0, 0)
    if padding == "same":
        rows, columns = _window_padding(x_nchw.shape[2:], size, strides)
        if _fits_inside(rows, size[0]) and _fits_inside(columns, size[1]):
            sides = (rows[0], columns[0])
        else:
            return _average_uneven(x_nchw, size, strides, rows, columns).permute(0, 2, 3, 1)
    y_nchw = F.avg_pool2d(x_nchw, size, strides, sides, count_include_pad=False)
    return y_nchw.permute(0, 2, 3, 1)


def _average_uneven(
    x_nchw: torch.Tensor, size: Pair, strides: Pair, rows: Pair, columns: Pair
) -> torch.Tensor:
    """Sums over zero-padded windows, divided by how many real pixels each window holds."""
    sums = F.avg_pool2d(F.pad(x_nchw, (*columns, *rows)), size, strides, divisor_override=1)
    real = F.pad(torch.ones_like(x_nchw[:1, :1]), (*columns, *rows))
    return sums / F.avg_pool2d(real, size, strides, divisor_override=1)


@lru_cache(maxsize=4096)  # asked for the same few shapes at every step
def _window_padding(
    image: torch.Size, size: Pair | torch.Size, strides: Pair, dilation: Pair = (1, 1)
) -> tuple[Pair, Pair]:
    rows = same_padding(image[0], size[0], strides[0], dilation[0])
    columns = same_padding(image[1], size[1], strides[1], dilation[1])
    return rows, columns


def _fits_inside(sides: Pair, size: int) -> bool:
    """torch pads a pooling window itself only symmetrically and by at most half of it."""
    return sides[0] == sides[1] and sides[0] <= size // 2
