"""Functions that have other defaults in `keras.ops` than under the same name in `backend`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.tensors.tensor_functions import convert_to_tensor, running_dtype, torch_dtype


def _numbers(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.int() if x.dtype is torch.bool else x


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    """The place of the largest, int32; of all numbers in a row when axis is None."""
    return _numbers(x).argmax(axis, keepdim=keepdims).int()


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    """The place of the smallest, int32."""
    return _numbers(x).argmin(axis, keepdim=keepdims).int()


def concatenate(xs: Sequence[Any], axis: int = 0) -> torch.Tensor:
    """Arrays one after another, along the first axis if none is named."""
    return torch.cat([convert_to_tensor(one) for one in xs], axis)


def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> torch.Tensor:
    """Running sums along an axis; of all numbers in a row when it is None."""
    x = convert_to_tensor(x)
    kind = running_dtype(x) if dtype is None else torch_dtype(dtype)
    return x.reshape(-1).cumsum(0, dtype=kind) if axis is None else x.cumsum(axis, dtype=kind)


def gelu(x: Any, approximate: bool = True) -> torch.Tensor:
    """x P(X <= x), X from the standard bell; by tanh unless `approximate` is False."""
    return F.gelu(convert_to_tensor(x), approximate="tanh" if approximate else "none")
