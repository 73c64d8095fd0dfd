"""Draws from torch's generator, or from one given, on the CPU: the same for any device."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch


def uniform(
    shape: Sequence[int], low: float, high: float, generator: torch.Generator | None
) -> torch.Tensor:
    return torch.empty(tuple(shape), device="cpu").uniform_(low, high, generator=generator)


def normal(shape: Sequence[int], generator: torch.Generator | None) -> torch.Tensor:
    return torch.empty(tuple(shape), device="cpu").normal_(generator=generator)


def truncated_normal(shape: Sequence[int], generator: torch.Generator | None) -> torch.Tensor:
    """Standard normal conditioned on [-2, 2], by inverting its distribution function."""
    edge = math.erf(2 / math.sqrt(2))
    return uniform(shape, -edge, edge, generator).erfinv_().mul_(math.sqrt(2)).clamp_(-2, 2)
