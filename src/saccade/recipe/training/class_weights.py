"""Class weights: how much a photo of each class counts in training."""

from __future__ import annotations

import numpy as np


def weigh_classes(labels: np.ndarray, classes: int) -> np.ndarray:
    """Photos of rare classes count more, but not so much that a class of few decides.

    Law: weight of class c proportional to 1 / sqrt(photos of c), scaled so that the photos' mean
    weight is 1; 0 for a class without photos.

    Args:
        labels: class numbers, int (photos,).
        classes: how many classes there are.

    Returns:
        float32 (classes,).

    Source: docs/accuracy.md, classes of few photos.

    Example:
        >>> weigh_classes(np.array([0, 0, 0, 0, 1]), 2)
        array([0.8333333, 1.6666666], dtype=float32)
    """
    counts = np.bincount(labels, minlength=classes)
    weights = np.where(counts > 0, np.maximum(counts, 1) ** -0.5, 0.0)
    return (weights * counts.sum() / (weights * counts).sum()).astype(np.float32)
