"""Reductions that leave out what is not a number, in the words of `keras.ops`."""

from __future__ import annotations

from typing import Any

import torch

from saccade.numerics.tensors import ops_formulas
from saccade.numerics.tensors.conversion import floats, over_axes
from saccade.numerics.tensors.ops_functions import argmax, argmin, cumsum
from saccade.numerics.tensors.tensor_functions import (
    Axis,
    axes_of,
    cast,
    convert_to_tensor,
    prod,
    sum,
)


def _without(x: Any, value: float) -> torch.Tensor:
    x = convert_to_tensor(x)
    if not x.is_floating_point():
        return x
    return torch.where(x.isnan(), torch.tensor(value, dtype=x.dtype), x)


def _all_nan(x: Any, axis: Axis, keepdims: bool) -> torch.Tensor:
    x = convert_to_tensor(x)
    missing = x.isnan().sum(axes_of(x, axis), keepdim=keepdims)
    count = x.isnan().logical_not().sum(axes_of(x, axis), keepdim=keepdims)
    return (count == 0) & (missing > 0)


def nansum(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    return sum(_without(x, 0.0), axis, keepdims)


def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> torch.Tensor:
    return prod(_without(x, 1.0), axis, keepdims)


@over_axes
def nanmean(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = floats(x)
    return torch.nanmean(x, axes_of(x, axis), keepdim=keepdims)


def nanvar(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = floats(x)
    return nanmean((x - nanmean(x, axis, True)) ** 2, axis, keepdims)


def nanstd(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    return nanvar(x, axis, keepdims).sqrt()


@over_axes
def nanmax(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The largest; NaN where there is no number."""
    return _limit(x, axis, keepdims, -float("inf"), torch.amax)


@over_axes
def nanmin(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The smallest; NaN where there is no number."""
    return _limit(x, axis, keepdims, float("inf"), torch.amin)


def _limit(x: Any, axis: Axis, keepdims: bool, beyond: float, function: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    found = function(_without(x, beyond), axes_of(x, axis), keepdim=keepdims)
    if not x.is_floating_point():
        return found
    return found.masked_fill(_all_nan(x, axis, keepdims), float("nan"))


def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    """The place of the largest, int32; -1 where there is no number."""
    found = argmax(_without(x, -float("inf")), axis, keepdims)
    return found.masked_fill(_all_nan(x, axis, keepdims), -1)


def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    """The place of the smallest, int32; -1 where there is no number."""
    found = argmin(_without(x, float("inf")), axis, keepdims)
    return found.masked_fill(_all_nan(x, axis, keepdims), -1)


def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> torch.Tensor:
    return cumsum(_without(x, 0.0), axis, dtype)


def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> torch.Tensor:
    return ops_formulas.cumprod(_without(x, 1.0), axis, dtype)


def nanquantile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> torch.Tensor:
    """What a share q of the numbers lies below."""
    return ops_formulas.quantile(x, q, axis, method, keepdims, torch.nanquantile)


def nanpercentile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> torch.Tensor:
    """`nanquantile` of q in percent."""
    return nanquantile(x, cast(q, "float32") / 100, axis, method, keepdims)


def nanmedian(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    return nanquantile(x, 0.5, axis, keepdims=keepdims)
