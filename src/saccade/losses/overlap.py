"""Losses of overlap, for masks: one number a batch, or one a row where `axis` leaves rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas

Axes = int | Sequence[int] | None


class Dice(Loss):
    """1 - 2*common / (sum(y_true) + sum(y_pred)).

    Args:
        reduction: see `Loss`.
        axis: what the sums run over; None for everything.

    y_true and y_pred: one shape, in [0, 1].

    Source: `keras.losses.Dice`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        axis: Axes = None,
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.dice(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class Tversky(Loss):
    """1 - common / (common + alpha*missed + beta*extra).

    Args:
        alpha: weight of what is true and not predicted.
        beta: weight of what is predicted and not true.
        reduction: see `Loss`.
        axis: what the sums run over; None for everything.

    y_true and y_pred: one shape, in [0, 1].

    Source: Salehi et al. (2017); `keras.losses.Tversky`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: Axes = None,
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha, self.beta, self.axis = alpha, beta, axis

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.tversky(y_true, y_pred, self.alpha, self.beta, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "alpha": self.alpha,
            "beta": self.beta,
            "axis": self.axis,
        }
