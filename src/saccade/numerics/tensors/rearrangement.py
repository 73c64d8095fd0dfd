"""Order: tensors sorted, cut, turned and put together, in the words of `keras.ops`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, NotSupported
from saccade.names import unknown_name
from saccade.numerics.tensors.tensor_functions import convert_to_tensor


def sort(x: Any, axis: int | None = -1) -> torch.Tensor:
    """The numbers from the smallest to the largest along an axis; of all in a row for None."""
    x = convert_to_tensor(x)
    return x.reshape(-1).sort().values if axis is None else x.sort(axis).values


def argsort(x: Any, axis: int | None = -1) -> torch.Tensor:
    """The places that `sort` takes the numbers from, int32."""
    x = convert_to_tensor(x)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    return torch.argsort(x, dim=axis, stable=True).int()


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """The k largest along the last axis, and their places, int32."""
    found = convert_to_tensor(x).topk(k, sorted=sorted)
    return found.values, found.indices.int()


def take(x: Any, indices: Any, axis: int | None = None) -> torch.Tensor:
    """The parts with these numbers along an axis; of all numbers in a row for None."""
    x, places = convert_to_tensor(x), convert_to_tensor(indices).long()
    x, along = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    places = torch.where(places < 0, places + x.shape[along], places)
    picked = x.index_select(along, places.reshape(-1).to(x.device))
    return picked.reshape((*x.shape[:along], *places.shape, *x.shape[along + 1 :]))


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> torch.Tensor:
    """At each place of `indices` the number of x with that number along the axis."""
    x, places = convert_to_tensor(x), convert_to_tensor(indices).long()
    if axis is None:
        x, places, axis = x.reshape(-1), places.reshape(-1), 0
    return torch.take_along_dim(x, torch.where(places < 0, places + x.shape[axis], places), axis)


def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[torch.Tensor]:
    """So many equal parts along an axis, or the parts between these places."""
    x = convert_to_tensor(x)
    how = indices_or_sections
    how = how if isinstance(how, int) else [int(place) for place in how]
    return list(torch.tensor_split(x, how, dim=axis))


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[torch.Tensor]:
    """The parts along an axis, which vanishes."""
    return list(convert_to_tensor(x).unbind(axis))


def append(x1: Any, x2: Any, axis: int | None = None) -> torch.Tensor:
    """One after the other along an axis; all numbers in a row for None."""
    both = convert_to_tensor(x1), convert_to_tensor(x2)
    return torch.cat([one.reshape(-1) for one in both]) if axis is None else torch.cat(both, axis)


def hstack(xs: Sequence[Any]) -> torch.Tensor:
    return torch.hstack([convert_to_tensor(one) for one in xs])


def vstack(xs: Sequence[Any]) -> torch.Tensor:
    return torch.vstack([convert_to_tensor(one) for one in xs])


def swapaxes(x: Any, axis1: int, axis2: int) -> torch.Tensor:
    return convert_to_tensor(x).swapaxes(axis1, axis2)


def moveaxis(x: Any, source: Any, destination: Any) -> torch.Tensor:
    return convert_to_tensor(x).movedim(source, destination)


def ravel(x: Any) -> torch.Tensor:
    return convert_to_tensor(x).reshape(-1)


def broadcast_to(x: Any, shape: Sequence[int]) -> torch.Tensor:
    return convert_to_tensor(x).broadcast_to(tuple(shape))


def roll(x: Any, shift: Any, axis: Any = None) -> torch.Tensor:
    return torch.roll(convert_to_tensor(x), shift, axis)


def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> torch.Tensor:
    return torch.rot90(convert_to_tensor(array), k, tuple(axes))


def fliplr(x: Any) -> torch.Tensor:
    return convert_to_tensor(x).flip(1)


def flipud(x: Any) -> torch.Tensor:
    return convert_to_tensor(x).flip(0)


def pad(
    x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None
) -> torch.Tensor:
    """A border around x: (before, after) for each axis, or one pair or number for all.

    Raises:
        NotSupported: a mode other than "constant", "reflect" and "symmetric".
    """
    x = convert_to_tensor(x)
    given: Any = (pad_width, pad_width) if isinstance(pad_width, int) else pad_width
    pairs = [given] * x.ndim if isinstance(given[0], int) else given
    widths = [tuple(map(int, pair)) for pair in pairs]
    if mode == "constant":
        flat = [n for pair in reversed(widths) for n in pair]
        return F.pad(x, flat, value=0 if constant_values is None else constant_values)
    if mode not in ("reflect", "symmetric"):
        raise NotSupported("ops.pad", 'mode must be "constant", "reflect" or "symmetric"', mode)
    for axis, (before, after) in enumerate(widths):
        size, edge = x.shape[axis], mode == "symmetric"
        places = torch.arange(-before, size + after)
        around = 2 * size if edge else 2 * size - 2
        places = places.remainder(max(around, 1))
        back = around - 1 - places if edge else around - places
        x = x.index_select(axis, torch.where(places < size, places, back).to(x.device))
    return x


def diag(x: Any, k: int = 0) -> torch.Tensor:
    return torch.diag(convert_to_tensor(x), k)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> torch.Tensor:
    return torch.diagonal(convert_to_tensor(x), offset, axis1, axis2)


def tril(x: Any, k: int = 0) -> torch.Tensor:
    return convert_to_tensor(x).tril(k)


def triu(x: Any, k: int = 0) -> torch.Tensor:
    return convert_to_tensor(x).triu(k)


def nonzero(x: Any) -> tuple[torch.Tensor, ...]:
    """The places of what is not zero, int32, one tensor for each axis."""
    return tuple(one.int() for one in convert_to_tensor(x).nonzero(as_tuple=True))


def slice(inputs: Any, start_indices: Sequence[int], shape: Sequence[int]) -> torch.Tensor:
    """The part that begins at these places and has this shape; a size of -1 is all that follows.

    Raises:
        InvalidArgument: not one place and one size for each axis.
    """
    x = convert_to_tensor(inputs)
    if not len(start_indices) == len(shape) == x.ndim:
        got = f"{len(start_indices)} and {len(shape)} for shape {tuple(x.shape)}"
        raise InvalidArgument("slice", "needs a place and a size for each axis", got)
    for axis, (first, count) in enumerate(zip(start_indices, shape, strict=True)):
        first, count = int(first), int(count)
        x = x.narrow(axis, first, x.shape[axis] - first if count == -1 else count)
    return x


def slice_update(inputs: Any, start_indices: Sequence[int], updates: Any) -> torch.Tensor:
    """A copy with `updates` put at these places."""
    x, new = convert_to_tensor(inputs).clone(), convert_to_tensor(updates)
    slice(x, start_indices, new.shape).copy_(new)
    return x


_REDUCTIONS = {"add": "sum", "max": "amax", "min": "amin", "mul": "prod"}


def scatter_update(
    inputs: Any, indices: Any, updates: Any, reduction: str | None = None
) -> torch.Tensor:
    """A copy with the numbers at these places replaced, or joined with the updates.

    Args:
        indices: rows of places, one for each of the first axes.
        reduction: None, or "add", "max", "min", "mul": what becomes of the number at a place and
            all its updates.
    """
    x, places = convert_to_tensor(inputs).clone(), convert_to_tensor(indices).long()
    values = convert_to_tensor(updates).to(x.dtype)
    if reduction is None:
        x[tuple(places.unbind(-1))] = values
        return x
    if reduction.lower() not in _REDUCTIONS:
        raise unknown_name("scatter_update: reduction", reduction, _REDUCTIONS)
    axes = places.shape[-1]
    rows = x.reshape(-1, math.prod(x.shape[axes:]))
    row = torch.zeros_like(places[..., 0])
    for place, size in zip(places.unbind(-1), x.shape, strict=False):
        row = row * size + place % size
    row = row.reshape(-1, 1).expand(-1, rows.shape[1])
    how = _REDUCTIONS[reduction.lower()]
    values = values.expand(*places.shape[:-1], *x.shape[axes:]).reshape(row.shape)
    return rows.scatter_reduce(0, row, values, how).reshape(x.shape)


def scatter(indices: Any, values: Any, shape: Sequence[int]) -> torch.Tensor:
    """Zeros with the values added at these places."""
    values, places = convert_to_tensor(values), convert_to_tensor(indices).long()
    made = torch.zeros(tuple(shape), dtype=values.dtype, device=values.device)
    return made.index_put_(tuple(places.unbind(-1)), values, accumulate=True)


def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[torch.Tensor]:
    """`split`, also where the parts come out unequal."""
    return split(x, indices_or_sections, axis)


def hsplit(x: Any, indices_or_sections: Any) -> list[torch.Tensor]:
    x = convert_to_tensor(x)
    return split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


def vsplit(x: Any, indices_or_sections: Any) -> list[torch.Tensor]:
    return split(x, indices_or_sections, 0)


def dsplit(x: Any, indices_or_sections: Any) -> list[torch.Tensor]:
    return split(x, indices_or_sections, 2)


def dstack(xs: Sequence[Any]) -> torch.Tensor:
    """Arrays behind one another, along the third axis."""
    return torch.dstack([convert_to_tensor(one) for one in xs])
