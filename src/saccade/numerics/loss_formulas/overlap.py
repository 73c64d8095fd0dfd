"""Overlaps of two sets whose members are given by degrees in [0, 1]: one number, or one a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.graph import compares_symbols
from saccade.numerics.epsilon import epsilon
from saccade.numerics.loss_formulas.targets import paired

Axes = int | Sequence[int] | None


@compares_symbols
def dice(y_true: Any, y_pred: Any, axis: Axes = None) -> torch.Tensor:
    """1 - 2*common / (sum(y_true) + sum(y_pred)), summed along `axis`, all axes for None."""
    y_true, y_pred = paired("dice", y_true, y_pred)
    common = _sum(y_true * y_pred, axis)
    return 1.0 - 2.0 * common / (_sum(y_true, axis) + _sum(y_pred, axis) + epsilon())


@compares_symbols
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axes = None
) -> torch.Tensor:
    """1 - common / (common + alpha*missed + beta*extra), summed along `axis`, all for None.

    `missed` is what is true and not predicted, `extra` what is predicted and not true.
    """
    y_true, y_pred = paired("tversky", y_true, y_pred)
    common = _sum(y_true * y_pred, axis)
    missed = _sum((1.0 - y_pred) * y_true, axis)
    extra = _sum(y_pred * (1.0 - y_true), axis)
    return 1.0 - common / (common + alpha * missed + beta * extra + epsilon())


def _sum(x: torch.Tensor, axis: Axes) -> torch.Tensor:
    return x.sum() if axis is None else x.sum(axis if isinstance(axis, int) else tuple(axis))
