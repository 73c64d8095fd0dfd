"""Weight change: the values of many weights from a file, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.files.hdf5 import whole

Pairs = Sequence[tuple[Any, Any]]
"""Weights, each with an array or a dataset of its shape."""


def change_weights(
    where: str,
    pairs: Pairs,
    fresh: bool = False,
    others: Sequence[Any] = (),
    first: Callable[[], None] | None = None,
) -> None:
    """Read values into weights, one at a time; whatever stops it, the weights are as they were.

    Args:
        where: how messages name the file.
        pairs: what to read, and into which weights.
        fresh: True for a model that nobody has yet, which needs no copy of what it was.
        others: weights that `first` changes.
        first: done before, such as code of the user's.

    Raises:
        FileFormatError: bytes that cannot be read.
    """
    kept: list[tuple[Any, torch.Tensor]] = []

    def keep(weight: Any) -> None:
        if not fresh:
            kept.append((weight, weight.detach().clone()))

    try:
        for weight in others:
            keep(weight)
        if first is not None:
            first()
        for weight, values in pairs:
            keep(weight)
            with whole(where):
                _read_into(weight, values)
    except BaseException:  # Ctrl-C too
        for weight, before in kept:
            weight.assign(before)
        raise


def _read_into(weight: Any, values: Any) -> None:
    direct = hasattr(values, "read_direct") and weight.ndim and weight.is_contiguous()
    direct = direct and weight.dtype is not torch.bfloat16  # which NumPy has not
    if direct and weight.device.type == "cpu":
        values.read_direct(torch.Tensor.numpy(weight.detach()))  # no copy on the way
        torch.autograd.graph.increment_version(weight)  # who asks sees that it changed
    else:
        weight.assign(values[()])
