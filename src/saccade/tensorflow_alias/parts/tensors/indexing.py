"""Indexing: tensors by where their numbers stand, and how often they occur."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape
from saccade.tensorflow_alias.parts.tensors.tensors import as_axis, pair, sizes_of, tensor_of


class Unique(NamedTuple):
    y: torch.Tensor
    idx: torch.Tensor


class UniqueCounts(NamedTuple):
    y: torch.Tensor
    idx: torch.Tensor
    count: torch.Tensor  # type: ignore[assignment]  # TensorFlow's name, over tuple's method


def unique(x: Any, out_idx: Any = "int32", name: str | None = None) -> Unique:
    """The different numbers in the order of their first places, and which of them each is."""
    y, index, _ = unique_with_counts(x, out_idx)
    return Unique(y, index)


def unique_with_counts(x: Any, out_idx: Any = "int32", name: str | None = None) -> UniqueCounts:
    """The same, and how often each occurs."""
    value, kind = tensor_of(x), torch_dtype(out_idx)
    sorted_y, which, counts = value.unique(return_inverse=True, return_counts=True)
    first = torch.full((len(sorted_y),), len(value))
    first = first.scatter_reduce(0, which, torch.arange(len(value)), "amin")
    order = first.argsort()
    return UniqueCounts(sorted_y[order], order.argsort()[which].to(kind), counts[order].to(kind))


def bincount(
    arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None,
    dtype: Any = "int32", name: str | None = None, axis: Any = None, binary_output: bool = False,
) -> torch.Tensor:  # fmt: skip
    """How often each of 0, 1, 2, ... occurs."""
    value = tensor_of(arr).reshape(-1).long()
    if maxlength is not None:
        value = value[value < int(maxlength)]
    counts = None if weights is None else tensor_of(weights).reshape(-1)
    made = torch.bincount(value, counts, int(minlength or 0))
    return made.to(torch_dtype(dtype)) if weights is None else made


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: int = 100, dtype: Any = "int32", name: Any = None
) -> torch.Tensor:
    """How many numbers fall into each of equal parts of a range; those outside into its ends."""
    x = tensor_of(values).reshape(-1)
    low, high = tensor_of(value_range, x.dtype)
    bins = ((x - low) / (high - low) * int(nbins)).floor().long().clamp(0, int(nbins) - 1)
    return torch.bincount(bins, minlength=int(nbins)).to(torch_dtype(dtype))


def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = "int32", name: Any = None
) -> torch.Tensor:
    """Where numbers would have to stand in a sorted row."""
    rows, wanted = pair(sorted_sequence, values)
    found = torch.searchsorted(rows.contiguous(), wanted.contiguous(), right=side == "right")
    return found.to(torch_dtype(out_type))


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[torch.Tensor]:
    """Every row of numbers spread over the axes of all others."""
    return list(torch.meshgrid(*map(tensor_of, args), indexing=indexing))


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> torch.Tensor:
    """Moved along axes, what falls out coming in at the other end."""
    return tensor_of(input).roll(as_axis(shift), as_axis(axis))


def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: Any = "bool", name: str | None = None
) -> torch.Tensor:
    """True for the first so many places of each row."""
    counts = tensor_of(lengths)
    width = int(counts.max()) if maxlen is None else int(maxlen)
    return (torch.arange(width) < counts[..., None]).to(torch_dtype(dtype))


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> torch.Tensor:
    """Zeros of a shape with numbers added at places."""
    given = tensor_of(updates)
    return tensor_scatter_nd_add(torch.zeros(sizes_of(shape), dtype=given.dtype), indices, given)


def tensor_scatter_nd_update(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> torch.Tensor:
    """A tensor with other numbers at places."""
    return _scattered(tensor, indices, updates, accumulate=False)


def tensor_scatter_nd_add(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> torch.Tensor:
    """A tensor with numbers added at places."""
    return _scattered(tensor, indices, updates, accumulate=True)


def _scattered(tensor: Any, indices: Any, updates: Any, accumulate: bool) -> torch.Tensor:
    value, given = pair(tensor, updates)
    places = tensor_of(indices).long()
    return value.index_put(tuple(places.unbind(-1)), given, accumulate=accumulate)


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> torch.Tensor:
    """The sums of the rows of each number in `segment_ids`."""
    groups = tensor_of(segment_ids)
    return unsorted_segment_sum(data, groups, int(groups.max()) + 1)


def unsorted_segment_sum(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> torch.Tensor:
    rows = tensor_of(data)
    made = torch.zeros((int(num_segments), *rows.shape[1:]), dtype=rows.dtype)
    return made.index_add(0, tensor_of(segment_ids).long(), rows)


def dynamic_partition(
    data: Any, partitions: Any, num_partitions: int, name: str | None = None
) -> list[torch.Tensor]:
    """The rows in so many groups."""
    rows, groups = tensor_of(data), tensor_of(partitions)
    return [rows[groups == number] for number in range(num_partitions)]


def strided_slice(
    input_: Any, begin: Any, end: Any, strides: Any = None, *masks: Any, **more: Any
) -> torch.Tensor:
    """x[begin:end:strides] along the first axes.

    Raises:
        InvalidArgument: masks.
    """
    if any(masks) or any(more.values()):
        raise InvalidArgument("tf.strided_slice", "masks are not supported", do="Use x[...].")
    starts, stops = sizes_of(begin), sizes_of(end)
    steps = [1] * len(starts) if strides is None else sizes_of(strides)
    value: Any = tensor_of(input_)
    return value[tuple(slice(*one) for one in zip(starts, stops, steps, strict=True))]


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> torch.Tensor:
    """x, if it has this shape; None is any size.

    Raises:
        ShapeError: it has not.
    """
    value = tensor_of(x)
    if not TensorShape(shape).is_compatible_with(tuple(value.shape)):
        raise ShapeError("tf.ensure_shape", f"needs {tuple(shape)}", str(tuple(value.shape)))
    return value


def tensor_scatter_nd_sub(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> torch.Tensor:
    """A tensor with numbers taken off at places."""
    return _scattered(tensor, indices, -tensor_of(updates), accumulate=True)


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> torch.Tensor:
    """The means of the rows of each number in `segment_ids`; 0 where there are none."""
    groups = tensor_of(segment_ids)
    return unsorted_segment_mean(data, groups, int(groups.max()) + 1)


def unsorted_segment_mean(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> torch.Tensor:
    rows, groups = tensor_of(data), tensor_of(segment_ids).long()
    counts = torch.bincount(groups[groups >= 0], minlength=int(num_segments)).clamp(min=1)
    sums = unsorted_segment_sum(rows, groups, num_segments)
    return sums / counts.to(rows.dtype).reshape([-1, *[1] * (rows.ndim - 1)])


def reverse_sequence(
    input: Any, seq_lengths: Any, seq_axis: int | None = None, batch_axis: int | None = None,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The first numbers of each row in reverse, of each as many as `seq_lengths` says."""
    x = tensor_of(input)
    along, rows = int(seq_axis or 0), int(batch_axis or 0)
    turned = []
    for row, count in zip(x.unbind(rows), sizes_of(seq_lengths), strict=True):
        axis = along - (along > rows)
        first, rest = row.split([count, row.shape[axis] - count], axis)
        turned.append(torch.cat([first.flip(axis), rest], axis))
    return torch.stack(turned, rows)
