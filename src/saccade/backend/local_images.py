"""Rows, and kernels of their own for each place, in the words of Keras's `backend`.

Rows are (batch, steps, channels).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.data_formats import is_channels_first
from saccade.numerics.tensors.tensor_functions import convert_to_tensor
from saccade.ops import windows


def temporal_padding(x: Any, padding: int | tuple[int, int] = (1, 1)) -> torch.Tensor:
    """Steps of zeros before and behind."""
    sides = (padding, padding) if isinstance(padding, int) else padding  # a number is Keras 1's
    return F.pad(convert_to_tensor(x), (0, 0, *sides))


def conv1d(
    x: Any,
    kernel: Any,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> torch.Tensor:
    """A convolution of rows with a kernel (steps, in, out); "causal" looks at no later step."""
    x, kernel = convert_to_tensor(x), convert_to_tensor(kernel)
    if padding == "causal":
        before = _one(dilation_rate) * (kernel.shape[0] - 1)
        first = is_channels_first(data_format, "conv1d")
        x, padding = F.pad(x, (before, 0) if first else (0, 0, before, 0)), "valid"
    return windows.conv(x, kernel, strides, padding, data_format, dilation_rate)


def separable_conv1d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> torch.Tensor:
    """A convolution of each channel by itself, then one of steps of 1."""
    kernels = convert_to_tensor(depthwise_kernel), convert_to_tensor(pointwise_kernel)
    return windows.separable_conv(x, *kernels, strides, padding, data_format, dilation_rate)


def local_conv1d(
    inputs: Any,
    kernel: Any,
    kernel_size: int | Sequence[int],
    strides: int | Sequence[int],
    data_format: str | None = None,
) -> torch.Tensor:
    """A kernel of its own for each step of the output: (steps, size * in, out)."""
    first = is_channels_first(data_format, "local_conv1d")
    x = convert_to_tensor(inputs)
    x = x.movedim(1, -1) if first else x
    patches = x.unfold(1, _one(kernel_size), _one(strides))  # (batch, steps, in, size)
    flat = patches.transpose(2, 3).flatten(2)
    y = torch.einsum("bsk,sko->bso", flat, convert_to_tensor(kernel))
    return y.movedim(-1, 1) if first else y


def local_conv2d(
    inputs: Any,
    kernel: Any,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    output_shape: Sequence[int],
    data_format: str | None = None,
) -> torch.Tensor:
    """A kernel of its own for each pixel of the output: (pixels, height * width * in, out)."""
    first = is_channels_first(data_format, "local_conv2d")
    x = convert_to_tensor(inputs)
    x = x.movedim(1, -1) if first else x
    patches = x.unfold(1, kernel_size[0], strides[0]).unfold(2, kernel_size[1], strides[1])
    flat = patches.permute(0, 1, 2, 4, 5, 3).flatten(3).flatten(1, 2)
    y = torch.einsum("bsk,sko->bso", flat, convert_to_tensor(kernel))
    y = y.reshape(len(x), *(int(one) for one in output_shape[:2]), -1)
    return y.movedim(-1, 1) if first else y


def _one(size: int | Sequence[int]) -> int:
    return int(size) if isinstance(size, int) else int(size[0])
