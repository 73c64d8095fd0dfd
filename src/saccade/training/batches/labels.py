"""Labels: whether they fit the outputs, and which cross-entropy fits them."""

from __future__ import annotations

import math
from typing import Any

import torch

from saccade import losses
from saccade.errors import DataError


def check_labels(loss: Any, y: Any, classes: int, where: str) -> None:
    if not isinstance(loss, losses.SparseCategoricalCrossentropy):
        return
    if y is None or y.shape[1:] not in ((), (1,)):
        return
    if loss.ignore_class is not None:
        y = y[y != loss.ignore_class]
    if not y.numel():
        return
    low, high = (one.item() for one in torch.aminmax(y))
    finite = math.isfinite(low) and math.isfinite(high)
    whole = not y.is_floating_point() or bool((y == y.trunc()).all())
    if finite and whole and low >= 0 and high < classes:
        return
    if not finite:
        do = "Look for NaN in the labels."
    elif not whole:
        do = "For probabilities as targets use another loss."
    elif low < 0:
        do = "Number the classes from 0."
    else:
        do = f"Give the last layer {int(high) + 1} units, or number the classes from 0."
    raise DataError(
        where,
        f"labels must be whole numbers from 0 to {classes - 1}, "
        f"one for each of the model's {classes} outputs",
        f"{'labels' if whole or not finite else 'fractions'} from {low:g} to {high:g}",
        do,
    )


def crossentropy_for(y: Any, y_pred: Any) -> str:
    """The cross-entropy that "crossentropy" means for targets and predictions of these shapes."""
    if y_pred.shape[-1] == 1:
        return "binary_crossentropy"
    sparse = y.ndim < y_pred.ndim or (y.shape[-1] == 1 and y_pred.shape[-1] > 1)
    return "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"
