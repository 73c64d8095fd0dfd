"""Metrics at an operating point: the best recall, say, at which precision is still good enough."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.metrics.confusion import OUTCOMES, Decisions, samples
from saccade.metrics.metric import share


def even_thresholds(where: str, number: int) -> list[float]:
    """So many thresholds, evenly from 0 to 1; 0.5 when it is one.

    Raises:
        InvalidArgument: fewer than one.
    """
    if number < 1:
        raise InvalidArgument(where, "num_thresholds must be at least 1", repr(number))
    return [0.5] if number == 1 else [i / (number - 1) for i in range(number)]


class _OperatingPoint(Decisions):
    sums = OUTCOMES
    _direction = "up"

    def __init__(
        self,
        value: float,
        num_thresholds: int,
        class_id: int | None,
        name: str | None,
        dtype: Any,
    ):
        where = type(self).__name__
        if not 0 <= value <= 1:
            raise InvalidArgument(where, "the rate to keep must be in [0, 1]", repr(value))
        super().__init__(even_thresholds(where, num_thresholds), name, dtype)
        self.value, self.num_thresholds, self.class_id = value, num_thresholds, class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.decide(*samples(self.name, y_true, y_pred, sample_weight, class_id=self.class_id))

    def best(self, kept: str, wanted: str) -> torch.Tensor:
        """The largest `wanted` where `kept` is at least the value; 0 where it never is."""
        found = {name: self.counted(name) for name in OUTCOMES}
        right, wrong = found["true_positives"], found["false_positives"]
        rates = {
            "sensitivity": share(right, right + found["false_negatives"]),
            "specificity": share(found["true_negatives"], found["true_negatives"] + wrong),
            "precision": share(right, right + wrong),
        }
        return torch.where(rates[kept] >= self.value, rates[wanted], 0.0).amax()

    def get_config(self) -> dict[str, Any]:
        config = {"num_thresholds": self.num_thresholds, "class_id": self.class_id}
        return {**super().get_config(), **config}


class SensitivityAtSpecificity(_OperatingPoint):
    """The best share of positives found while this share of negatives is left alone.

    Args:
        specificity: in [0, 1].
        num_thresholds: how many thresholds, evenly from 0 to 1, are tried.
        class_id: only this class (place on the last axis) is looked at.

    Source: `keras.metrics.SensitivityAtSpecificity`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self) -> torch.Tensor:
        return self.best("specificity", "sensitivity")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "specificity": self.specificity}


class SpecificityAtSensitivity(_OperatingPoint):
    """The best share of negatives left alone while this share of positives is found.

    Args:
        sensitivity: in [0, 1].
        num_thresholds: how many thresholds, evenly from 0 to 1, are tried.
        class_id: only this class (place on the last axis) is looked at.

    Source: `keras.metrics.SpecificityAtSensitivity`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> torch.Tensor:
        return self.best("sensitivity", "specificity")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "sensitivity": self.sensitivity}


class PrecisionAtRecall(_OperatingPoint):
    """The best precision while this share of positives is found.

    Args:
        recall: in [0, 1].
        num_thresholds: how many thresholds, evenly from 0 to 1, are tried.
        class_id: only this class (place on the last axis) is looked at.

    Source: `keras.metrics.PrecisionAtRecall`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self) -> torch.Tensor:
        return self.best("sensitivity", "precision")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "recall": self.recall}


class RecallAtPrecision(_OperatingPoint):
    """The best share of positives found at this precision.

    Args:
        precision: in [0, 1].
        num_thresholds: how many thresholds, evenly from 0 to 1, are tried.
        class_id: only this class (place on the last axis) is looked at.

    Source: `keras.metrics.RecallAtPrecision`.
    """

    keras_module = "keras.metrics"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self) -> torch.Tensor:
        return self.best("precision", "sensitivity")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "precision": self.precision}
