"""Attention and the normalisation that goes with it, in the words of `keras.ops`."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.numerics.epsilon import epsilon as _epsilon
from saccade.numerics.tensors.attention import dot_product_attention as _attend
from saccade.numerics.tensors.tensor_functions import convert_to_tensor, floats


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
    """softmax(scale * query @ key.T + bias) @ value for each head.

    Args:
        query: (batch, queries, heads, features).
        key, value: (batch, values, heads, features); fewer heads are shared by groups of queries.
        bias: what is added to the scores, broadcast to (batch, heads, queries, values).
        mask: True where a query may look, in the same shape; not beside a bias.
        scale: 1 / sqrt(features) when None.
        is_causal: whether a query sees no value after its own place.
        flash_attention: torch chooses its kernel itself.
        attn_logits_soft_cap: refused.

    Raises:
        ShapeError: arrays that have not four axes. InvalidArgument: bias and mask together.

    Source: `keras.ops.dot_product_attention`.
    """
    arrays = [convert_to_tensor(one) for one in (query, key, value)]
    if any(one.ndim != 4 for one in arrays):
        needed = "query, key and value must be (batch, steps, heads, features)"
        raise ShapeError(
            "ops.dot_product_attention", needed, ", ".join(str(tuple(x.shape)) for x in arrays)
        )
    if bias is not None and mask is not None:
        raise InvalidArgument("ops.dot_product_attention", "give either bias or mask", "both")
    if attn_logits_soft_cap is not None:
        raise InvalidArgument(
            "ops.dot_product_attention", "attn_logits_soft_cap is for JAX on TPUs alone"
        )
    dtype = arrays[0].dtype
    for one in arrays[1:]:
        dtype = torch.promote_types(dtype, one.dtype)
    q, k, v = (one.to(dtype if dtype.is_floating_point else torch.float32) for one in arrays)
    groups = q.shape[2] // k.shape[2]
    if groups > 1:
        k, v = k.repeat_interleave(groups, 2), v.repeat_interleave(groups, 2)
    mask = None if mask is None else convert_to_tensor(mask).bool()
    bias = None if bias is None else convert_to_tensor(bias)
    return _attend(q, k, v, scale, mask, bias, is_causal)


def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> torch.Tensor:
    """x / sqrt(mean(x**2) + epsilon) * scale, the mean along axes of each sample."""
    x = floats(x)
    wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    square = wide.square().mean(axis, keepdim=True)
    y = wide * torch.rsqrt(square + (_epsilon() if epsilon is None else epsilon))
    y = y if scale is None else y * convert_to_tensor(scale).to(wide.dtype)
    return y.to(x.dtype)
