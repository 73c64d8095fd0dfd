"""Functions of tensors under the names that Keras's `backend` and `ops` share.

Each takes tensors, NumPy arrays or numbers and gives a tensor; `axis` counts as NumPy's does and
may be a tuple.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument
from saccade.nests import map_nest
from saccade.numerics.epsilon import epsilon as least

Axis = int | Sequence[int] | None


def convert_to_tensor(x: Any, dtype: Any = None) -> torch.Tensor:
    """A tensor of anything that NumPy takes; floats become float32, as in Keras."""
    if isinstance(x, (list, tuple)) and builtins.any(map(torch.is_tensor, x)):
        x = torch.stack([convert_to_tensor(one) for one in x])
    if not torch.is_tensor(x):
        x = np.asarray(x)
        x = torch.from_numpy(np.array(x, np.float32 if x.dtype == np.float64 else None))
    return x if dtype is None else x.to(torch_dtype(dtype))


def torch_dtype(dtype: Any) -> torch.dtype:
    """torch's dtype for a name, a NumPy type or a dtype."""
    if isinstance(dtype, torch.dtype):
        return dtype
    name = getattr(dtype, "name", None) or (dtype if isinstance(dtype, str) else None)
    return getattr(torch, str(name or np.dtype(dtype).name))


def cast(x: Any, dtype: Any) -> torch.Tensor:
    return convert_to_tensor(x).to(torch_dtype(dtype))


# -- over axes -----------------------------------------------------------------------------


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    x = x if x.is_floating_point() else x.float()
    return x.mean(axes_of(x, axis), keepdim=keepdims)


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.sum(axes_of(x, axis), keepdim=keepdims)


def prod(x: Any, axis: int | None = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.prod() if axis is None else x.prod(axis, keepdim=keepdims)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.amax(axes_of(x, axis), keepdim=keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.amin(axes_of(x, axis), keepdim=keepdims)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.std(axes_of(x, axis), correction=0, keepdim=keepdims)


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.var(axes_of(x, axis), correction=0, keepdim=keepdims)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x).bool()
    return x.sum(axes_of(x, axis), keepdim=keepdims) > 0


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    return ~any(~convert_to_tensor(x).bool(), axis, keepdims)


def argmax(x: Any, axis: int = -1) -> torch.Tensor:
    return convert_to_tensor(x).argmax(axis)


def argmin(x: Any, axis: int = -1) -> torch.Tensor:
    return convert_to_tensor(x).argmin(axis)


def cumsum(x: Any, axis: int = 0) -> torch.Tensor:
    return convert_to_tensor(x).cumsum(axis)


# -- shapes --------------------------------------------------------------------------------


def reshape(x: Any, shape: Sequence[int]) -> torch.Tensor:
    return convert_to_tensor(x).reshape(tuple(int(size) for size in shape))


def expand_dims(x: Any, axis: int = -1) -> torch.Tensor:
    return convert_to_tensor(x).unsqueeze(axis)


def squeeze(x: Any, axis: int | None = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.squeeze() if axis is None else x.squeeze(axis)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> torch.Tensor:
    return torch.cat([convert_to_tensor(one) for one in tensors], axis)


def stack(x: Sequence[Any], axis: int = 0) -> torch.Tensor:
    return torch.stack([convert_to_tensor(one) for one in x], axis)


def transpose(x: Any, axes: Sequence[int] | None = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.permute(tuple(axes) if axes is not None else tuple(range(x.ndim))[::-1])


def repeat(x: Any, repeats: int, axis: int | None = None) -> torch.Tensor:
    return convert_to_tensor(x).repeat_interleave(repeats, axis)


def tile(x: Any, repeats: Sequence[int]) -> torch.Tensor:
    return torch.tile(convert_to_tensor(x), tuple(repeats))


def flip(x: Any, axis: Axis = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.flip(axes_of(x, axis))


def shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape)


# -- products ------------------------------------------------------------------------------


def dot(x: Any, y: Any) -> torch.Tensor:
    return torch.matmul(convert_to_tensor(x), convert_to_tensor(y))


def one_hot(x: Any, num_classes: int) -> torch.Tensor:
    """float32; the new axis is the last."""
    return torch.nn.functional.one_hot(convert_to_tensor(x).long(), num_classes).float()


def softmax(x: Any, axis: int = -1) -> torch.Tensor:
    return torch.softmax(convert_to_tensor(x), axis)


def relu(x: Any) -> torch.Tensor:
    return torch.relu(convert_to_tensor(x))


def clip(x: Any, x_min: Any, x_max: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    limits = (one if torch.is_tensor(one) else x.new_tensor(one) for one in (x_min, x_max))
    return torch.clamp(x, *limits)


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    if x1 is None:
        return torch.where(convert_to_tensor(condition))
    return torch.where(convert_to_tensor(condition).bool(), _like(x1, x2), _like(x2, x1))


def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    return torch.linalg.vector_norm(convert_to_tensor(x), dim=axis, keepdim=keepdims)


def normalize(
    x: Any, axis: Axis = -1, order: int = 2, epsilon: float | None = None
) -> torch.Tensor:
    """x / max(norm(x), epsilon), the norm along `axis`; `epsilon` None is that of the process.

    Raises:
        InvalidArgument: `order` is not a whole number from 1 on.
    """
    if not isinstance(order, int) or order < 1:
        raise InvalidArgument("normalize", "order must be an int from 1 on", repr(order))
    x = convert_to_tensor(x)
    x = x if x.is_floating_point() else x.float()
    length = torch.linalg.vector_norm(x, ord=order, dim=axis, keepdim=True)
    return x / length.clamp_min(least() if epsilon is None else epsilon)


# -- number by number ----------------------------------------------------------------------


def _elementwise(function: Callable[..., Any]) -> Callable[[Any], torch.Tensor]:
    return lambda x: function(convert_to_tensor(x))


def paired(function: Callable[..., Any]) -> Callable[[Any, Any], torch.Tensor]:
    """A function of two tensors as one of any two values; a number takes the other's dtype."""
    return lambda x1, x2: function(_like(x1, x2), _like(x2, x1))


abs, sqrt, exp, log = map(_elementwise, (torch.abs, torch.sqrt, torch.exp, torch.log))
square, sign, floor, ceil = map(
    _elementwise, (torch.square, torch.sign, torch.floor, torch.ceil)
)  # fmt: skip
sin, cos, tanh, sigmoid = map(_elementwise, (torch.sin, torch.cos, torch.tanh, torch.sigmoid))
round, isnan, log1p = map(_elementwise, (torch.round, torch.isnan, torch.log1p))
ones_like, zeros_like = map(_elementwise, (torch.ones_like, torch.zeros_like))
logical_not = _elementwise(torch.logical_not)
maximum, minimum, equal, not_equal = map(
    paired, (torch.maximum, torch.minimum, torch.eq, torch.ne)
)  # fmt: skip
greater, greater_equal, less, less_equal = map(paired, (torch.gt, torch.ge, torch.lt, torch.le))
add, subtract, multiply, divide, power = map(
    paired, (torch.add, torch.sub, torch.mul, torch.div, torch.pow)
)  # fmt: skip
logical_and, logical_or = map(paired, (torch.logical_and, torch.logical_or))
matmul = dot


def stop_gradient(x: Any) -> Any:
    return map_nest(torch.Tensor.detach, x)


def axes_of(x: torch.Tensor, axis: Axis) -> tuple[int, ...]:
    """The axes that are meant; all for None."""
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _like(x: Any, other: Any) -> torch.Tensor:
    """A tensor; a plain number takes the dtype of what it meets."""
    if isinstance(x, (int, float, bool)) and torch.is_tensor(other):
        return torch.as_tensor(x, dtype=torch.result_type(other, x), device=other.device)
    return convert_to_tensor(x)
