"""Hinges, averaged over samples."""

from __future__ import annotations

from typing import Any

import torch

from saccade.metrics.mean import MeanOf
from saccade.numerics import loss_formulas


class Hinge(MeanOf):
    """The mean of max(1 - y_true*y_pred, 0); targets -1 or 1, or all of them 0 or 1.

    Source: `keras.metrics.Hinge`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "hinge", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.hinge(y_true, y_pred)


class SquaredHinge(MeanOf):
    """The mean of max(1 - y_true*y_pred, 0)**2; targets as for `Hinge`.

    Source: `keras.metrics.SquaredHinge`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "squared_hinge", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.squared_hinge(y_true, y_pred)


class CategoricalHinge(MeanOf):
    """The mean of max(largest wrong - right + 1, 0) for one-hot targets.

    Source: `keras.metrics.CategoricalHinge`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.categorical_hinge(y_true, y_pred)
