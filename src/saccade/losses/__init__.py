"""Losses, with Keras's names."""

from collections.abc import Callable
from typing import Any

import torch

from saccade.losses.cross_entropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from saccade.losses.error import MeanSquaredError
from saccade.losses.loss import Loss
from saccade.records import resolve, to_record

CLASSES: dict[str, type[Loss]] = {
    cls.__name__: cls
    for cls in (
        BinaryCrossentropy,
        CategoricalCrossentropy,
        MeanSquaredError,
        SparseCategoricalCrossentropy,
    )
}
_WORDS: dict[str, type[Loss]] = CLASSES | {
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}


class FunctionLoss(Loss):
    """A user's function (y_true, y_pred) -> one number a sample, reduced as every loss is."""

    def __init__(self, function: Callable[..., torch.Tensor]):
        super().__init__(getattr(function, "__name__", "loss"))
        self.function = function

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return self.function(y_true, y_pred)


def get(identifier: Any) -> Loss:
    """The loss meant by a word ("mse"), a record, an object or a function."""
    found = resolve("loss", identifier, _WORDS)
    return found if isinstance(found, Loss) else FunctionLoss(found)


def serialize(loss: Any) -> Any:
    return to_record(loss) if isinstance(loss, Loss) else loss


deserialize = get

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "deserialize",
    "get",
    "serialize",
]
