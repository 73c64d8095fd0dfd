"""Blocks: squares of an image and their channels, of `keras.ops`.

Images are (batch, height, width, channels), or with their channels first, as `data_format` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.data_formats import is_channels_first
from saccade.errors import InvalidArgument
from saccade.numerics.tensors.conversion import convert_to_tensor

Pair = int | Sequence[int]


def depth_to_space(x: Any, block_size: int, data_format: str | None = None) -> torch.Tensor:
    """Blocks of channels laid out as squares: (n, h, w, b*b*c) to (n, h*b, w*b, c)."""
    is_first = is_channels_first(data_format, "depth_to_space")
    x = _of_blocks("depth_to_space", x, block_size)
    x = x.movedim(1, -1) if is_first else x
    n, h, w, c = x.shape
    parts = x.reshape(n, h, w, block_size, block_size, c // block_size**2)
    y = parts.permute(0, 1, 3, 2, 4, 5).reshape(n, h * block_size, w * block_size, -1)
    return y.movedim(-1, 1) if is_first else y


def space_to_depth(x: Any, block_size: int, data_format: str | None = None) -> torch.Tensor:
    """Squares laid out as channels: (n, h, w, c) to (n, h/b, w/b, b*b*c)."""
    is_first = is_channels_first(data_format, "space_to_depth")
    x = _of_blocks("space_to_depth", x, block_size)
    x = x.movedim(1, -1) if is_first else x
    n, h, w, c = x.shape
    parts = x.reshape(n, h // block_size, block_size, w // block_size, block_size, c)
    y = parts.permute(0, 1, 3, 2, 4, 5).reshape(n, h // block_size, w // block_size, -1)
    return y.movedim(-1, 1) if is_first else y


def _of_blocks(where: str, x: Any, block_size: int) -> torch.Tensor:
    if not isinstance(block_size, int) or block_size < 2:
        raise InvalidArgument(where, "block_size must be at least 2", repr(block_size))
    x = convert_to_tensor(x)
    if x.ndim != 4:
        raise InvalidArgument(where, "x must be images, with four axes", str(tuple(x.shape)))
    return x


def unfold(
    x: Any, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> torch.Tensor:
    """The patches of images with their channels first: (n, c*kh*kw, patches)."""
    return F.unfold(convert_to_tensor(x), kernel_size, dilation, padding, stride)  # type: ignore[arg-type]


def fold(
    x: Any,
    output_size: Pair,
    kernel_size: Pair,
    dilation: Pair = 1,
    padding: Pair = 0,
    stride: Pair = 1,
) -> torch.Tensor:
    """Patches added up to images: what `unfold` takes apart."""
    x = convert_to_tensor(x)
    return F.fold(x, output_size, kernel_size, dilation, padding, stride)  # type: ignore[arg-type]
