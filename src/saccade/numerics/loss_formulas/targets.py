"""Targets beside predictions: one rank, one dtype, one shape, or an error that says what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import DataError, ShapeError
from saccade.numerics.tensors import conversion

_WIDE_UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)


def tensors(y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Both as tensors on the predictions' device; predictions become floating point.

    Raises:
        DataError: words, objects, complex numbers.
    """
    y_pred = y_pred if torch.is_tensor(y_pred) else as_tensor(y_pred)
    y_true = y_true if torch.is_tensor(y_true) else as_tensor(y_true)
    for name, values in (("y_true", y_true), ("y_pred", y_pred)):
        if values.is_complex():
            raise DataError(name, "must hold real numbers", f"dtype {values.dtype}")
    y_pred = y_pred if y_pred.is_floating_point() else y_pred.float()
    return y_true.to(y_pred.device), y_pred


def as_tensor(values: Any) -> torch.Tensor:
    """An array, a list of numbers or a list of tensors as one tensor.

    Wide unsigned integers, as labels in files are, come in int64: torch computes little with them.
    """
    if isinstance(values, (list, tuple)) and any(map(torch.is_tensor, values)):
        return torch.stack([conversion.as_tensor(one) for one in values])
    tensor = conversion.as_tensor(values)
    if tensor.dtype not in _WIDE_UNSIGNED:
        return tensor
    whole = tensor.long()
    if bool((whole < 0).any()):
        raise DataError("array", "whole numbers must be below 2**63", np.asarray(values).max())
    return whole


def aligned(target: torch.Tensor, predicted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Both in one rank where they differ by a last axis of size 1: (batch,) beside (batch, 1).

    The shorter gains an axis where it has but the batch's, so that a mean over the last axis
    leaves the samples; otherwise the longer loses its.
    """
    if target.ndim == 0:  # one number for all
        return target.expand(predicted.shape), predicted
    if target.ndim == predicted.ndim + 1 and target.shape[-1] == 1:
        if predicted.ndim == 1:
            return target, predicted.unsqueeze(-1)
        return target.squeeze(-1), predicted
    if target.ndim == predicted.ndim - 1 and predicted.shape[-1] == 1:
        if target.ndim == 1:
            return target.unsqueeze(-1), predicted
        return target, predicted.squeeze(-1)
    return target, predicted


def paired(where: str, y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets in the predictions' dtype, both of one shape.

    Raises:
        ShapeError: when the shapes still differ.
    """
    y_true, y_pred = tensors(y_true, y_pred)
    y_true, y_pred = aligned(y_true.to(y_pred.dtype), y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            where,
            f"targets must have the predictions' shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
            _advice(y_true, y_pred),
        )
    return y_true, y_pred


def class_numbers(where: str, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
    """Whole-number labels (...) for predictions (..., classes); (..., 1) is understood.

    Raises:
        ShapeError: when the two do not fit together.
    """
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true.squeeze(-1)
    if y_true.shape != y_pred.shape[:-1]:
        raise ShapeError(
            where,
            f"labels must be whole numbers of shape {tuple(y_pred.shape[:-1])}",
            str(tuple(y_true.shape)),
            'For one-hot labels use "categorical_crossentropy".'
            if y_true.shape == y_pred.shape
            else "",
        )
    return y_true


def smoothed(target: torch.Tensor, smoothing: float, classes: int) -> torch.Tensor:
    """target * (1 - smoothing) + smoothing / classes: a little of every class."""
    return target * (1.0 - smoothing) + smoothing / classes if smoothing else target


def _advice(y_true: torch.Tensor, y_pred: torch.Tensor) -> str:
    if y_true.ndim == y_pred.ndim - 1 or (y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1):
        return (
            'For whole-number labels use "sparse_categorical_crossentropy" '
            '(class_mode="sparse"), or make them one-hot.'
        )
    if y_pred.shape[-1] == 1:
        return (
            'A single output goes with class_mode="binary"; for one-hot labels give the last '
            "layer one unit a class and softmax."
        )
    return f"Give the last layer {y_true.shape[-1]} units."
