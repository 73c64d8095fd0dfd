"""Gradients as they are given: arrays, none at all, and those that take a weight's place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.notes import note_once
from saccade.numerics.tensors.conversion import as_tensor


def as_gradients(where: str, gradients: Sequence[Any], weights: Sequence[Any]) -> list[Any]:
    """One gradient a weight, NumPy's in the weight's dtype; a note names weights without one."""
    left = [one for one, gradient in zip(weights, gradients, strict=True) if gradient is None]
    if left:
        names = ", ".join(getattr(one, "path", "") or str(tuple(one.shape)) for one in left)
        note_once(
            f"{where}: no gradient for {names}: the loss does not depend on it, and it stays as "
            "it is.",
            key=f"no gradient for {names}",
        )
    return [
        as_tensor(gradient, dtype=one.dtype, device=one.device)
        if isinstance(gradient, (np.ndarray, np.generic))
        else gradient
        for one, gradient in zip(weights, gradients, strict=True)
    ]


def overwrite(
    weights: Sequence[Any],
    places: Sequence[int],
    gradients: list[Any],
    gathered: Sequence[torch.Tensor] | None,
    is_due: bool,
) -> list[Any]:
    """Put gradients in the place of the weights that ask for it (`overwrite_with_gradient`).

    Args:
        places: those of these weights.
        gathered: what is kept of the gradients of several steps, the largest; None: each counts.
        is_due: whether the last of these steps is being made.

    Returns:
        The gradients, None in these places.
    """
    left = list(gradients)
    for place in places:
        gradient, left[place] = left[place], None
        if gradient is None:
            continue
        if gathered is None:
            weights[place].copy_(gradient)
            continue
        largest = gathered[place]
        largest.copy_(torch.maximum(largest, gradient))
        if is_due:
            weights[place].copy_(largest)
            largest.zero_()
    return left
