"""Focal cross-entropies: samples that are already right count less (Lin et al., 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.graph import compares_symbols
from saccade.numerics.loss_formulas.cross_entropy import each_binary, smoothed_and_log
from saccade.numerics.loss_formulas.probability import focused, logits_or
from saccade.numerics.loss_formulas.targets import paired, smoothed, tensors
from saccade.numerics.tensors.conversion import as_tensor


@compares_symbols
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> torch.Tensor:
    """The mean over `axis` of (1 - p_t)**gamma * binary cross-entropy.

    p_t is the probability of what is true: y_true*p + (1 - y_true)*(1 - p). Class balancing
    weighs ones by `alpha` and zeros by 1 - alpha.
    """
    y_true, y_pred = tensors(y_true, y_pred)
    predicted, from_logits = logits_or(y_pred, from_logits, "sigmoid")
    y_true, predicted = paired("binary_focal_crossentropy", y_true, predicted)
    target = smoothed(y_true, label_smoothing, 2)
    p = torch.sigmoid(predicted) if from_logits else predicted
    not_p = torch.sigmoid(-predicted) if from_logits else 1.0 - predicted
    miss = target * not_p + (1.0 - target) * p
    each = focused(miss, gamma) * each_binary(target, predicted, from_logits)
    if apply_class_balancing:
        each = each * (target * alpha + (1.0 - target) * (1.0 - alpha))
    return each.mean(axis)


@compares_symbols
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> torch.Tensor:
    """-sum over the classes of alpha * (1 - p)**gamma * y_true * log p.

    Args:
        y_true, y_pred: (..., classes); classes along `axis`.
        alpha: one weight, or one a class.
    """
    target, log_p = smoothed_and_log(
        "categorical_focal_crossentropy", y_true, y_pred, from_logits, label_smoothing, axis
    )
    weight = as_tensor(alpha, dtype=log_p.dtype, device=log_p.device)
    return -(weight * focused(-torch.expm1(log_p), gamma) * target * log_p).sum(-1)
