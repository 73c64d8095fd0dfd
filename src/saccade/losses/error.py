"""Losses that measure distances."""

from __future__ import annotations

from typing import Any

import torch

from saccade.losses.loss import Loss, same_shape
from saccade.numerics import loss_formulas


class MeanSquaredError(Loss):
    """The mean of (y_true - y_pred)**2 over the last axis.

    y_true and y_pred: (batch, outputs); (batch,) beside (batch, 1) is understood.

    Source: `keras.losses.MeanSquaredError`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_squared_error(*same_shape(self.name, y_true, y_pred))
