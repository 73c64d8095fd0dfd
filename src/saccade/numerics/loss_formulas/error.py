"""Errors: how far predictions are from their targets, one number a sample.

Both arguments are (batch, outputs); (batch,) beside (batch, 1) is understood.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F

from saccade.graph import compares_symbols
from saccade.numerics.epsilon import epsilon
from saccade.numerics.loss_formulas.targets import paired


@compares_symbols
def mean_squared_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of (y_true - y_pred)**2."""
    y_true, y_pred = paired("mean_squared_error", y_true, y_pred)
    return (y_true - y_pred).square().mean(-1)


@compares_symbols
def mean_absolute_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of |y_true - y_pred|."""
    y_true, y_pred = paired("mean_absolute_error", y_true, y_pred)
    return (y_true - y_pred).abs().mean(-1)


@compares_symbols
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """100 times the mean over the last axis of |y_true - y_pred| / |y_true|."""
    y_true, y_pred = paired("mean_absolute_percentage_error", y_true, y_pred)
    return 100.0 * ((y_true - y_pred) / y_true.abs().clamp(min=epsilon())).abs().mean(-1)


@compares_symbols
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of (log(1 + y_true) - log(1 + y_pred))**2, both at least 0."""
    y_true, y_pred = paired("mean_squared_logarithmic_error", y_true, y_pred)
    logs = [(one.clamp(min=epsilon()) + 1.0).log() for one in (y_pred, y_true)]
    return (logs[0] - logs[1]).square().mean(-1)


@compares_symbols
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> torch.Tensor:
    """The mean over the last axis of e**2/2 up to |e| = delta, delta*|e| - delta**2/2 beyond."""
    y_true, y_pred = paired("huber", y_true, y_pred)
    error = y_pred - y_true
    size = error.abs()
    far = delta * size - 0.5 * delta**2
    return torch.where(size <= delta, 0.5 * error.square(), far).mean(-1)


@compares_symbols
def log_cosh(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The mean over the last axis of log(cosh(y_pred - y_true))."""
    y_true, y_pred = paired("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    return (error + F.softplus(-2.0 * error) - math.log(2.0)).mean(-1)


@compares_symbols
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> torch.Tensor:
    """Minus the cosine of the angle between both along `axis`: -1 when they point the same way."""
    return -cosine("cosine_similarity", y_true, y_pred, axis)


def cosine(where: str, y_true: Any, y_pred: Any, axis: int) -> torch.Tensor:
    """The cosine of the angle between both along `axis`; 0 where one is zero."""
    y_true, y_pred = paired(where, y_true, y_pred)
    return (_direction(y_true, axis) * _direction(y_pred, axis)).sum(axis)


def _direction(x: torch.Tensor, axis: int) -> torch.Tensor:
    return x * x.square().sum(axis, keepdim=True).clamp(min=epsilon() ** 2).rsqrt()
