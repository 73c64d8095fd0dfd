"""Accuracies: the share of samples that are right."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.metrics.metric import MeanOf
from saccade.numerics import loss_formulas


def sparse_hits(y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
    """Whether the largest of y_pred (batch, classes) is at the label; (batch,) of truths."""
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true.squeeze(-1)
    if y_true.shape != y_pred.shape[:-1]:
        raise ShapeError(
            "sparse_categorical_accuracy",
            f"labels must have shape {tuple(y_pred.shape[:-1])}",
            str(tuple(y_true.shape)),
        )
    return y_pred.argmax(-1) == y_true


def categorical_hits(y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
    """Whether the largest of y_pred is where the largest of y_true is; both (batch, classes)."""
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            "categorical_accuracy",
            f"one-hot labels must have shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
        )
    return y_pred.argmax(-1) == y_true.argmax(-1)


def binary_hits(y_true: torch.Tensor, y_pred: torch.Tensor, threshold: float = 0.5) -> torch.Tensor:
    """Whether y_pred is on y_true's side of the threshold, the mean over the last axis."""
    y_true, y_pred = loss_formulas.aligned(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            "binary_accuracy",
            f"labels must have the predictions' shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
        )
    return ((y_pred > threshold).to(y_pred.dtype) == y_true).float().mean(-1)


class SparseCategoricalAccuracy(MeanOf):
    """How often the most probable class is the label; labels are whole numbers.

    Source: `keras.metrics.SparseCategoricalAccuracy`.
    """

    keras_module = "keras.metrics"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_hits, name, dtype)


class CategoricalAccuracy(MeanOf):
    """How often the most probable class is the label; labels are one-hot.

    Source: `keras.metrics.CategoricalAccuracy`.
    """

    keras_module = "keras.metrics"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_hits, name, dtype)


class BinaryAccuracy(MeanOf):
    """How often a probability is on the right side of `threshold`.

    Source: `keras.metrics.BinaryAccuracy`.
    """

    keras_module = "keras.metrics"

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(self.hits, name, dtype)
        self.threshold = threshold

    def hits(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return binary_hits(y_true, y_pred, self.threshold)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "threshold": self.threshold}


def accuracy_for(y_true: torch.Tensor, y_pred: torch.Tensor, name: str) -> MeanOf:
    """The accuracy that "acc" or "accuracy" means for these shapes.

    One output: binary. Labels without a class axis: sparse. One-hot labels: categorical.
    """
    if y_pred.shape[-1] == 1:
        return BinaryAccuracy(name)
    if y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1:
        return SparseCategoricalAccuracy(name)
    return CategoricalAccuracy(name)
