"""Cross-entropies: how surprised the predicted probabilities are by the truth.

Each gives one number a sample. Predictions that come straight out of a softmax (or sigmoid) are
taken by their logits; others are the probabilities that they are.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.graph import compares_symbols
from saccade.numerics.loss_formulas.probability import clipped, log_probabilities, logits_or
from saccade.numerics.loss_formulas.targets import class_numbers, paired, smoothed, tensors


@compares_symbols
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> torch.Tensor:
    """-log p[label]; 0 where the label is `ignore_class`.

    Args:
        y_true: (...) or (..., 1), whole numbers in [0, classes), any dtype.
        y_pred: (..., classes), logits or probabilities; classes along `axis`.

    Returns:
        One number a label.

    Raises:
        ShapeError: when the two do not fit together.
    """
    y_true, y_pred = tensors(y_true, y_pred)
    predicted, from_logits = logits_or(y_pred, from_logits, "softmax", axis)
    if axis not in (-1, predicted.ndim - 1):
        if y_true.ndim == predicted.ndim and y_true.shape[axis] == 1:
            y_true = y_true.squeeze(axis)
        predicted = predicted.movedim(axis, -1)
    labels = class_numbers("sparse_categorical_crossentropy", y_true, predicted)
    if ignore_class is None:
        return _surprise(labels, predicted, from_logits)
    ignored = labels == ignore_class
    each = _surprise(torch.where(ignored, 0, labels), predicted, from_logits)
    return torch.where(ignored, 0.0, each)


def _surprise(labels: torch.Tensor, predicted: torch.Tensor, from_logits: bool) -> torch.Tensor:
    labels = labels.long()
    if from_logits and predicted.ndim == 2:
        return F.cross_entropy(predicted, labels, reduction="none")
    if from_logits:
        flat = predicted.reshape(-1, predicted.shape[-1])
        each = F.cross_entropy(flat, labels.reshape(-1), reduction="none")
        return each.reshape(labels.shape)
    log_p = log_probabilities(predicted, False)
    return -log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1)


@compares_symbols
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> torch.Tensor:
    """-sum over the classes of y_true * log p, both (..., classes); classes along `axis`."""
    target, log_p = smoothed_and_log(
        "categorical_crossentropy", y_true, y_pred, from_logits, label_smoothing, axis
    )
    return -(target * log_p).sum(-1)


def smoothed_and_log(
    where: str, y_true: Any, y_pred: Any, from_logits: bool, label_smoothing: float, axis: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """(smoothed targets, log p), classes moved to the last axis."""
    y_true, y_pred = tensors(y_true, y_pred)
    predicted, from_logits = logits_or(y_pred, from_logits, "softmax", axis)
    y_true, predicted = paired(where, y_true, predicted)
    if axis not in (-1, predicted.ndim - 1):
        y_true, predicted = y_true.movedim(axis, -1), predicted.movedim(axis, -1)
    target = smoothed(y_true, label_smoothing, y_true.shape[-1])
    return target, log_probabilities(predicted, from_logits)


@compares_symbols
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> torch.Tensor:
    """The mean over `axis` of -(y_true*log p + (1 - y_true)*log(1 - p))."""
    y_true, y_pred = tensors(y_true, y_pred)
    predicted, from_logits = logits_or(y_pred, from_logits, "sigmoid")
    y_true, predicted = paired("binary_crossentropy", y_true, predicted)
    target = smoothed(y_true, label_smoothing, 2)
    return each_binary(target, predicted, from_logits).mean(axis)


def each_binary(target: torch.Tensor, predicted: torch.Tensor, from_logits: bool) -> torch.Tensor:
    """-(target*log p + (1 - target)*log(1 - p)), nothing averaged."""
    if from_logits:
        return F.binary_cross_entropy_with_logits(predicted, target, reduction="none")
    p = clipped(predicted)
    return -(target * p.log() + (1.0 - target) * (1.0 - p).log())


@compares_symbols
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> torch.Tensor:
    """(1 - p[label]**q) / q, which noisy labels pull at less than at a cross-entropy.

    Args:
        y_true: (...) or (..., 1), whole numbers in [0, classes).
        y_pred: (..., classes), probabilities.
        q: in (0, 1); towards 0 the cross-entropy, towards 1 the mean absolute error.
    """
    y_true, y_pred = tensors(y_true, y_pred)
    labels = class_numbers("categorical_generalized_cross_entropy", y_true, y_pred)
    predicted, from_logits = logits_or(y_pred, False, "softmax")
    where = labels.long().unsqueeze(-1)
    if from_logits:
        log_p = torch.log_softmax(predicted, -1).gather(-1, where).squeeze(-1)
        return -torch.expm1(q * log_p) / q
    return (1.0 - predicted.gather(-1, where).squeeze(-1) ** q) / q
