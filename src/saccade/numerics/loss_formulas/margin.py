"""Hinges: zero as soon as a prediction is right by a margin of one."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import compares_symbols
from saccade.numerics.loss_formulas.targets import paired


@compares_symbols
def hinge(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of max(1 - y_true*y_pred, 0).

    Targets are -1 or 1; where all are 0 or 1 they are taken as such.
    """
    y_true, y_pred = paired("hinge", y_true, y_pred)
    return (1.0 - _signs(y_true) * y_pred).clamp(min=0.0).mean(-1)


@compares_symbols
def squared_hinge(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of max(1 - y_true*y_pred, 0)**2, targets as for `hinge`."""
    y_true, y_pred = paired("squared_hinge", y_true, y_pred)
    return (1.0 - _signs(y_true) * y_pred).clamp(min=0.0).square().mean(-1)


@compares_symbols
def categorical_hinge(y_true: Any, y_pred: Any) -> torch.Tensor:
    """max(largest wrong - right + 1, 0) for one-hot targets; both (..., classes)."""
    y_true, y_pred = paired("categorical_hinge", y_true, y_pred)
    right = (y_true * y_pred).sum(-1)
    wrong = ((1.0 - y_true) * y_pred).amax(-1)
    return (wrong - right + 1.0).clamp(min=0.0)


def _signs(y_true: torch.Tensor) -> torch.Tensor:
    # torch.where and not if: nothing has to wait for the device
    binary = ((y_true == 0) | (y_true == 1)).all()
    return torch.where(binary, 2.0 * y_true - 1.0, y_true)
