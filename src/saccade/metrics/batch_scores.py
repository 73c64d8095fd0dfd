"""Batch scores: what Keras 1 called precision, recall and so on: of each batch, then averaged.

Keras 2 took them out, for the mean of batches is not the score of an epoch, over which the classes
`Precision`, `Recall` and `FBetaScore` count.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.graph import compares_symbols
from saccade.numerics.epsilon import epsilon
from saccade.numerics.loss_formulas import tensors


@compares_symbols
def precision(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The share of true positives among the predicted ones; numbers above 0.5 are positive."""
    true, predicted = _positives(y_true, y_pred)
    return (true * predicted).sum() / (predicted.sum() + epsilon())


@compares_symbols
def recall(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The share of the positives that are found."""
    true, predicted = _positives(y_true, y_pred)
    return (true * predicted).sum() / (true.sum() + epsilon())


@compares_symbols
def fbeta_score(y_true: Any, y_pred: Any, beta: float = 1) -> torch.Tensor:
    """(1 + b) p r / (b p + r), with precision p, recall r and b = beta**2; 0 without positives.

    Raises:
        InvalidArgument: beta below 0.
    """
    if beta < 0:
        raise InvalidArgument("fbeta_score", "beta must be at least 0", beta)
    p, r, b = precision(y_true, y_pred), recall(y_true, y_pred), beta**2
    true, _ = _positives(y_true, y_pred)
    score = (1 + b) * (p * r) / (b * p + r + epsilon())
    return torch.where(true.sum() == 0, 0.0, score)


@compares_symbols
def fmeasure(y_true: Any, y_pred: Any) -> torch.Tensor:
    """`fbeta_score` with beta = 1."""
    return fbeta_score(y_true, y_pred)


@compares_symbols
def matthews_correlation(y_true: Any, y_pred: Any) -> torch.Tensor:
    """The correlation of the two yes-or-no answers, in [-1, 1]."""
    true, predicted = _positives(y_true, y_pred)
    tp, tn = (true * predicted).sum(), ((1 - true) * (1 - predicted)).sum()
    fp, fn = ((1 - true) * predicted).sum(), (true * (1 - predicted)).sum()
    spread = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).sqrt()
    return (tp * tn - fp * fn) / (spread + epsilon())


def _positives(y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Both as zeros and ones."""
    y_true, y_pred = tensors(y_true, y_pred)
    return y_true.to(y_pred.dtype).clamp(0, 1).round(), y_pred.clamp(0, 1).round()
