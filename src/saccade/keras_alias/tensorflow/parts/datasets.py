"""Datasets: `tf.data`, which is saccade's own."""

from __future__ import annotations

import torch

from saccade.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "cardinality"]


def cardinality(dataset: Dataset) -> torch.Tensor:
    """How many elements an iteration gives, int64; -1 for ever, -2 unknown."""
    return dataset.cardinality()
