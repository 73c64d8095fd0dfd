"""Transposed convolution: sizes, where it is cut, and the computation on torch batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.geometry import same_padding
from saccade.numerics.convolution.nhwc import Sizes, as_weight, channels_last, channels_second

_CONVOLVE: dict[int, Any] = {4: F.conv_transpose2d, 5: F.conv_transpose3d}


def convolve_transposed_nhwc(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    bias: torch.Tensor | None,
    strides: Sizes,
    padding: str,
    dilation: Sizes = (1, 1),
    extra: Sizes | None = None,
) -> torch.Tensor:
    """Lay a kernel down for every pixel and add what overlaps: a convolution's gradient, forward.

    Args:
        x_nhwc: (batch, height, width, channels), or with a depth before the height.
        kernel: (kernel height, kernel width, filters, channels), likewise.
        bias: (filters,) or None.
        extra: Keras's `output_padding`, pixels added at the end of each axis.

    Returns:
        (batch, height', width', filters), sizes by `transposed_size`.
    """
    x_nchw, weight = channels_second(x_nhwc), as_weight(kernel)
    # torch drops as many pixels before as behind, and takes some back (`more`) behind only. Where
    # Keras drops more behind, the whole is mirrored: a third faster than cutting a larger result.
    drops, more, mirrored, sizes = [], [], [], []
    for axis in range(len(strides)):
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
    convolve = _CONVOLVE[x_nchw.ndim]
    y_nchw = convolve(x_nchw, weight, bias, strides, drops, more, 1, dilation)
    if mirrored:
        y_nchw = y_nchw.flip(mirrored)
    # one pixel too many is left behind where strides of 1 can't be taken back
    y_nchw = y_nchw[(slice(None), slice(None), *(slice(n) for n in sizes))]
    return channels_last(y_nchw)


def convolve_transposed_to(
    x_nhwc: torch.Tensor,
    kernel: torch.Tensor,
    strides: Sizes,
    padding: str,
    sizes: Sequence[int],
    dilation: Sizes,
) -> torch.Tensor:
    """The gradient of the convolution that makes `x_nhwc` of a batch of these sizes.

    Args:
        kernel: (..., filters, channels).
        sizes: of the result along its axes, without batch and channels.

    Source: `tf.nn.conv2d_transpose`, which is told the shape of its result.
    """
    x_nchw, weight = channels_second(x_nhwc), as_weight(kernel)
    whole = _CONVOLVE[x_nchw.ndim](x_nchw, weight, None, strides, 0, 0, 1, dilation)
    starts = [
        same_padding(n, k, s, d)[0] if padding == "same" else 0
        for n, k, s, d in zip(sizes, kernel.shape, strides, dilation, strict=False)
    ]
    missing = [
        max(start + n - found, 0)
        for start, n, found in zip(starts, sizes, whole.shape[2:], strict=True)
    ]
    whole = F.pad(whole, [side for end in reversed(missing) for side in (0, end)])
    for axis, (start, n) in enumerate(zip(starts, sizes, strict=True), start=2):
        whole = whole.narrow(axis, start, n)
    return channels_last(whole)


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
