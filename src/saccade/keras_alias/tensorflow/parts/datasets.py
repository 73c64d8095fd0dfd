"""Datasets: `tf.data`, which is saccade's own."""

from __future__ import annotations

from typing import Any

import torch

from saccade.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)
from saccade.data.dataset.elements import map_element
from saccade.keras_alias.tensorflow.parts.shape import TensorSpec

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "cardinality"]


def teach_datasets() -> None:
    """Let `element_spec` answer with `tf.TensorSpec`."""
    looked_at: Any = Dataset.element_spec.fget  # type: ignore[attr-defined]

    def element_spec(self: Dataset) -> Any:
        return map_element(lambda one: TensorSpec(one.shape, one.dtype), looked_at(self))

    Dataset.element_spec = property(element_spec)  # type: ignore[assignment,method-assign]


def cardinality(dataset: Dataset) -> torch.Tensor:
    """How many elements an iteration gives, int64; -1 for ever, -2 unknown."""
    return dataset.cardinality()
