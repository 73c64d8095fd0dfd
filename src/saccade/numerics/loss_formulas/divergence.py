"""Divergences between distributions, one number a sample."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import compares_symbols
from saccade.numerics.epsilon import epsilon
from saccade.numerics.loss_formulas.targets import paired


@compares_symbols
def kl_divergence(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The sum over the last axis of y_true * log(y_true / y_pred), both at least 1e-7."""
    y_true, y_pred = paired("kl_divergence", y_true, y_pred)
    y_true, y_pred = y_true.clamp(epsilon(), 1.0), y_pred.clamp(epsilon(), 1.0)
    return (y_true * (y_true / y_pred).log()).sum(-1)


@compares_symbols
def poisson(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of y_pred - y_true * log(y_pred)."""
    y_true, y_pred = paired("poisson", y_true, y_pred)
    return (y_pred - y_true * (y_pred + epsilon()).log()).mean(-1)
