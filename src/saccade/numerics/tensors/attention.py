"""Attention: weighted means of values, by how well their keys go with a query."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

FAR_BELOW = -0.7  # of the largest number there is: what is added to a score that is not to count


def dot_product_attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    scale: float | None = None,
    mask: Any = None,
    bias: Any = None,
    is_causal: bool = False,
) -> torch.Tensor:
    """softmax(scale * query @ key.T + bias) @ value for each head, by torch's fused function.

    Args:
        query: (batch, queries, heads, features).
        key, value: (batch, values, heads, features), of one type with the query.
        scale: 1 / sqrt(features) when None.
        mask: booleans that broadcast to (batch, heads, queries, values), True where a query may
            look. One that may look at nothing gets the mean of all values.
        bias: what is added to the scores, in the same shape.
        is_causal: whether a query sees no value after its own place.

    Returns:
        (batch, queries, heads, features).
    """
    if mask is not None and is_causal:
        seen = torch.ones(query.shape[1], key.shape[1], dtype=torch.bool, device=query.device)
        mask, is_causal = mask & seen.tril(), False
    if mask is not None:
        far = torch.finfo(query.dtype).max * FAR_BELOW
        added = torch.zeros_like(mask, dtype=query.dtype).masked_fill_(~mask, far)
        bias = added if bias is None else bias + added
    if bias is not None and is_causal:
        seen = torch.ones(query.shape[1], key.shape[1], dtype=torch.bool, device=query.device)
        bias, is_causal = bias.masked_fill(~seen.tril(), -torch.inf), False
    query, key, value = (one.transpose(1, 2) for one in (query, key, value))
    bias = None if bias is None else bias.to(query.dtype)
    y = F.scaled_dot_product_attention(query, key, value, bias, is_causal=is_causal, scale=scale)
    return y.transpose(1, 2)
