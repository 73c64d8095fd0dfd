"""Agreement of predictions with numbers: correlations and the coefficient of determination."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import compares_symbols
from saccade.metrics.mean import MeanOf
from saccade.metrics.metric import Sums, spread
from saccade.names import unknown_name
from saccade.notes import note_once
from saccade.numerics.epsilon import epsilon
from saccade.numerics.loss_formulas import paired

_AGGREGATIONS = ("uniform_average", "variance_weighted_average")


@compares_symbols
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> torch.Tensor:
    """The covariance along `axis` divided by both standard deviations."""
    y_true, y_pred = paired("pearson_correlation", y_true, y_pred)
    scores = []
    for one in (y_true, y_pred):
        centred = one - one.mean(axis, keepdim=True)
        scores.append(centred / centred.std(axis, keepdim=True, correction=0))
    return (scores[0] * scores[1]).mean(axis)


@compares_symbols
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> torch.Tensor:
    """2 * covariance / (both variances + the squared difference of the means), along `axis`."""
    y_true, y_pred = paired("concordance_correlation", y_true, y_pred)
    means = [one.mean(axis, keepdim=True) for one in (y_true, y_pred)]
    variances = [one.var(axis, keepdim=True, correction=0) for one in (y_true, y_pred)]
    together = (y_true - means[0]) * (y_pred - means[1])
    spread_out = variances[0] + variances[1] + (means[0] - means[1]).square()
    return (2.0 * together / (spread_out + epsilon())).mean(axis)


class PearsonCorrelation(MeanOf):
    """The mean of the covariance along `axis` divided by both standard deviations.

    Args:
        axis: along which numbers belong together.

    Source: `keras.metrics.PearsonCorrelation`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(name, dtype)
        self.axis = axis

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return pearson_correlation(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class ConcordanceCorrelation(MeanOf):
    """The mean of 2 * covariance / (both variances + the squared difference of the means).

    Args:
        axis: along which numbers belong together.

    Source: `keras.metrics.ConcordanceCorrelation`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(name, dtype)
        self.axis = axis

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return concordance_correlation(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class R2Score(Sums):
    """1 - sum of squared errors / sum of squared distances from the mean.

    Args:
        class_aggregation: "uniform_average" of the outputs, "variance_weighted_average", or None
            for one number an output.
        num_regressors: how many numbers predictions were made from; above 0 the adjusted score.

    y_true and y_pred: (samples, outputs).

    Raises:
        InvalidArgument: an unknown aggregation, a negative number of regressors.

    Source: `keras.metrics.R2Score`.
    """

    keras_module = "keras.metrics"
    sums = ("sum", "squared_sum", "residual", "count", "num_samples")
    _direction = "up"
    _sum: Any
    _squared_sum: Any
    _residual: Any
    _count: Any
    _num_samples: Any

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if class_aggregation is not None and class_aggregation not in _AGGREGATIONS:
            raise unknown_name("R2Score class_aggregation", class_aggregation, _AGGREGATIONS)
        if num_regressors < 0:
            raise InvalidArgument("R2Score", "num_regressors must be 0 or more", num_regressors)
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = paired(self.name, y_true, y_pred)
        if y_true.ndim != 2:
            raise ShapeError(self.name, "needs (samples, outputs)", str(tuple(y_true.shape)))
        # float64, because the variance is a small difference of large sums
        y_true, y_pred = _precise(y_true), _precise(y_pred.detach())
        weight = torch.ones_like(y_true)
        if sample_weight is not None:
            weight = spread(sample_weight, y_true).to(y_true.dtype)
        self.grow(
            sum=(y_true * weight).sum(0),
            squared_sum=(y_true.square() * weight).sum(0),
            residual=((y_true - y_pred).square() * weight).sum(0),
            count=weight.sum(0),
            num_samples=y_true.numel(),
        )

    def result(self) -> torch.Tensor:
        if not torch.is_tensor(self._count):
            return torch.zeros(())
        total = self._squared_sum - self._sum * (self._sum / self._count)
        score = 1.0 - self._residual / total
        score = torch.where(score.isinf(), 0.0, score)
        if self.class_aggregation == "uniform_average":
            score = score.mean()
        elif self.class_aggregation == "variance_weighted_average":
            score = (total * score).sum() / total.sum()
        freedom = self._num_samples - self.num_regressors - 1
        if self.num_regressors and freedom <= 0:
            note_once("R2Score: too few samples to adjust for the regressors: not adjusted.")
        elif self.num_regressors:
            score = 1.0 - (1.0 - score) * (self._num_samples - 1) / freedom
        return score.float()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }


def _precise(x: torch.Tensor) -> torch.Tensor:
    return x if x.device.type == "mps" else x.double()
