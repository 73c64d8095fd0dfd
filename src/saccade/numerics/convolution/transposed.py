"""Transposed convolution: sizes, where it is cut, and the computation on torch batches."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.nhwc import Pair


def convolve_transposed_nhwc(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Pair,
    padding: str,
    dilation: Pair = (1, 1),
    extra: Pair | None = None,
) -> torch.Tensor:
    """Lay a kernel down for every pixel and add what overlaps: a convolution's gradient, forward.

    Args:
        x_nhwc: (batch, height, width, channels).
        kernel: (kernel height, kernel width, filters, channels).
        bias: (filters,) or None.
        extra: Keras's `output_padding`, rows and columns added at the end.

    Returns:
        (batch, height', width', filters), sizes by `transposed_size`.
    """
    x_nchw = x_nhwc.permute(0, 3, 1, 2)
    weight = kernel.permute(3, 2, 0, 1)
    # torch drops as many pixels before as behind, and takes some back (`more`) behind only. Where
    # Keras drops more behind, the whole is mirrored: a third faster than cutting a larger result.
    drops, more, mirrored, sizes = [], [], [], []
    for axis in (0, 1):
        k, s, d = kernel.shape[axis], strides[axis], dilation[axis]
        e = None if extra is None else extra[axis]
        n = x_nchw.shape[2 + axis]
        sizes.append(transposed_size(n, k, padding, s, d, e))
        before = transposed_crop(k, padding, s, d, e)
        behind = (n - 1) * s + (k - 1) * d + 1 - before - sizes[axis]
        if 0 < behind - before < s:
            mirrored.append(2 + axis)
            before, behind = behind, before
        drops.append(before)
        more.append(max(before - behind, 0))
    if mirrored:
        x_nchw, weight = x_nchw.flip(mirrored), weight.flip(mirrored)
    y_nchw = F.conv_transpose2d(x_nchw, weight, bias, strides, drops, more, 1, dilation)
    if mirrored:
        y_nchw = y_nchw.flip(mirrored)
    # one pixel too many is left behind where strides of 1 can't be taken back
    return y_nchw[:, :, : sizes[0], : sizes[1]].permute(0, 2, 3, 1)


def transposed_size(
    n: int,
    kernel: int,
    padding: str = "valid",
    strides: int = 1,
    dilation: int = 1,
    extra: int | None = None,
) -> int:
    """The size of what a transposed convolution makes of one axis.

    The law, with the kernel's reach r::

        "valid":  (n - 1) * s + r + e,        e = max(s - r, 0) unless given
        "same":   (n - 1) * s + r % 2 + e,    n * s where e is not given

    Args:
        n: size of the input in pixels, at least 1.
        kernel: size of the kernel in pixels, at least 1.
        padding: "valid" or "same".
        strides: pixels of the output for each of the input, at least 1.
        dilation: pixels between two weights of the kernel, at least 1.
        extra: Keras's `output_padding`, e in the law.

    Returns:
        The size of the output in pixels.

    Example:
        >>> transposed_size(5, 3, strides=2)
        11
        >>> transposed_size(5, 3, "same", strides=2)
        10

    Source: the shapes Keras 3 computes, which are TensorFlow's.
    """
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return (n - 1) * strides + reach + (max(strides - reach, 0) if extra is None else extra)
    return n * strides if extra is None else (n - 1) * strides + reach % 2 + extra


def transposed_crop(
    kernel: int, padding: str, strides: int, dilation: int = 1, extra: int | None = None
) -> int:
    """How many pixels a transposed convolution drops before the first one that it keeps.

    The law, with the kernel's reach r, for "same" (for "valid", none)::

        total = s + r - 2, or with e given r + r % 2 - 2 + e
        drop = r - 1 - min(ceil(total / 2), r - 1)

    Example:
        >>> transposed_crop(5, "same", strides=2)
        1

    Source: Keras 3 on JAX, which agrees with TensorFlow.
    """
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return 0
    total = strides + reach - 2 if extra is None else reach + reach % 2 - 2 + extra
    return reach - 1 - min(-(-total // 2), reach - 1)
