"""Metrics, with Keras's names."""

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    accuracy_for,
)
from saccade.metrics.metric import Mean, MeanOf, Metric
from saccade.names import unknown_name
from saccade.numerics import loss_formulas
from saccade.records import is_record, resolve


def squared_errors(y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
    """(y_true - y_pred)**2, the mean over the last axis; (batch,) may stand beside (batch, 1)."""
    y_true, y_pred = loss_formulas.aligned(y_true.to(y_pred.dtype), y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            "mean_squared_error",
            f"targets must have the predictions' shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
        )
    return loss_formulas.mean_squared_error(y_true, y_pred)


class MeanSquaredError(MeanOf):
    """The mean of (y_true - y_pred)**2.

    Source: `keras.metrics.MeanSquaredError`.
    """

    keras_module = "keras.metrics"

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None):
        super().__init__(squared_errors, name, dtype)


CLASSES: dict[str, type[Metric]] = {
    cls.__name__: cls
    for cls in (
        BinaryAccuracy,
        CategoricalAccuracy,
        Mean,
        MeanSquaredError,
        SparseCategoricalAccuracy,
    )
}
_WORDS: dict[str, type[Metric]] = CLASSES | {
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
}
ACCURACY_WORDS = ("acc", "accuracy")


def get(identifier: Any) -> Metric:
    """The metric meant by a word, a record, an object or a function; words keep their spelling.

    "acc" and "accuracy" depend on the shapes of a batch: `compile` resolves those.
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        by_lower = {word.lower(): cls for word, cls in _WORDS.items()}
        if identifier.lower() not in by_lower:
            raise unknown_name("metric", identifier, [*_WORDS, *ACCURACY_WORDS])
        return by_lower[identifier.lower()](name=identifier)
    found = resolve("metric", identifier, _WORDS)
    if isinstance(found, Metric):
        return found
    assert not is_record(found)
    return MeanOf(found, getattr(found, "__name__", "metric"))


__all__ = [
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "Mean",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "accuracy_for",
    "get",
]
