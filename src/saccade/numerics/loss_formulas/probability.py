"""Logarithms of predicted probabilities, from the logits wherever those can be had.

Probabilities are clipped to [epsilon, 1 - epsilon] before the logarithm, as Keras does on
TensorFlow and JAX; from logits nothing needs clipping, and a saturated output keeps its slope.
"""

from __future__ import annotations

import torch

from saccade import activations
from saccade.numerics.epsilon import epsilon


def logits_or(
    y_pred: torch.Tensor, from_logits: bool, made_by: str, axis: int = -1
) -> tuple[torch.Tensor, bool]:
    """(predictions, whether they are logits); behind a last softmax or sigmoid they are taken."""
    if from_logits:
        return y_pred, True
    if axis not in (-1, y_pred.ndim - 1):
        return y_pred, False
    logits = activations.logits_of(y_pred, made_by)
    return (y_pred, False) if logits is None else (logits, True)


def log_probabilities(predicted: torch.Tensor, from_logits: bool) -> torch.Tensor:
    """log p over the classes of the last axis, normalised to sum to one."""
    if from_logits:
        return torch.log_softmax(predicted, -1)
    return clipped(predicted / predicted.sum(-1, keepdim=True)).log()


def clipped(p: torch.Tensor) -> torch.Tensor:
    return p.clamp(epsilon(), 1.0 - epsilon())


def focused(miss: torch.Tensor, gamma: float) -> torch.Tensor:
    """miss**gamma; kept off zero, where a root has no slope."""
    return miss.clamp(min=torch.finfo(miss.dtype).tiny) ** gamma
