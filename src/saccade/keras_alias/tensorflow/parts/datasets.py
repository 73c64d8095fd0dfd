"""Datasets: `tf.data`, which is saccade's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)
from saccade.data.dataset.elements import map_element
from saccade.data.dataset.gathering import Counted
from saccade.keras_alias.tensorflow.parts.shape import TensorSpec

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "cardinality"]


def teach_datasets() -> None:
    """Let `element_spec` answer with `tf.TensorSpec`."""
    looked_at: Any = Dataset.element_spec.fget  # type: ignore[attr-defined]

    def element_spec(self: Dataset) -> Any:
        return map_element(lambda one: TensorSpec(one.shape, one.dtype), looked_at(self))

    Dataset.element_spec = property(element_spec)  # type: ignore[assignment,method-assign]


class Options:
    """What a dataset is told about how to run; whatever is set here is noted and has no effect."""

    def __init__(self) -> None:
        object.__setattr__(self, "_inner", {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._inner.setdefault(name, Options())

    def __setattr__(self, name: str, value: Any) -> None:
        self._inner[name] = value


def assert_cardinality(expected_cardinality: Any) -> Callable[[Dataset], Dataset]:
    """For `apply`: a dataset that says this length, which is not looked at."""
    return lambda dataset: Dataset(Counted(dataset.stage, int(expected_cardinality)))


def cardinality(dataset: Dataset) -> torch.Tensor:
    """How many elements an iteration gives, int64; -1 for ever, -2 unknown."""
    return dataset.cardinality()
