"""Activation functions that look along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from saccade.numerics.tensors.conversion import takes_arrays


@takes_arrays
def log_softmax(x: torch.Tensor, axis: int | Sequence[int] | None = -1) -> torch.Tensor:
    """log(softmax(x)), computed without leaving the logarithm; several axes together, None: all."""
    if isinstance(axis, int):
        return torch.log_softmax(x, axis)
    axes = tuple(range(x.ndim)) if axis is None else tuple(axis)
    return x - torch.logsumexp(x, axes, keepdim=True)


@takes_arrays
def glu(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """a * sigmoid(b), where a and b are the first and the second half along `axis`."""
    return F.glu(x, axis)


@takes_arrays
def sparsemax(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """max(x - tau, 0), with the tau for which it sums to 1 along `axis`.

    The nearest point to x whose values are not negative and sum to 1; many are exactly 0.

    Source: Martins and Astudillo (2016), algorithm 1.
    """
    z = x.movedim(axis, -1)
    sorted_z = z.sort(dim=-1, descending=True).values
    sums = sorted_z.cumsum(-1)
    k = torch.arange(1, z.shape[-1] + 1, dtype=z.dtype, device=z.device)
    inside = 1 + k * sorted_z > sums  # a prefix: the first k(z) values share the 1
    count = inside.sum(-1, keepdim=True)
    tau = (torch.where(inside, sorted_z, 0.0).sum(-1, keepdim=True) - 1) / count
    return torch.relu(z - tau).movedim(-1, axis)
