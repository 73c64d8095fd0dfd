"""Errors, averaged over samples."""

from __future__ import annotations

from typing import Any

import torch

from saccade.metrics.mean import Mean, MeanOf
from saccade.numerics import loss_formulas


class MeanSquaredError(MeanOf):
    """The mean of (y_true - y_pred)**2.

    Source: `keras.metrics.MeanSquaredError`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(MeanOf):
    """The mean of |y_true - y_pred|.

    Source: `keras.metrics.MeanAbsoluteError`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_absolute_error(y_true, y_pred)


class MeanAbsolutePercentageError(MeanOf):
    """100 * the mean of |y_true - y_pred| / |y_true|.

    Source: `keras.metrics.MeanAbsolutePercentageError`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_absolute_percentage_error(y_true, y_pred)


class MeanSquaredLogarithmicError(MeanOf):
    """The mean of (log(1 + y_true) - log(1 + y_pred))**2.

    Source: `keras.metrics.MeanSquaredLogarithmicError`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.mean_squared_logarithmic_error(y_true, y_pred)


class LogCoshError(MeanOf):
    """The mean of log(cosh(y_pred - y_true)).

    Source: `keras.metrics.LogCoshError`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "logcosh", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.log_cosh(y_true, y_pred)


class RootMeanSquaredError(Mean):
    """The root of the mean of (y_true - y_pred)**2.

    Source: `keras.metrics.RootMeanSquaredError`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        y_true, y_pred = loss_formulas.paired(self.name, y_true, y_pred)
        self.add_values((y_pred.detach() - y_true).square(), sample_weight)

    def result(self) -> torch.Tensor:
        return super().result().sqrt()


class CosineSimilarity(MeanOf):
    """The mean cosine of the angle between y_true and y_pred: 1 when they point the same way.

    Args:
        axis: along which the vectors lie.

    Source: `keras.metrics.CosineSimilarity`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(name, dtype)
        self.axis = axis

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.cosine(self.name, y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        # Keras never writes the axis; here it is written where it says something
        return {**super().get_config(), **({} if self.axis == -1 else {"axis": self.axis})}
