"""F scores: precision and recall of each class as one number."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.metrics.metric import Sums, spread
from saccade.names import unknown_name
from saccade.numerics.epsilon import epsilon
from saccade.numerics.loss_formulas import tensors

_AVERAGES = ("micro", "macro", "weighted")


class FBetaScore(Sums):
    """(1 + beta**2) * precision * recall / (beta**2 * precision + recall).

    Args:
        average: None gives one number a class, "macro" their mean, "weighted" their mean by how
            often each class is true, "micro" the score of all decisions together.
        beta: how many times as much recall counts as precision.
        threshold: in (0, 1]: predictions above are positive; the largest of a sample when None.

    y_true and y_pred: (samples, classes), targets one-hot or several hot.

    Raises:
        InvalidArgument: an unknown average, beta not positive, a threshold outside (0, 1].

    Source: `keras.metrics.FBetaScore`.
    """

    keras_module = "keras.metrics"
    sums = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        where = type(self).__name__
        if average is not None and average not in _AVERAGES:
            raise unknown_name(f"{where} average", average, _AVERAGES)
        if not isinstance(beta, (int, float)) or not beta > 0:
            raise InvalidArgument(where, "beta must be positive", repr(beta))
        is_number = isinstance(threshold, (int, float))
        if threshold is not None and not (is_number and 0 < threshold <= 1):
            raise InvalidArgument(where, "threshold must be in (0, 1]", repr(threshold))
        self.average, self.beta, self.threshold = average, beta, threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = tensors(y_true, y_pred)
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise ShapeError(
                self.name,
                "labels and predictions must both be (samples, classes)",
                f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}",
                "Make whole-number labels one-hot.",
            )
        y_pred = y_pred.detach()
        if self.threshold is None:
            called = (y_pred >= y_pred.amax(-1, keepdim=True)) & (y_pred.abs() > 1e-9)
        else:
            called = y_pred > self.threshold
        truth, positive = y_true.float(), called.float()
        parts = {
            "true_positives": positive * truth,
            "false_positives": positive * (1.0 - truth),
            "false_negatives": (1.0 - positive) * truth,
            "intermediate_weights": truth,
        }
        axis = None if self.average == "micro" else 0
        for name, part in parts.items():
            weighted = part if sample_weight is None else part * spread(sample_weight, part)
            self.grow(**{name: weighted.sum(axis)})

    def result(self) -> torch.Tensor:
        tp, fp, fn, often = (self.held(name) for name in self.sums)
        precision = tp / (tp + fp + epsilon())
        recall = tp / (tp + fn + epsilon())
        mean = precision * recall / (self.beta**2 * precision + recall + epsilon())
        score = mean * (1 + self.beta**2)
        if self.average == "weighted":
            return (score * often / (often.sum() + epsilon())).sum()
        return score if self.average is None else score.mean()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """2 * precision * recall / (precision + recall); arguments as for `FBetaScore`.

    Source: `keras.metrics.F1Score`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["beta"]
        return config
