"""Sampling: an array at places between its elements, and images in another scale and place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import torch


def _mirrored(index: torch.Tensor, size: int) -> torch.Tensor:
    last = max(size - 1, 1)
    return ((index + last).remainder(2 * last) - last).abs().clamp(max=size - 1)


def _reflected(index: torch.Tensor, size: int) -> torch.Tensor:
    around = index.remainder(2 * size)
    return torch.minimum(around, 2 * size - 1 - around)


BORDERS: dict[str, Callable[[torch.Tensor, int], torch.Tensor]] = {
    "constant": lambda index, size: index.clamp(0, size - 1),
    "nearest": lambda index, size: index.clamp(0, size - 1),
    "wrap": lambda index, size: index.remainder(size),
    "mirror": _mirrored,
    "reflect": _reflected,
}
"""Which element stands for one beyond the border of a b c d, to the right: with "nearest" d d d d,
with "wrap" a b c d, with "mirror" c b a b, with "reflect" d c b a."""


def sample(
    x: torch.Tensor,
    places: Sequence[torch.Tensor],
    is_linear: bool = True,
    border: str = "constant",
    fill_value: float = 0.0,
) -> torch.Tensor:
    """An array at places that may lie between its elements.

    Args:
        x: any shape and dtype.
        places: for each axis of x where to look along it, tensors of one shape, in elements.
        is_linear: between the 2^axes elements around; else the nearest one, a half to the even.
        border: one of `BORDERS`.
        fill_value: what lies beyond the border with "constant".

    Returns:
        The shape of the places, the dtype of x; integers are rounded.

    Example:
        >>> sample(torch.tensor([1.0, 2, 4]), [torch.tensor([0.5, 1.75, 2.5])]).tolist()
        [1.5, 3.5, 2.0]

    Source: `jax.scipy.ndimage.map_coordinates`.
    """
    axes = []
    for place, size in zip(places, x.shape, strict=True):
        place = place if place.is_floating_point() else place.float()
        low = place.floor() if is_linear else place.round()
        share = place - low
        ends = [(low, 1 - share), (low + 1, share)] if is_linear else [(low, None)]
        axes.append([_end(end, weight, size, border) for end, weight in ends])
    total: torch.Tensor | None = None
    for corner in product(*axes):
        found = x[tuple(index for index, _, _ in corner)]
        if border == "constant":
            inside = torch.stack([inside for _, inside, _ in corner]).all(0)
            found = torch.where(inside, found, torch.as_tensor(fill_value).to(x))
        for _, _, weight in corner:
            found = found if weight is None else found * weight
        total = found if total is None else total + found
    assert total is not None
    if total.is_floating_point() and not x.is_floating_point():
        total = total.round()
    return total.to(x.dtype)


def _end(
    end: torch.Tensor, weight: torch.Tensor | None, size: int, border: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    index = end.long()
    return BORDERS[border](index, size), (index >= 0) & (index < size), weight


def _triangle(d: torch.Tensor) -> torch.Tensor:
    return (1 - d).clamp(min=0)


def _cubic(d: torch.Tensor) -> torch.Tensor:
    """Keys's kernel with a = -1/2."""
    near, far = ((1.5 * d - 2.5) * d) * d + 1, ((-0.5 * d + 2.5) * d - 4) * d + 2
    return torch.where(d >= 2, 0.0, torch.where(d >= 1, far, near))


def _lanczos(radius: int, d: torch.Tensor) -> torch.Tensor:
    return torch.where(d > radius, 0.0, torch.sinc(d) * torch.sinc(d / radius))


KERNELS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "linear": _triangle,
    "cubic": _cubic,
    "lanczos3": lambda d: _lanczos(3, d),
    "lanczos5": lambda d: _lanczos(5, d),
}


def scaled_and_moved(
    x: torch.Tensor,
    axis: int,
    size: int,
    scale: torch.Tensor,
    shift: torch.Tensor,
    kernel: str,
    antialias: bool,
) -> torch.Tensor:
    """An array scaled and then moved along one axis: element i lies at scale i + shift.

    Args:
        x: floats of any shape.
        size: of the axis in the result; what lies beyond is cut, what has no source is 0.
        scale, shift: numbers, the latter in elements of the result.
        kernel: one of `KERNELS`.
        antialias: whether a smaller scale looks at as many elements as make one.

    Source: `jax.image.scale_and_translate`.
    """
    n = x.shape[axis]
    where = {"device": x.device, "dtype": scale.dtype}
    look = (torch.arange(size, **where) + 0.5) / scale - shift / scale - 0.5
    stretch = (1 / scale).clamp(min=1) if antialias else 1.0
    weights = KERNELS[kernel]((look - torch.arange(n, **where)[:, None]).abs() / stretch)
    total = weights.sum(0, keepdim=True)
    is_seen = (total.abs() > 1000 * torch.finfo(torch.float32).eps) & (look >= -0.5)
    is_seen &= look <= n - 0.5
    weights = torch.where(is_seen, weights / torch.where(total == 0, 1, total), 0.0)
    return (x.movedim(axis, -1) @ weights.to(x.dtype)).movedim(-1, axis)
