"""Analysis: the less common functions of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from saccade.tensorflow_alias.parts.tensors.arithmetic import divide
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype
from saccade.tensorflow_alias.parts.tensors.reductions import reduce_sum
from saccade.tensorflow_alias.parts.tensors.tensors import pair, tensor_of

One = Callable[..., torch.Tensor]


def _of_one(function: Callable[[torch.Tensor], torch.Tensor]) -> One:
    def of_one(x: Any, name: str | None = None) -> torch.Tensor:
        return function(tensor_of(x))

    return of_one


def _of_two(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> One:
    def of_two(x: Any, y: Any, name: str | None = None) -> torch.Tensor:
        return function(*pair(x, y))

    return of_two


acos, asin, atan, cosh, erf, expm1, lgamma, reciprocal, rint, sinh, tan = (
    _of_one(one)
    for one in (
        *(torch.acos, torch.asin, torch.atan, torch.cosh, torch.erf, torch.expm1, torch.lgamma),
        *(torch.reciprocal, torch.round, torch.sinh, torch.tan),
    )
)
log_sigmoid, softsign = _of_one(F.logsigmoid), _of_one(F.softsign)
atan2, floordiv, floormod, logical_xor, xlogy = (
    _of_two(one)
    for one in (
        *(torch.atan2, torch.floor_divide, torch.remainder, torch.logical_xor, torch.xlogy),
    )
)
truediv = realdiv = divide


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> torch.Tensor:
    """x y, and 0 where y is 0."""
    a, b = pair(x, y)
    return torch.where(b == 0, torch.zeros_like(b), a * b)


def add_n(inputs: Any, name: str | None = None) -> torch.Tensor:
    """The sum of several tensors of one shape."""
    total, *others = (tensor_of(one) for one in inputs)
    for one in others:
        total = total + one
    return total


def cumprod(
    x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> torch.Tensor:
    """Running products along an axis."""
    value, axis = tensor_of(x), int(axis)
    value = value.flip(axis) if reverse else value
    if exclusive:
        before = torch.ones_like(value.narrow(axis, 0, 1))
        value = torch.cat([before, value.narrow(axis, 0, value.shape[axis] - 1)], axis)
    made = value.cumprod(axis, dtype=value.dtype)
    return made.flip(axis) if reverse else made


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> torch.Tensor:
    """sqrt(sum of x^2)."""
    return reduce_sum(tensor_of(input_tensor).square(), axis, keepdims).sqrt()


def zero_fraction(value: Any, name: str | None = None) -> torch.Tensor:
    """Which part of the numbers is 0."""
    return (tensor_of(value) == 0).float().mean()


def l2_loss(t: Any, name: str | None = None) -> torch.Tensor:
    """sum(t^2) / 2."""
    return tensor_of(t).square().sum() / 2


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> torch.Tensor:
    """The numbers in another dtype, those outside its range at its ends."""
    kind = as_dtype(dtype)
    return tensor_of(value).clamp(float(kind.min), float(kind.max)).to(kind.torch)


def bitcast(input: Any, type: Any, name: str | None = None) -> torch.Tensor:
    """The same bytes read as another dtype."""
    kind: Any = as_dtype(type).torch
    return tensor_of(input).contiguous().view(kind)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> torch.Tensor:
    """t, shorter where it is longer than `clip_norm`: over everything or along axes."""
    value = tensor_of(t)
    length = reduce_euclidean_norm(value, axes, keepdims=True)
    limit = tensor_of(clip_norm, value.dtype)
    return value * limit / torch.maximum(length, limit)


def global_norm(t_list: Any, name: str | None = None) -> torch.Tensor:
    """sqrt of the sum of the squares of all numbers in several tensors; None counts nothing."""
    return torch.stack([tensor_of(t).square().sum() for t in t_list if t is not None]).sum().sqrt()


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], torch.Tensor]:
    """Tensors made shorter by one factor, so that together they are no longer than `clip_norm`."""
    norm = global_norm(t_list) if use_norm is None else tensor_of(use_norm)
    limit = tensor_of(clip_norm, norm.dtype)
    factor = limit / torch.maximum(norm, limit)
    return [None if t is None else tensor_of(t) * factor for t in t_list], norm
