"""Subscripts: `x[place, ...]` with slices that may go backwards, which torch does not know."""

from __future__ import annotations

from typing import Any

import torch


def pick(x: torch.Tensor, places: tuple[Any, ...]) -> torch.Tensor:
    """x[places]; the axis of a slice that goes backwards is turned round, and read forwards.

    Args:
        places: as NumPy takes them: numbers, slices, None, Ellipsis, masks, tensors of places.

    >>> pick(torch.arange(5), (slice(3, None, -2),))
    tensor([3, 1])
    """
    used = sum(map(_axes_of, places))
    axis, forward = 0, []
    for place in places:
        if place is Ellipsis:
            axis += x.ndim - used
        elif goes_backwards(place):
            x, place = _turned(x, axis, place)
        axis += _axes_of(place)
        forward.append(place)
    return x[tuple(forward)]


def goes_backwards(place: Any) -> bool:
    """Whether a place is a slice with a step below 0."""
    return isinstance(place, slice) and place.step is not None and int(place.step) < 0


def _axes_of(place: Any) -> int:
    """How many of the tensor's axes a place stands for: a mask for as many as it has itself."""
    if place is None or place is Ellipsis:
        return 0
    is_mask = str(getattr(place, "dtype", "")).endswith("bool")
    return getattr(place, "ndim", 1) if is_mask else 1


def _turned(x: torch.Tensor, axis: int, place: slice) -> tuple[torch.Tensor, slice]:
    size = x.shape[axis]
    ends = (None if one is None else int(one) for one in (place.start, place.stop, place.step))
    start, stop, step = slice(*ends).indices(size)
    begin, end = size - 1 - start, size - 1 - stop
    return x.flip(axis), slice(begin, end, -step)
