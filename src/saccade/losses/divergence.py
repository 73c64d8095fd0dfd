"""Losses between distributions."""

from __future__ import annotations

from typing import Any

import torch

from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas


class KLDivergence(Loss):
    """The sum of y_true * log(y_true / y_pred) over the last axis, both at least 1e-7.

    Args:
        reduction: see `Loss`.

    y_true and y_pred: (batch, classes), probabilities.

    Source: `keras.losses.KLDivergence`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kl_divergence",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.kl_divergence(y_true, y_pred)


class Poisson(Loss):
    """The mean of y_pred - y_true*log(y_pred) over the last axis.

    Args:
        reduction: see `Loss`.

    y_true: (batch, outputs), counts. y_pred: (batch, outputs), expected counts, positive.

    Source: `keras.losses.Poisson`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "poisson",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.poisson(y_true, y_pred)
