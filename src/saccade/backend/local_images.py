"""Rows, volumes and kernels of their own for each place, in the words of Keras's `backend`.

Rows are (batch, steps, channels), volumes (batch, depth, height, width, channels).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument
from saccade.numerics.convolution.transposed import convolve_transposed_nhwc
from saccade.numerics.tensors.tensor_functions import convert_to_tensor
from saccade.ops import networks

Triple = int | tuple[int, int, int]


def temporal_padding(x: Any, padding: tuple[int, int] = (1, 1)) -> torch.Tensor:
    """Steps of zeros before and behind."""
    return F.pad(convert_to_tensor(x), (0, 0, *padding))


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
    strides, dilation_rate = _one(strides), _one(dilation_rate)
    if padding == "causal":
        x, padding = temporal_padding(x, (dilation_rate * (kernel.shape[0] - 1), 0)), "valid"
    rows = networks.conv(
        x[:, None], kernel[None], (1, strides), padding, data_format, (1, dilation_rate)
    )
    return rows[:, 0]


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
    kernels = (convert_to_tensor(one)[None] for one in (depthwise_kernel, pointwise_kernel))
    sizes = (1, _one(strides)), padding, data_format, (1, _one(dilation_rate))
    return networks.separable_conv(convert_to_tensor(x)[:, None], *kernels, *sizes)[:, 0]


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Sequence[int],
    strides: int | tuple[int, int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | tuple[int, int] = (1, 1),
) -> torch.Tensor:
    """A transposed convolution with a kernel (height, width, out, in), cut to `output_shape`."""
    networks.check_layout("conv2d_transpose", data_format)
    pairs = [(one, one) if isinstance(one, int) else one for one in (strides, dilation_rate)]
    kernel = convert_to_tensor(kernel)
    y = convolve_transposed_nhwc(
        convert_to_tensor(x), kernel, None, tuple(pairs[0]), padding, tuple(pairs[1])
    )
    height, width = int(output_shape[1]), int(output_shape[2])
    y = F.pad(y, (0, 0, 0, max(0, width - y.shape[2]), 0, max(0, height - y.shape[1])))
    return y[:, :height, :width]


def local_conv1d(
    inputs: Any,
    kernel: Any,
    kernel_size: int | Sequence[int],
    strides: int | Sequence[int],
    data_format: str | None = None,
) -> torch.Tensor:
    """A kernel of its own for each step of the output: (steps, size * in, out)."""
    networks.check_layout("local_conv1d", data_format)
    x = convert_to_tensor(inputs)
    patches = x.unfold(1, _one(kernel_size), _one(strides))  # (batch, steps, in, size)
    flat = patches.transpose(2, 3).flatten(2)
    return torch.einsum("bsk,sko->bso", flat, convert_to_tensor(kernel))


def local_conv2d(
    inputs: Any,
    kernel: Any,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    output_shape: Sequence[int],
    data_format: str | None = None,
) -> torch.Tensor:
    """A kernel of its own for each pixel of the output: (pixels, height * width * in, out)."""
    networks.check_layout("local_conv2d", data_format)
    x = convert_to_tensor(inputs)
    patches = x.unfold(1, kernel_size[0], strides[0]).unfold(2, kernel_size[1], strides[1])
    flat = patches.permute(0, 1, 2, 4, 5, 3).flatten(3).flatten(1, 2)
    y = torch.einsum("bsk,sko->bso", flat, convert_to_tensor(kernel))
    return y.reshape(len(x), *(int(one) for one in output_shape[:2]), -1)


def pool3d(
    x: Any,
    pool_size: Triple,
    strides: Triple = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The greatest ("max") or the mean ("avg") of each window of volumes.

    Raises:
        InvalidArgument: another mode, or a padding that is not "valid".
    """
    networks.check_layout("pool3d", data_format)
    if pool_mode not in ("max", "avg") or padding != "valid":
        needed = 'needs pool_mode "max" or "avg" and padding "valid"'
        raise InvalidArgument("pool3d", needed, f"{pool_mode!r}, {padding!r}", "Use a layer.")
    pool = F.max_pool3d if pool_mode == "max" else F.avg_pool3d
    return pool(convert_to_tensor(x).movedim(-1, 1), pool_size, strides).movedim(1, -1)


def spatial_3d_padding(
    x: Any,
    padding: Sequence[tuple[int, int]] = ((1, 1), (1, 1), (1, 1)),
    data_format: str | None = None,
) -> torch.Tensor:
    """A border of zeros around volumes: depth, height, width."""
    networks.check_layout("spatial_3d_padding", data_format)
    depth, height, width = padding
    return F.pad(convert_to_tensor(x), (0, 0, *width, *height, *depth))


def resize_volumes(
    x: Any,
    depth_factor: int,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
) -> torch.Tensor:
    """Volumes so many times as deep, high and wide, each number repeated."""
    networks.check_layout("resize_volumes", data_format)
    x = convert_to_tensor(x)
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), 1):
        x = x.repeat_interleave(factor, axis)
    return x


def _one(size: int | Sequence[int]) -> int:
    return int(size) if isinstance(size, int) else int(size[0])
