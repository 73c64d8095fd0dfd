"""Accuracies: the share of samples that are right.

The classes count truths and not ones, so that their sums stay whole numbers.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.graph import compares_symbols
from saccade.metrics.mean import MeanOf
from saccade.numerics.loss_formulas import aligned, tensors


@compares_symbols
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Whether the largest of y_pred (batch, classes) is at the label; (batch,) of truths."""
    return _sparse_hits(y_true, y_pred).float()


@compares_symbols
def categorical_accuracy(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Whether the largest of y_pred is where the largest of y_true is; both (batch, classes)."""
    y_true, y_pred = _one_hot("categorical_accuracy", y_true, y_pred)
    return (_place_of_most(y_pred) == _place_of_most(y_true)).float()


@compares_symbols
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> torch.Tensor:
    """Whether y_pred is on y_true's side of the threshold, one truth an element."""
    y_true, y_pred = _same("binary_accuracy", y_true, y_pred)
    return ((y_pred > threshold).to(y_pred.dtype) == y_true).float()


@compares_symbols
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> torch.Tensor:
    """Whether fewer than k classes are more probable than the true one; both (batch, classes)."""
    y_true, y_pred = _one_hot("top_k_categorical_accuracy", y_true, y_pred)
    return _in_top_k(_place_of_most(y_true), y_pred, k)


@compares_symbols
def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> torch.Tensor:
    """Whether fewer than k classes are more probable than the label.

    Args:
        y_true: (batch,) or (batch, 1), whole numbers.
        y_pred: (batch, classes); with `from_sorted_ids` the classes themselves, best first.
        k: how many guesses count.
    """
    y_true, y_pred = _labels("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        return (y_pred[..., :k] == y_true.unsqueeze(-1)).any(-1).float()
    return _in_top_k(y_true.long(), y_pred, k)


class Accuracy(MeanOf):
    """How often predictions equal labels.

    Source: `keras.metrics.Accuracy`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "accuracy", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        y_true, y_pred = _same("accuracy", y_true, y_pred)
        return y_true == y_pred


class SparseCategoricalAccuracy(MeanOf):
    """How often the most probable class is the label; labels are whole numbers.

    Source: `keras.metrics.SparseCategoricalAccuracy`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return _sparse_hits(y_true, y_pred)


class CategoricalAccuracy(MeanOf):
    """How often the most probable class is the label; labels are one-hot.

    Source: `keras.metrics.CategoricalAccuracy`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return categorical_accuracy(y_true, y_pred).bool()


class BinaryAccuracy(MeanOf):
    """How often a probability is on the right side of `threshold`.

    Source: `keras.metrics.BinaryAccuracy`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(name, dtype)
        self.threshold = threshold

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return binary_accuracy(y_true, y_pred, self.threshold).bool()

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "threshold": self.threshold}


class TopKCategoricalAccuracy(MeanOf):
    """How often the true class is among the k most probable; labels are one-hot.

    Args:
        k: how many guesses count.

    Source: `keras.metrics.TopKCategoricalAccuracy`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(name, dtype)
        self.k = k

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return top_k_categorical_accuracy(y_true, y_pred, self.k).bool()

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}


class SparseTopKCategoricalAccuracy(MeanOf):
    """How often the label is among the k most probable classes; labels are whole numbers.

    Args:
        k: how many guesses count.
        from_sorted_ids: predictions are the classes themselves, best first.

    Source: `keras.metrics.SparseTopKCategoricalAccuracy`.
    """

    keras_module = "keras.metrics"
    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        super().__init__(name, dtype)
        self.k, self.from_sorted_ids = k, from_sorted_ids

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return sparse_top_k_categorical_accuracy(
            y_true, y_pred, self.k, self.from_sorted_ids
        ).bool()

    def get_config(self) -> dict[str, Any]:
        ids = {"from_sorted_ids": True} if self.from_sorted_ids else {}
        return {**super().get_config(), "k": self.k, **ids}


def accuracy_for(y_true: torch.Tensor, y_pred: torch.Tensor, name: str) -> MeanOf:
    """The accuracy that "acc" or "accuracy" means for these shapes.

    One output: binary. Labels without a class axis: sparse. One-hot labels: categorical.
    """
    if y_pred.shape[-1] == 1:
        return BinaryAccuracy(name)
    if y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1:
        return SparseCategoricalAccuracy(name)
    return CategoricalAccuracy(name)


def _sparse_hits(y_true: Any, y_pred: Any) -> torch.Tensor:
    y_true, y_pred = _labels("sparse_categorical_accuracy", y_true, y_pred)
    return _place_of_most(y_pred) == y_true


def _place_of_most(values: torch.Tensor) -> torch.Tensor:
    """argmax of the last axis, of bools too, as tables of pandas hold one-hot labels."""
    return (values.byte() if values.dtype is torch.bool else values).argmax(-1)


def _in_top_k(labels: torch.Tensor, y_pred: torch.Tensor, k: int) -> torch.Tensor:
    """As TensorFlow counts: ties with the label do not push it out."""
    inside = (labels >= 0) & (labels < y_pred.shape[-1])
    own = y_pred.gather(-1, torch.where(inside, labels, 0).unsqueeze(-1))
    return (inside & own.squeeze(-1).isfinite() & ((y_pred > own).sum(-1) < k)).float()


def _labels(where: str, y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    y_true, y_pred = tensors(y_true, y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true.squeeze(-1)
    if y_true.shape != y_pred.shape[:-1]:
        raise ShapeError(
            where, f"labels must have shape {tuple(y_pred.shape[:-1])}", str(tuple(y_true.shape))
        )
    return y_true, y_pred


def _one_hot(where: str, y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    y_true, y_pred = tensors(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            where, f"one-hot labels must have shape {tuple(y_pred.shape)}", str(tuple(y_true.shape))
        )
    return y_true, y_pred


def _same(where: str, y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    y_true, y_pred = aligned(*tensors(y_true, y_pred))
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            where,
            f"labels must have the predictions' shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
        )
    return y_true, y_pred
