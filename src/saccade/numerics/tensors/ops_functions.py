"""Functions that have other defaults in `keras.ops` than under the same name in `backend`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.tensors.tensor_functions import convert_to_tensor


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    """The place of the largest, int32; of all numbers in a row when axis is None."""
    return convert_to_tensor(x).argmax(axis, keepdim=keepdims).int()


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    """The place of the smallest, int32."""
    return convert_to_tensor(x).argmin(axis, keepdim=keepdims).int()


def concatenate(tensors: Sequence[Any], axis: int = 0) -> torch.Tensor:
    """Arrays one after another, along the first axis if none is named."""
    return torch.cat([convert_to_tensor(one) for one in tensors], axis)


def cumsum(x: Any, axis: int | None = None) -> torch.Tensor:
    """Running sums along an axis; of all numbers in a row when it is None."""
    x = convert_to_tensor(x)
    return x.reshape(-1).cumsum(0) if axis is None else x.cumsum(axis)


def gelu(x: Any, approximate: bool = True) -> torch.Tensor:
    """x P(X <= x), X from the standard bell; by tanh unless `approximate` is False."""
    return F.gelu(convert_to_tensor(x), approximate="tanh" if approximate else "none")
