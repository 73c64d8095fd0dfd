"""Unit length: arrays divided by their norm."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def normalize(x: Any, axis: int = -1, order: float = 2) -> Any:
    """An array divided by its norm along an axis; what is all zeros stays so.

    Args:
        x: an array or tensor of any shape.
        axis: along which the norm is taken.
        order: of the norm: 2 for the length, 1 for the sum, inf for the greatest.

    Returns:
        A copy of x's shape; a tensor for a tensor.

    Example:
        >>> normalize(np.array([[3.0, 4.0]])).tolist()
        [[0.6, 0.8]]

    Source: `keras.utils.normalize`, whose axis=0 takes the norm along one axis of a NumPy array and
    divides along another.
    """
    if torch.is_tensor(x):
        norm = torch.linalg.vector_norm(x, order, dim=axis, keepdim=True)
        return x / torch.where(norm == 0, torch.ones_like(norm), norm)
    array = np.asarray(x)
    norm = np.linalg.norm(array, order, axis, keepdims=True)
    return array / np.where(norm == 0, 1, norm)
