"""Arithmetic: functions of each number, of two tensors, and of matrices."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.tensors.operators import as_floats
from saccade.tensorflow_alias.parts.tensors.tensors import as_axis, pair, tensor_of
from saccade.tensorflow_alias.parts.text.string_tensors import as_strings, string_array

One = Callable[..., torch.Tensor]


def _of_one(function: Callable[[torch.Tensor], torch.Tensor], floats: bool = False) -> One:
    """TensorFlow's signature around a function of one tensor.

    Args:
        floats: whether integers become float32 first (TensorFlow raises).
    """

    def of_one(x: Any, name: str | None = None) -> torch.Tensor:
        value = tensor_of(x)
        return function(value.float() if floats and not value.is_floating_point() else value)

    of_one.__name__ = of_one.__qualname__ = function.__name__
    return of_one


def _of_two(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> One:
    def of_two(x: Any, y: Any, name: str | None = None) -> torch.Tensor:
        return function(*pair(x, y))

    of_two.__name__ = of_two.__qualname__ = function.__name__
    return of_two


abs, negative, sign, square = (
    _of_one(one) for one in (torch.abs, torch.neg, torch.sign, torch.square)
)
ceil, floor, round = (_of_one(one) for one in (torch.ceil, torch.floor, torch.round))
exp, log, log1p, sqrt, rsqrt, sin, cos, tanh, sigmoid, softplus = (
    _of_one(one, floats=True)
    for one in (
        *(torch.exp, torch.log, torch.log1p, torch.sqrt, torch.rsqrt, torch.sin, torch.cos),
        *(torch.tanh, torch.sigmoid, torch.nn.functional.softplus),
    )
)
is_nan, is_inf, is_finite = (_of_one(one) for one in (torch.isnan, torch.isinf, torch.isfinite))
logical_not = _of_one(torch.logical_not)

subtract, multiply, pow = (_of_two(one) for one in (torch.sub, torch.mul, torch.pow))
divide = _of_two(lambda x, y: torch.true_divide(*as_floats(x, y)))
mod, maximum, minimum = (_of_two(one) for one in (torch.remainder, torch.maximum, torch.minimum))
greater, greater_equal, less, less_equal = (
    _of_two(one) for one in (torch.gt, torch.ge, torch.lt, torch.le)
)
logical_and, logical_or = (_of_two(one) for one in (torch.logical_and, torch.logical_or))


def add(x: Any, y: Any, name: str | None = None) -> Any:
    """The sum; strings are joined."""
    if (strings := string_array(x)) is not None:
        return as_strings(strings + string_array(y))
    return torch.add(*pair(x, y))


def equal(x: Any, y: Any, name: str | None = None) -> Any:
    """Whether the numbers, or the strings, are the same, one by one."""
    if (strings := string_array(x)) is not None:
        return torch.as_tensor(strings.astype(str) == np.asarray(string_array(y)).astype(str))
    return torch.eq(*pair(x, y))


def not_equal(x: Any, y: Any, name: str | None = None) -> Any:
    return torch.logical_not(equal(x, y))


def squared_difference(x: Any, y: Any, name: str | None = None) -> torch.Tensor:
    a, b = pair(x, y)
    return (a - b).square()


def divide_no_nan(x: Any, y: Any, name: str | None = None) -> torch.Tensor:
    """x / y, and 0 where y is 0."""
    a, b = pair(x, y)
    zero = b == 0
    return torch.where(zero, 0.0, divide(a, torch.where(zero, torch.ones_like(b), b)))


def clip_by_value(
    t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None
) -> torch.Tensor:
    value = tensor_of(t)
    low, high = (pair(value, one)[1] for one in (clip_value_min, clip_value_max))
    return torch.minimum(torch.maximum(value, low), high)


def matmul(
    a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, name: str | None = None
) -> torch.Tensor:
    x, y = pair(a, b)
    x = x.transpose(-1, -2) if transpose_a else x
    return x @ (y.transpose(-1, -2) if transpose_b else y)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> torch.Tensor:
    x, y = pair(a, b)
    if not isinstance(axes, int):
        axes = tuple([one] if isinstance(one, int) else list(one) for one in axes)
    return torch.tensordot(x, y, dims=axes)


def einsum(equation: str, *inputs: Any) -> torch.Tensor:
    return torch.einsum(equation, *map(tensor_of, inputs))


def norm(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False, name: Any = None
) -> torch.Tensor:
    """The length of a tensor taken as one vector, or along an axis: of order 1, 2 or infinity;
    along two axes the norm of the matrices in them."""
    value, axes = tensor_of(tensor), as_axis(axis)
    if isinstance(axes, tuple) and len(axes) == 2:
        order = "fro" if ord in ("euclidean", "fro") else float(ord)
        return torch.linalg.matrix_norm(value, order, axes, keepdims)
    order = 2 if ord in ("euclidean", "fro") else float(ord)
    return torch.linalg.vector_norm(value, order, axes, keepdims)


def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None
) -> torch.Tensor:
    """x / sqrt(max(sum(x^2), epsilon)), the sum along an axis or over everything."""
    value, axes = tensor_of(x), as_axis(axis)
    axes = tuple(builtins.range(value.ndim)) if axes is None else axes
    return value * value.square().sum(axes, keepdim=True).clamp(min=epsilon).rsqrt()


class TopK(NamedTuple):
    values: torch.Tensor
    indices: torch.Tensor


def top_k(input: Any, k: int = 1, sorted: bool = True, name: str | None = None) -> TopK:
    """The k largest along the last axis, the largest first, and their places (int32)."""
    value, count = tensor_of(input), int(k)
    if count > value.shape[-1]:
        raise InvalidArgument("tf.math.top_k", f"k is at most {value.shape[-1]} here", str(count))
    # of equal ones the first, which torch's topk does not promise
    values, indices = value.sort(dim=-1, descending=True, stable=True)
    return TopK(values[..., :count], indices[..., :count].int())


def sort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None
) -> torch.Tensor:
    return tensor_of(values).sort(int(axis), direction.upper() == "DESCENDING").values


def argsort(
    values: Any,
    axis: int = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: Any = None,
) -> torch.Tensor:
    """The places in the order of the values, int32; equal ones stay in their order."""
    down = direction.upper() == "DESCENDING"
    return tensor_of(values).sort(dim=int(axis), descending=down, stable=True).indices.int()
