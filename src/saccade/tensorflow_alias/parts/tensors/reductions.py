"""Reductions: many numbers into few, along all axes or some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import as_axis, tensor_of

Reduction = Callable[..., torch.Tensor]


def _along(function: Callable[[torch.Tensor, tuple[int, ...], bool], torch.Tensor]) -> Reduction:
    """TensorFlow's signature around a function of a tensor, its axes, and whether they stay.

    The result has the dtype of the input, in TensorFlow as here; torch would widen sums.
    """

    def reduce(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
    ) -> torch.Tensor:
        value, axes = tensor_of(input_tensor), as_axis(axis)
        if axes is None:
            axes = tuple(range(value.ndim))
        axes = axes if isinstance(axes, tuple) else (axes,)
        if not axes:  # a single number, or no axis asked for
            return value
        return function(value, axes, bool(keepdims))

    return reduce


def _mean(x: torch.Tensor, axes: tuple[int, ...], keep: bool) -> torch.Tensor:
    if x.is_floating_point():
        return x.mean(axes, keep)
    return torch.div(x, 1.0).mean(axes, keep).to(x.dtype)  # integers stay integers, as there


def _largest(
    x: torch.Tensor, axes: tuple[int, ...], keep: bool, least: bool = False
) -> torch.Tensor:
    """The largest number; of none at all the least that the dtype has."""
    if x.numel() or all(x.shape[axis] for axis in axes):
        return x.amin(axes, keep) if least else x.amax(axes, keep)
    kind = torch.finfo(x.dtype) if x.is_floating_point() else torch.iinfo(x.dtype)
    worst = kind.max if least else kind.min
    if x.is_floating_point():
        worst = float("inf") if least else float("-inf")
    return x.sum(axes, keep, dtype=x.dtype) * 0 + worst


def _product(x: torch.Tensor, axes: tuple[int, ...], keep: bool) -> torch.Tensor:
    for axis in sorted((axis % x.ndim for axis in axes), reverse=True):
        x = x.prod(axis, keep, dtype=x.dtype)
    return x


reduce_sum = _along(lambda x, axes, keep: x.sum(axes, keep, dtype=x.dtype))
reduce_mean = _along(_mean)
reduce_max = _along(lambda x, axes, keep: _largest(x, axes, keep))
reduce_min = _along(lambda x, axes, keep: _largest(x, axes, keep, least=True))
reduce_prod = _along(_product)
reduce_all = _along(lambda x, axes, keep: x.bool().all(axes, keep))
reduce_any = _along(lambda x, axes, keep: x.bool().any(axes, keep))
reduce_variance = _along(lambda x, axes, keep: x.var(axes, correction=0, keepdim=keep))
reduce_std = _along(lambda x, axes, keep: x.std(axes, correction=0, keepdim=keep))
reduce_logsumexp = _along(lambda x, axes, keep: x.logsumexp(axes, keep))


def count_nonzero(
    input: Any, axis: Any = None, keepdims: bool = False, dtype: Any = "int64", name: Any = None
) -> torch.Tensor:
    return reduce_sum((tensor_of(input) != 0).to(torch_dtype(dtype)), axis, keepdims)


def argmax(
    input: Any, axis: Any = None, output_type: Any = "int64", name: str | None = None
) -> torch.Tensor:
    """The place of the largest along an axis (the first one when None), the first of equals."""
    return _place(tensor_of(input), axis, output_type, largest=True)


def argmin(
    input: Any, axis: Any = None, output_type: Any = "int64", name: str | None = None
) -> torch.Tensor:
    return _place(tensor_of(input), axis, output_type, largest=False)


def _place(value: torch.Tensor, axis: Any, kind: Any, largest: bool) -> torch.Tensor:
    if value.dtype is torch.bool:
        value = value.to(torch.uint8)
    dim = 0 if axis is None else int(axis)
    found = value.argmax(dim) if largest else value.argmin(dim)
    return found.to(torch_dtype(kind))


def cumsum(
    x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> torch.Tensor:
    """Running sums along an axis; `exclusive` without the number itself, `reverse` from behind."""
    value, axis = tensor_of(x), int(axis)
    value = value.flip(axis) if reverse else value
    sums = value.cumsum(axis, dtype=value.dtype)
    sums = sums - value if exclusive else sums
    return sums.flip(axis) if reverse else sums


def in_top_k(targets: Any, predictions: Any, k: int, name: str | None = None) -> torch.Tensor:
    """Whether each target's prediction is among the k largest; equals share a place."""
    scores, wanted = tensor_of(predictions), tensor_of(targets).long()
    is_class = (wanted >= 0) & (wanted < scores.shape[-1])
    mine = scores.gather(-1, torch.where(is_class, wanted, 0)[:, None])
    return ((scores > mine).sum(-1) < k) & is_class


def confusion_matrix(
    labels: Any, predictions: Any, num_classes: int | None = None, weights: Any = None,
    dtype: Any = "int32", name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """How often each class (row) was taken for each (column)."""
    true, seen = tensor_of(labels).long().reshape(-1), tensor_of(predictions).long().reshape(-1)
    n = num_classes or int(max(true.max(), seen.max())) + 1
    counts = None if weights is None else tensor_of(weights).reshape(-1)
    return torch.bincount(true * n + seen, counts, n * n).reshape(n, n).to(torch_dtype(dtype))
