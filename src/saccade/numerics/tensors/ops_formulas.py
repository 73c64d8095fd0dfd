"""Formulas: what `keras.ops` computes of numbers, beside what it shares with `backend`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.numerics.tensors.products import factors
from saccade.numerics.tensors.tensor_functions import (
    Axis,
    axes_of,
    cast,
    convert_to_tensor,
    elementwise,
    floats,
    over_axes,
    paired,
    running_dtype,
    sum_dtype,
    torch_dtype,
)


def of_floats(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], torch.Tensor]:
    """A function of floats as one of anything that NumPy takes."""
    return lambda x: function(floats(x))


arccos, arcsin, arctan, tan = map(of_floats, (torch.arccos, torch.arcsin, torch.arctan, torch.tan))
cosh, sinh, expm1, erf = map(of_floats, (torch.cosh, torch.sinh, torch.expm1, torch.erf))
log10, log2, rsqrt, reciprocal = map(
    of_floats, (torch.log10, torch.log2, torch.rsqrt, torch.reciprocal)
)
isfinite, isinf = map(elementwise, (torch.isfinite, torch.isinf))
arctan2 = paired(torch.arctan2)


def logaddexp(x1: Any, x2: Any) -> torch.Tensor:
    """log(exp(x1) + exp(x2))."""
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    kind = torch.promote_types(torch.promote_types(x1.dtype, x2.dtype), torch.float16)
    kind = kind if x1.is_floating_point() or x2.is_floating_point() else torch.float32
    return torch.logaddexp(x1.to(kind), x2.to(kind))


def trunc(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.trunc(x.int() if x.dtype is torch.bool else x)


def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> torch.Tensor:
    return torch.nan_to_num(convert_to_tensor(x), nan, posinf, neginf)


def divide_no_nan(x1: Any, x2: Any) -> torch.Tensor:
    """x1 / x2, and 0 where x2 is 0."""
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    return torch.where(x2 == 0, 0.0, x1 / torch.where(x2 == 0, torch.ones_like(x2), x2))


def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> torch.Tensor:
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    kind = torch.int32 if kind is torch.bool else kind
    return torch.isclose(x1.to(kind), x2.to(kind), rtol, atol, equal_nan)


def einsum(subscripts: str, *operands: Any) -> torch.Tensor:
    tensors = [convert_to_tensor(one) for one in operands]
    if all(one.dtype is torch.int8 for one in tensors):  # Keras adds up products of those wider
        tensors = [one.int() for one in tensors]
    return torch.einsum(subscripts, *tensors)


def tensordot(x1: Any, x2: Any, axes: Any = 2) -> torch.Tensor:
    x1, x2, gives = _summed(x1, x2)
    return torch.tensordot(x1, x2, dims=axes).to(gives)


def inner(x1: Any, x2: Any) -> torch.Tensor:
    x1, x2, gives = _summed(x1, x2)
    return torch.inner(x1, x2).to(gives)


def _summed(x1: Any, x2: Any) -> tuple[torch.Tensor, torch.Tensor, torch.dtype]:
    """Two tensors of one dtype in which products can be added up, and the dtype of the sum."""
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    wide = torch.int32 if kind is torch.bool else kind
    return x1.to(wide), x2.to(wide), kind


def outer(x1: Any, x2: Any) -> torch.Tensor:
    return torch.outer(convert_to_tensor(x1).reshape(-1), convert_to_tensor(x2).reshape(-1))


def dot_of_samples(x: torch.Tensor, y: torch.Tensor, a: int, b: int) -> torch.Tensor:
    """Sample by sample, the sum of the products along axis a of x and b of y: (batch, rest of x,
    rest of y), and (batch, 1) where nothing is left. Axes are counted from 1, the batch being 0.
    """
    x, y, gives = factors(x, y)
    # Axes as numbers: 0 the batch, 1 the summed one, 2... those of x, then those of y.
    of_x = [0, *range(2, x.ndim)]
    of_y = [0, *range(x.ndim, x.ndim + y.ndim - 2)]
    z = torch.einsum(x, [*of_x[:a], 1, *of_x[a:]], y, [*of_y[:b], 1, *of_y[b:]], [*of_x, *of_y[1:]])
    return (z if z.ndim > 1 else z.unsqueeze(1)).to(gives)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> torch.Tensor:
    x = torch.diagonal(convert_to_tensor(x), offset, axis1, axis2)
    return x.sum(-1, dtype=sum_dtype(x))


# -- over axes -------------------------------------------------------------------------------


@over_axes
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.logsumexp(x, axes_of(x, axis), keepdims)


def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> torch.Tensor:
    """Running products along an axis; of all numbers in a row when it is None."""
    x = convert_to_tensor(x)
    kind = running_dtype(x) if dtype is None else torch_dtype(dtype)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    return x.cumprod(axis, dtype=kind)


@over_axes
def count_nonzero(x: Any, axis: Axis = None) -> torch.Tensor:
    """How many are not zero, int32."""
    x = convert_to_tensor(x)
    return torch.count_nonzero(x, axes_of(x, axis)).int()


def average(x: Any, axis: int | None = None, weights: Any = None) -> torch.Tensor:
    """The mean, each number counted by its weight."""
    x = floats(x)
    if weights is None:
        return x.mean() if axis is None else x.mean(axis)
    w = convert_to_tensor(weights).to(x.dtype)
    if axis is None:
        return (x * w).sum() / w.sum()
    if w.ndim == 1:
        w = w.reshape([-1 if one == axis % x.ndim else 1 for one in range(x.ndim)])
    w = w.broadcast_to(x.shape)
    return (x * w).sum(axis) / w.sum(axis)


def quantile(
    x: Any,
    q: Any,
    axis: Axis = None,
    method: str = "linear",
    keepdims: bool = False,
    function: Callable[..., torch.Tensor] = torch.quantile,
) -> torch.Tensor:
    """What a share q of the numbers lies below."""
    x = convert_to_tensor(x)
    given = x.dtype if x.is_floating_point() else torch.float32
    x = x if x.dtype is torch.float64 else x.float()
    q = convert_to_tensor(q).to(x.dtype)
    if not (axis is None or isinstance(axis, int)):
        axes = [one % x.ndim for one in axis]
        kept = [1 if one in axes else size for one, size in enumerate(x.shape)]
        rest = [one for one in range(x.ndim) if one not in axes]
        flat = x.permute(*rest, *axes).flatten(len(rest))
        found = function(flat, q, -1, interpolation=method).to(given)
        return found.reshape(*q.shape, *kept) if keepdims else found
    return function(x, q, axis, keepdims, interpolation=method).to(given)


def median(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The number in the middle, or the mean of the two."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


def diff(a: Any, n: int = 1, axis: int = -1) -> torch.Tensor:
    return torch.diff(convert_to_tensor(a), n, axis)


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> torch.Tensor:
    """How often each whole number from 0 occurs, int32; the sums of their weights with those.

    Of (batch, numbers) row by row: (batch, the largest of all + 1).
    """
    if sparse:
        raise NotSupported("ops.bincount", "sparse tensors are not supported", "sparse=True")
    x = convert_to_tensor(x).long()
    if x.ndim > 1:
        most = max(minlength, int(x.max()) + 1 if x.numel() else 0)
        given = [None] * len(x) if weights is None else convert_to_tensor(weights)
        return torch.stack([bincount(*pair, most) for pair in zip(x, given, strict=True)])
    if weights is not None:
        return torch.bincount(x, convert_to_tensor(weights), minlength).float()
    return torch.bincount(x, minlength=minlength).int()


def moments(
    x: Any, axes: Axis, keepdims: bool = False, synchronized: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and (biased) variance over axes; of float16 within what it holds."""
    x = convert_to_tensor(x)
    kind, is_half = x.dtype, x.dtype in (torch.float16, torch.bfloat16)
    x = x.float() if is_half else x
    spread, mean = torch.var_mean(x, axes_of(x, axes), correction=0, keepdim=keepdims)
    if is_half:
        most = torch.finfo(kind).max
        mean, spread = (one.clamp(-most, most).to(kind) for one in (mean, spread))
    return mean, spread


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> torch.Tensor:
    """From the first choice whose condition holds, place by place."""
    found = convert_to_tensor(default)
    pairs = list(zip(condlist, choicelist, strict=True))
    for condition, choice in reversed(pairs):
        found = torch.where(convert_to_tensor(condition).bool(), convert_to_tensor(choice), found)
    return found


def in_top_k(targets: Any, predictions: Any, k: int) -> torch.Tensor:
    """Whether each target's class is among the k highest of its row: bool (batch,)."""
    rows, targets = convert_to_tensor(predictions), cast(targets, "int64")
    return (rows > rows.gather(-1, targets[:, None])).sum(-1) < k
