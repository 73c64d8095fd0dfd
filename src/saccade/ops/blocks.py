"""Blocks: pools to a given size, transposed convolutions, patches and attention, of `keras.ops`.

Images are (batch, height, width, channels).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.geometry import as_padding, as_pair
from saccade.numerics.convolution.transposed import convolve_transposed_nhwc
from saccade.numerics.epsilon import epsilon as _epsilon
from saccade.numerics.tensors.conversion import convert_to_tensor, floats
from saccade.ops.networks import check_layout

Pair = int | Sequence[int]


def adaptive_average_pool(
    inputs: Any, output_size: Pair, data_format: str | None = None
) -> torch.Tensor:
    """The means of windows that are chosen for an output of this size."""
    return _adapted("average", inputs, output_size, data_format)


def adaptive_max_pool(
    inputs: Any, output_size: Pair, data_format: str | None = None
) -> torch.Tensor:
    """The largest numbers of windows that are chosen for an output of this size."""
    return _adapted("max", inputs, output_size, data_format)


_ADAPTIVE = {
    ("average", 1): F.adaptive_avg_pool1d,
    ("average", 2): F.adaptive_avg_pool2d,
    ("average", 3): F.adaptive_avg_pool3d,
    ("max", 1): F.adaptive_max_pool1d,
    ("max", 2): F.adaptive_max_pool2d,
    ("max", 3): F.adaptive_max_pool3d,
}


def _adapted(kind: str, inputs: Any, size: Pair, data_format: str | None) -> torch.Tensor:
    x = convert_to_tensor(inputs)
    check_layout(f"adaptive_{kind}_pool", data_format)
    size = size if isinstance(size, int) else tuple(size)
    return _ADAPTIVE[kind, x.ndim - 2](x.movedim(-1, 1), size).movedim(1, -1)


def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Pair = 1,
    padding: str = "valid",
    output_padding: Pair | None = None,
    data_format: str | None = None,
    dilation_rate: Pair = 1,
) -> torch.Tensor:
    """A transposed convolution with a kernel (height, width, out, in)."""
    check_layout("conv_transpose", data_format)
    where = "conv_transpose"
    extra = None if output_padding is None else as_pair(where, "output_padding", output_padding)
    return convolve_transposed_nhwc(
        convert_to_tensor(inputs),
        convert_to_tensor(kernel),
        None,
        as_pair(where, "strides", strides),
        as_padding(where, padding),
        as_pair(where, "dilation_rate", dilation_rate),
        extra,
    )


def depth_to_space(x: Any, block_size: int, data_format: str | None = None) -> torch.Tensor:
    """Blocks of channels laid out as squares: (n, h, w, b*b*c) to (n, h*b, w*b, c)."""
    check_layout("depth_to_space", data_format)
    x = convert_to_tensor(x)
    n, h, w, c = x.shape
    parts = x.reshape(n, h, w, block_size, block_size, c // block_size**2)
    return parts.permute(0, 1, 3, 2, 4, 5).reshape(n, h * block_size, w * block_size, -1)


def space_to_depth(x: Any, block_size: int, data_format: str | None = None) -> torch.Tensor:
    """Squares laid out as channels: (n, h, w, c) to (n, h/b, w/b, b*b*c)."""
    check_layout("space_to_depth", data_format)
    x = convert_to_tensor(x)
    n, h, w, c = x.shape
    parts = x.reshape(n, h // block_size, block_size, w // block_size, block_size, c)
    return parts.permute(0, 1, 3, 2, 4, 5).reshape(n, h // block_size, w // block_size, -1)


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


def rms_normalization(
    x: Any, scale: Any = None, axis: int | Sequence[int] = -1, epsilon: float | None = None
) -> torch.Tensor:
    """x / sqrt(mean(x^2) + epsilon) * scale."""
    x = floats(x)
    axes = axis if isinstance(axis, int) else tuple(axis)
    least = _epsilon() if epsilon is None else epsilon
    y = x * torch.rsqrt(x.square().mean(axes, keepdim=True) + least)
    return y if scale is None else y * convert_to_tensor(scale)


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> torch.Tensor:
    """softmax(scale q k + bias) v, head by head.

    Args:
        query: (batch, places, heads, size); key and value have (batch, places, heads, size) of
            their own, with heads that may be fewer and are then shared.
        bias: added to the scores (batch, heads, places of query, places of key).
        mask: bool, True where a place may be looked at.
        scale: 1 / sqrt(size) when None.
        is_causal: whether a place sees only those before it.
        attn_logits_soft_cap: scores s become cap * tanh(s / cap).
    """
    q, k, v = (convert_to_tensor(one).movedim(1, 2) for one in (query, key, value))
    if k.shape[1] != q.shape[1]:
        k, v = (one.repeat_interleave(q.shape[1] // one.shape[1], 1) for one in (k, v))
    scores = q @ k.mT * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if attn_logits_soft_cap is not None:
        scores = attn_logits_soft_cap * torch.tanh(scores / attn_logits_soft_cap)
    if bias is not None:
        scores = scores + convert_to_tensor(bias)
    if is_causal:
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
        scores = scores.masked_fill(~seen, -float("inf"))
    if mask is not None:
        scores = scores.masked_fill(~convert_to_tensor(mask).bool(), torch.finfo(scores.dtype).min)
    return (torch.softmax(scores, -1) @ v).movedim(1, 2)
