"""Counting and finding: histograms, places, segments, ranges, in the words of `keras.ops`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.dtype_policy import floatx
from saccade.errors import InvalidArgument, NotSupported
from saccade.numerics.tensors import ops_formulas
from saccade.numerics.tensors.creation import Shape, linspace, zeros
from saccade.numerics.tensors.tensor_functions import (
    Axis,
    cast,
    convert_to_tensor,
    floats,
    max,
    min,
    one_hot,
    zeros_like,
)


def allclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether all pairs are as near as `isclose` wants them."""
    return bool(ops_formulas.isclose(x1, x2, rtol, atol, equal_nan).all())


def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    num_tokens: int | None = None,
) -> torch.Tensor:
    """A row of 0 and 1 with ones at all the class numbers along the axis that vanishes.

    Args:
        num_classes: how many there are; a number that is none of them marks nothing.
        num_tokens: the old name of `num_classes`.
    """
    num_classes = num_tokens if num_classes is None else num_classes
    if num_classes is None:
        raise InvalidArgument("ops.multi_hot", "num_classes is needed", "None")
    if sparse:
        raise NotSupported("ops.multi_hot", "sparse tensors are not supported", "sparse=True")
    rows = one_hot(inputs, num_classes)
    rows = rows.amax(1 if rows.ndim > 2 else 0)
    rows = rows if axis in (-1, rows.ndim - 1) else rows.movedim(-1, axis)
    return cast(rows, dtype or floatx())


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The largest less the smallest."""
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def percentile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> torch.Tensor:
    """What q percent of the numbers lie below."""
    return ops_formulas.quantile(x, cast(q, "float32") / 100, axis, method, keepdims)


def digitize(x: Any, bins: Any) -> torch.Tensor:
    """For each number the bin that it lies in, int32; `bins` are the edges, in order."""
    return torch.bucketize(convert_to_tensor(x), convert_to_tensor(bins), right=True).int()


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> torch.Tensor:
    """Where the values would go into a sorted row, int32."""
    row, values = convert_to_tensor(sorted_sequence), convert_to_tensor(values)
    return torch.searchsorted(row, values, side=side).int()


def histogram(
    x: Any, bins: int = 10, range: tuple[float, float] | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """How many numbers lie in each of equally wide bins, and the edges of these."""
    x = convert_to_tensor(x).float()
    low, high = range or (float(x.min()), float(x.max()))
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(x, bins, low, high)
    return counts, torch.linspace(low, high, bins + 1)


def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> torch.Tensor:
    """Whether each number is among the others."""
    first, second = convert_to_tensor(x1), convert_to_tensor(x2)
    kind = torch.promote_types(first.dtype, second.dtype)
    kind = torch.uint8 if kind is torch.bool else kind
    return torch.isin(
        first.to(kind).contiguous(),  # torch fails on others
        second.to(kind).contiguous(),
        assume_unique=assume_unique,
        invert=invert,
    )


def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """Each number once, in order; beside it first places, places of all, and how often."""
    array = convert_to_tensor(x).detach().cpu().numpy()
    found = np.unique(array, return_index, return_inverse, return_counts, axis=axis)
    parts = list(found) if isinstance(found, tuple) else [found]
    if size is not None:
        parts[0] = _sized(parts[0], size, 0 if axis is None else axis, fill_value or 0)
        if return_index:
            parts[1] = _sized(parts[1], size, 0, 1)
        if return_counts:
            parts[-1] = _sized(parts[-1], size, 0, 0)
    made = [torch.from_numpy(np.ascontiguousarray(parts[0]))]
    made += [torch.from_numpy(np.ascontiguousarray(one)).int() for one in parts[1:]]
    return made[0] if len(made) == 1 else tuple(made)


def _sized(values: np.ndarray, size: int, axis: int, fill: Any) -> np.ndarray:
    """The first `size` along an axis, filled up where there are fewer."""
    values = values.take(np.arange(values.shape[axis])[:size], axis)
    wide = [(0, 0)] * values.ndim
    wide[axis] = (0, size - values.shape[axis])
    return np.pad(values, wide, constant_values=fill)


def unravel_index(indices: Any, shape: Sequence[int]) -> tuple[torch.Tensor, ...]:
    """The places along each axis of what has these numbers in a row."""
    places = convert_to_tensor(indices)
    return tuple(
        one.to(places.dtype)
        for one in torch.unravel_index(places, (shape,) if isinstance(shape, int) else tuple(shape))
    )


def argpartition(x: Any, kth: int, axis: int = -1) -> torch.Tensor:
    """Places, int32: those of smaller numbers before the kth, those of larger ones behind."""
    return torch.argsort(convert_to_tensor(x), dim=axis, stable=True).int()


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> torch.Tensor:
    """The area below a curve, by trapezia."""
    y = floats(y)
    if x is None:
        return torch.trapezoid(y, dx=dx, dim=axis)
    return torch.trapezoid(y, convert_to_tensor(x), dim=axis)


def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10,
    dtype: Any = None, axis: int = 0,
) -> torch.Tensor:  # fmt: skip
    """base^start to base^stop, in even steps of the power."""
    found = float(base) ** linspace(start, stop, num, endpoint, axis=axis)
    return found if dtype is None else cast(found, dtype)


def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> torch.Tensor:
    """start to stop, each number the same multiple of the one before."""
    low, high = (cast(one, "float32").log10() for one in (start, stop))
    return logspace(low, high, num, endpoint, 10.0, dtype, axis)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> torch.Tensor:
    """Ones on and below the k-th diagonal."""
    made = torch.ones(N, N if M is None else M).tril(k)
    return cast(made, dtype or "float32")


def diagflat(x: Any, k: int = 0) -> torch.Tensor:
    """A matrix with these numbers on its k-th diagonal."""
    return torch.diagflat(convert_to_tensor(x), offset=k)


def empty(shape: Shape, dtype: Any = None) -> torch.Tensor:
    """A tensor whose numbers are not to be relied on: zeros."""
    return zeros(shape, dtype)


def empty_like(x: Any, dtype: Any = None) -> torch.Tensor:
    return zeros_like(x, dtype)


def copy(x: Any) -> torch.Tensor:
    return convert_to_tensor(x).clone()


def correlate(x1: Any, x2: Any, mode: str = "valid") -> torch.Tensor:
    """The sums of products of two rows, one shifted along the other, as `numpy.correlate`."""
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    kind = kind if kind.is_floating_point else torch.float32
    a, b = x1.to(kind), x2.to(kind)
    swapped = len(a) < len(b)
    a, b = (b, a) if swapped else (a, b)
    pads = {"valid": (0, 0), "full": (len(b) - 1, len(b) - 1)}
    pads["same"] = (len(b) // 2, (len(b) - 1) // 2)
    left, right = pads[mode][::-1] if swapped else pads[mode]
    wide = torch.nn.functional.pad(a, (left, right))
    found = torch.nn.functional.conv1d(wide[None, None], b[None, None])[0, 0]
    return found.flip(0) if swapped else found


# -- segments ------------------------------------------------------------------------------------


def _segments(data: Any, ids: Any, count: int | None, how: str, start: float) -> torch.Tensor:
    data, ids = convert_to_tensor(data), convert_to_tensor(ids).long()
    count = int(ids.max()) + 1 if count is None else count
    if not data.is_floating_point():
        limits = torch.iinfo(data.dtype)
        start = {float("inf"): limits.max, -float("inf"): limits.min}.get(start, start)
    made = torch.full((count, *data.shape[1:]), start, dtype=data.dtype)
    kept = (ids >= 0) & (ids < count)
    places = ids[kept].reshape(-1, *[1] * (data.ndim - 1)).expand_as(data[kept])
    return made.scatter_reduce(0, places, data[kept], how, include_self=True)


def segment_sum(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> torch.Tensor:
    """The sums of the rows with the same number."""
    return _segments(data, segment_ids, num_segments, "sum", 0.0)


def segment_prod(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> torch.Tensor:
    return _segments(data, segment_ids, num_segments, "prod", 1.0)


def segment_max(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> torch.Tensor:
    return _segments(data, segment_ids, num_segments, "amax", -float("inf"))


def segment_min(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> torch.Tensor:
    return _segments(data, segment_ids, num_segments, "amin", float("inf"))
