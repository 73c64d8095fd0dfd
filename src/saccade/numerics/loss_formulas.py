"""The formulas of the losses, each giving one number a sample (before any mean).

Probabilities are clipped to [epsilon, 1 - epsilon] before the logarithm, as Keras does on
TensorFlow and JAX; from logits nothing needs clipping.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

EPSILON = 1e-7


def sparse_categorical_crossentropy(
    labels: torch.Tensor, predicted: torch.Tensor, from_logits: bool
) -> torch.Tensor:
    """-log p[label].

    Args:
        labels: (...), whole numbers in [0, classes).
        predicted: (..., classes), logits or probabilities.
    """
    labels = labels.long()
    classes = predicted.shape[-1]
    if from_logits:
        if predicted.ndim == 2:
            return F.cross_entropy(predicted, labels, reduction="none")
        flat = F.cross_entropy(predicted.reshape(-1, classes), labels.reshape(-1), reduction="none")
        return flat.reshape(labels.shape)
    log_p = clipped(normalised(predicted)).log()
    return -log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1)


def categorical_crossentropy(
    target: torch.Tensor, predicted: torch.Tensor, from_logits: bool
) -> torch.Tensor:
    """-sum over classes of target * log p. Both (..., classes)."""
    log_p = (
        torch.log_softmax(predicted, -1) if from_logits else clipped(normalised(predicted)).log()
    )
    return -(target * log_p).sum(-1)


def binary_crossentropy(
    target: torch.Tensor, predicted: torch.Tensor, from_logits: bool
) -> torch.Tensor:
    """The mean over the last axis of -(target*log p + (1 - target)*log(1 - p))."""
    if from_logits:
        each = F.binary_cross_entropy_with_logits(predicted, target, reduction="none")
    else:
        p = clipped(predicted)
        each = -(target * p.log() + (1.0 - target) * (1.0 - p).log())
    return each.mean(-1)


def mean_squared_error(target: torch.Tensor, predicted: torch.Tensor) -> torch.Tensor:
    """The mean over the last axis of (target - predicted)**2."""
    return (target - predicted).square().mean(-1)


def aligned(target: torch.Tensor, predicted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Both in one rank where they differ by a last axis of size 1: (batch,) beside (batch, 1).

    The shorter gains an axis where it has but the batch's, so that a mean over the last axis
    leaves the samples; otherwise the longer loses its.
    """
    if target.ndim == predicted.ndim + 1 and target.shape[-1] == 1:
        if predicted.ndim == 1:
            return target, predicted.unsqueeze(-1)
        return target.squeeze(-1), predicted
    if target.ndim == predicted.ndim - 1 and predicted.shape[-1] == 1:
        return target.unsqueeze(-1), predicted
    return target, predicted


def smoothed(target: torch.Tensor, smoothing: float, classes: int) -> torch.Tensor:
    """target * (1 - smoothing) + smoothing / classes: a little of every class."""
    return target * (1.0 - smoothing) + smoothing / classes if smoothing else target


def normalised(p: torch.Tensor) -> torch.Tensor:
    return p / p.sum(-1, keepdim=True)


def clipped(p: torch.Tensor) -> torch.Tensor:
    return p.clamp(EPSILON, 1.0 - EPSILON)
