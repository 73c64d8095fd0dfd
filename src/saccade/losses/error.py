"""Losses that measure distances."""

from __future__ import annotations

from typing import Any

import torch

from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas


class MeanSquaredError(Loss):
    """The mean of (y_true - y_pred)**2 over the last axis.

    Args:
        reduction: see `Loss`.

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
        return loss_formulas.mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(Loss):
    """The mean of |y_true - y_pred| over the last axis.

    Args:
        reduction: see `Loss`.

    y_true and y_pred: (batch, outputs); (batch,) beside (batch, 1) is understood.

    Source: `keras.losses.MeanAbsoluteError`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_absolute_error(y_true, y_pred)


class MeanAbsolutePercentageError(Loss):
    """100 * the mean of |y_true - y_pred| / |y_true| over the last axis.

    Args:
        reduction: see `Loss`.

    y_true and y_pred: (batch, outputs); (batch,) beside (batch, 1) is understood.

    Source: `keras.losses.MeanAbsolutePercentageError`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_absolute_percentage_error(y_true, y_pred)


class MeanSquaredLogarithmicError(Loss):
    """The mean of (log(1 + y_true) - log(1 + y_pred))**2 over the last axis, both at least 0.

    Args:
        reduction: see `Loss`.

    y_true and y_pred: (batch, outputs); (batch,) beside (batch, 1) is understood.

    Source: `keras.losses.MeanSquaredLogarithmicError`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_squared_logarithmic_error(y_true, y_pred)


class LogCosh(Loss):
    """The mean of log(cosh(y_pred - y_true)) over the last axis.

    Args:
        reduction: see `Loss`.

    y_true and y_pred: (batch, outputs); (batch,) beside (batch, 1) is understood.

    Source: `keras.losses.LogCosh`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "log_cosh",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.log_cosh(y_true, y_pred)


class Huber(Loss):
    """e**2 / 2 up to |e| = delta, delta*|e| - delta**2 / 2 beyond; the mean over the last axis.

    Args:
        delta: where the parabola turns into a line.
        reduction: see `Loss`.

    y_true and y_pred: (batch, outputs); (batch,) beside (batch, 1) is understood.

    Source: Huber (1964); `keras.losses.Huber`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.delta = delta

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.huber(y_true, y_pred, self.delta)

    def get_config(self) -> dict[str, Any]:
        # Keras never writes delta; here it is written where it says something
        return {**super().get_config(), **({} if self.delta == 1.0 else {"delta": self.delta})}


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between both along `axis`: -1 when they point the same way.

    Args:
        axis: along which the vectors lie.
        reduction: see `Loss`.

    Source: `keras.losses.CosineSimilarity`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.axis = axis

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.cosine_similarity(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        # Keras never writes the axis; here it is written where it says something
        return {**super().get_config(), **({} if self.axis == -1 else {"axis": self.axis})}
