"""Functions of tensors under the names that Keras's `backend` and `ops` share.

Each takes tensors, NumPy arrays or numbers and gives a tensor; `axis` counts as NumPy's does and
may be a tuple.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.nests import map_nest
from saccade.numerics.epsilon import epsilon as least
from saccade.numerics.tensors.conversion import (
    Axis,
    as_tensor,
    axes_of,
    convert_to_tensor,
    floats,
    over_axes,
    running_dtype,
    sum_dtype,
    torch_dtype,
)
from saccade.numerics.tensors.conversion import (
    cast as cast,  # one of these functions, too
)
from saccade.numerics.tensors.products import dot as dot
from saccade.numerics.tensors.products import matmul as matmul

# -- over axes -----------------------------------------------------------------------------


@over_axes
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = floats(x)
    return x.mean(axes_of(x, axis), keepdim=keepdims)


@over_axes
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.sum(axes_of(x, axis), keepdim=keepdims, dtype=sum_dtype(x))


def prod(x: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    kind = sum_dtype(x) if dtype is None else torch_dtype(dtype)
    for one in builtins.sorted((one % x.ndim for one in axes_of(x, axis)), reverse=True):
        x = x.prod(one, keepdim=keepdims, dtype=kind)
    return x.to(kind)


@over_axes
def max(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    found = x.amax(axes_of(x, axis), keepdim=keepdims)
    return found if initial is None else maximum(found, initial)


@over_axes
def min(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    found = x.amin(axes_of(x, axis), keepdim=keepdims)
    return found if initial is None else minimum(found, initial)


@over_axes
def std(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = floats(x)
    return x.std(axes_of(x, axis), correction=0, keepdim=keepdims)


@over_axes
def var(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = floats(x)
    return x.var(axes_of(x, axis), correction=0, keepdim=keepdims)


@over_axes
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    x = convert_to_tensor(x).bool()
    return x.sum(axes_of(x, axis), keepdim=keepdims) > 0


@over_axes
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    return ~any(~convert_to_tensor(x).bool(), axis, keepdims)


def argmax(x: Any, axis: int = -1) -> torch.Tensor:
    return convert_to_tensor(x).argmax(axis)


def argmin(x: Any, axis: int = -1) -> torch.Tensor:
    return convert_to_tensor(x).argmin(axis)


def cumsum(x: Any, axis: int = 0) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.cumsum(axis, dtype=running_dtype(x))


# -- shapes --------------------------------------------------------------------------------


def reshape(x: Any, shape: Any) -> torch.Tensor:
    sizes = (shape,) if isinstance(shape, int) else shape
    return convert_to_tensor(x).reshape(tuple(int(size) for size in sizes))


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


def repeat(x: Any, repeats: Any, axis: int | None = None) -> torch.Tensor:
    times = repeats if isinstance(repeats, int) else convert_to_tensor(repeats).long()
    return convert_to_tensor(x).repeat_interleave(times, axis)


def tile(x: Any, repeats: Any) -> torch.Tensor:
    times = (repeats,) if isinstance(repeats, int) else repeats
    return torch.tile(convert_to_tensor(x), tuple(int(one) for one in times))


def flip(x: Any, axis: Axis = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.flip(axes_of(x, axis))


def shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape)


# -- values -------------------------------------------------------------------------------


def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> torch.Tensor:
    """Ones at the numbers, along a new axis; rows of zeros for numbers that are no class."""
    places = convert_to_tensor(x).long().unsqueeze(axis)
    along = axis % places.ndim
    shape = [num_classes if one == along else 1 for one in range(places.ndim)]
    found = places == torch.arange(num_classes, device=places.device).reshape(shape)
    return found.to(torch_dtype(dtype or "float32"))


def softmax(x: Any, axis: Axis = -1) -> torch.Tensor:
    x = convert_to_tensor(x)
    if isinstance(axis, int):
        return torch.softmax(x, axis)
    return torch.exp(x - torch.logsumexp(x, axes_of(x, axis), keepdim=True))


def relu(x: Any) -> torch.Tensor:
    return torch.relu(convert_to_tensor(x))


def clip(x: Any, x_min: Any, x_max: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    x = x.int() if x.dtype is torch.bool else x
    limits = (one if torch.is_tensor(one) else x.new_tensor(one) for one in (x_min, x_max))
    return torch.clamp(x, *limits)


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    if x1 is None:
        return torch.where(convert_to_tensor(condition))
    return torch.where(convert_to_tensor(condition).bool(), _like(x1, x2), _like(x2, x1))


def normalize(
    x: Any, axis: Axis = -1, order: int = 2, epsilon: float | None = None
) -> torch.Tensor:
    """x / max(norm(x), epsilon), the norm along `axis`; `epsilon` None is that of the process.

    Raises:
        InvalidArgument: `order` is not a whole number from 1 on.
    """
    if not isinstance(order, int) or order < 1:
        raise InvalidArgument("normalize", "order must be an int from 1 on", repr(order))
    x = torch.atleast_1d(floats(x))
    length = torch.linalg.vector_norm(x, ord=order, dim=axis, keepdim=True)
    return x / length.clamp_min(least() if epsilon is None else epsilon)


# -- number by number ----------------------------------------------------------------------


def elementwise(function: Callable[..., Any]) -> Callable[[Any], torch.Tensor]:
    return lambda x: function(convert_to_tensor(x))


def paired(function: Callable[..., Any]) -> Callable[[Any, Any], torch.Tensor]:
    """A function of two tensors as one of any two values; a number takes the other's dtype."""
    return lambda x1, x2: function(_like(x1, x2), _like(x2, x1))


def abs(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x if x.dtype is torch.bool else torch.abs(x)


def floor(x: Any) -> torch.Tensor:
    """The whole number below; of integers as floats."""
    return torch.floor(floats(x))


def ceil(x: Any) -> torch.Tensor:
    """The whole number above; of integers as floats."""
    return torch.ceil(floats(x))


def square(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.square(x.int() if x.dtype is torch.bool else x)


def round(x: Any, decimals: int = 0) -> torch.Tensor:
    """The nearest number with so many decimals; of two equally near the even one."""
    x = convert_to_tensor(x)
    if not x.is_floating_point():
        return x if decimals >= 0 else torch.round(x.float(), decimals=decimals).to(x.dtype)
    return torch.round(x, decimals=decimals)


def ones_like(x: Any, dtype: Any = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.ones_like(x, dtype=x.dtype if dtype is None else torch_dtype(dtype))


def zeros_like(x: Any, dtype: Any = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.zeros_like(x, dtype=x.dtype if dtype is None else torch_dtype(dtype))


sqrt, exp, log, sign = map(elementwise, (torch.sqrt, torch.exp, torch.log, torch.sign))
sin, cos, tanh, sigmoid = map(elementwise, (torch.sin, torch.cos, torch.tanh, torch.sigmoid))
isnan, log1p = map(elementwise, (torch.isnan, torch.log1p))
logical_not = elementwise(torch.logical_not)
maximum, minimum, equal, not_equal = map(
    paired, (torch.maximum, torch.minimum, torch.eq, torch.ne)
)  # fmt: skip
greater, greater_equal, less, less_equal = map(paired, (torch.gt, torch.ge, torch.lt, torch.le))
add, multiply, divide, power = map(paired, (torch.add, torch.mul, torch.div, torch.pow))
logical_and, logical_or, logical_xor = map(
    paired, (torch.logical_and, torch.logical_or, torch.logical_xor)
)  # fmt: skip


def subtract(x1: Any, x2: Any) -> torch.Tensor:
    x1, x2 = _like(x1, x2), _like(x2, x1)
    if torch.bool in (x1.dtype, x2.dtype):  # which torch does not subtract
        kind = torch.promote_types(x1.dtype, x2.dtype)
        kind = torch.int32 if kind is torch.bool else kind
        x1, x2 = x1.to(kind), x2.to(kind)
    return torch.sub(x1, x2)


def stop_gradient(x: Any) -> Any:
    return map_nest(torch.Tensor.detach, x)


def _like(x: Any, other: Any) -> torch.Tensor:
    """A tensor; a plain number takes the dtype of what it meets."""
    if isinstance(x, (int, float, bool)) and torch.is_tensor(other):
        return as_tensor(x, dtype=torch.result_type(other, x), device=other.device)
    return convert_to_tensor(x)
