"""Hinge losses: zero as soon as a prediction is right by a margin of one."""

from __future__ import annotations

from typing import Any

import torch

from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas


class Hinge(Loss):
    """The mean of max(1 - y_true*y_pred, 0) over the last axis.

    Args:
        reduction: see `Loss`.

    y_true: (batch, outputs), -1 or 1; where all are 0 or 1 they are taken as such.

    Source: `keras.losses.Hinge`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "hinge",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.hinge(y_true, y_pred)


class SquaredHinge(Loss):
    """The mean of max(1 - y_true*y_pred, 0)**2 over the last axis.

    Args:
        reduction: see `Loss`.

    y_true: (batch, outputs), -1 or 1; where all are 0 or 1 they are taken as such.

    Source: `keras.losses.SquaredHinge`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "squared_hinge",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.squared_hinge(y_true, y_pred)


class CategoricalHinge(Loss):
    """max(largest wrong - right + 1, 0).

    Args:
        reduction: see `Loss`.

    y_true: (batch, classes), one-hot. y_pred: (batch, classes), any numbers.

    Source: `keras.losses.CategoricalHinge`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.categorical_hinge(y_true, y_pred)
