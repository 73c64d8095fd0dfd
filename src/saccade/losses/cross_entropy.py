"""Cross-entropies: how surprised the predicted probabilities are by the truth.

Each is computed from the logits when the predictions really come straight out of a softmax (or
sigmoid): a saturated output then still learns, where the logarithm of a clipped probability has
no slope left. Other predictions are taken as the probabilities that they are.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.losses.loss import Loss, same_shape
from saccade.numerics import loss_formulas


class _CrossEntropy(Loss):
    """What the cross-entropies share: where the logits come from."""

    made_by = "softmax"

    def __init__(self, from_logits: bool, axis: int, name: str, reduction: str | None, dtype: Any):
        super().__init__(name, reduction, dtype)
        self.from_logits = bool(from_logits)
        if axis != -1:
            raise NotSupported(type(self).__name__, "axis must be -1 (classes last)", repr(axis))
        self.axis = axis

    def _logits(self, y_pred: torch.Tensor) -> tuple[torch.Tensor, bool]:
        """(predictions, whether they are logits)."""
        if self.from_logits:
            return y_pred, True
        logits = activations.logits_of(y_pred, self.made_by)
        return (y_pred, False) if logits is None else (logits, True)


class SparseCategoricalCrossentropy(_CrossEntropy):
    """-log p[label] for whole-number labels.

    Args:
        from_logits: the predictions are logits, not probabilities.
        ignore_class: a label whose samples are left out, also of the mean.
        reduction: see `Loss`.

    y_true: (batch,) or (batch, 1), whole numbers in [0, classes), any dtype.
    y_pred: (batch, classes).

    Raises:
        ShapeError: when the two do not fit together.

    Source: `keras.losses.SparseCategoricalCrossentropy`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(from_logits, axis, name, reduction, dtype)
        self.ignore_class = ignore_class

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        predicted, from_logits = self._logits(y_pred)
        if y_true.ndim == predicted.ndim and y_true.shape[-1] == 1:
            y_true = y_true.squeeze(-1)
        if y_true.shape != predicted.shape[:-1]:
            one_hot = y_true.shape == predicted.shape
            raise ShapeError(
                self.name,
                f"labels must be whole numbers of shape {tuple(predicted.shape[:-1])}",
                str(tuple(y_true.shape)),
                'For one-hot labels use "categorical_crossentropy".' if one_hot else "",
            )
        if self.ignore_class is None:
            return loss_formulas.sparse_categorical_crossentropy(y_true, predicted, from_logits)
        ignored = y_true == self.ignore_class
        losses = loss_formulas.sparse_categorical_crossentropy(
            torch.where(ignored, 0, y_true), predicted, from_logits
        )
        return torch.where(ignored, 0.0, losses)

    def counted(self, y_true: torch.Tensor) -> torch.Tensor | None:
        return None if self.ignore_class is None else y_true != self.ignore_class

    def get_config(self) -> dict[str, Any]:
        config = {"from_logits": self.from_logits, "ignore_class": self.ignore_class}
        return {**super().get_config(), **config}


class CategoricalCrossentropy(_CrossEntropy):
    """-sum of y_true * log p over the classes, for one-hot or soft labels.

    Args:
        from_logits: the predictions are logits, not probabilities.
        label_smoothing: in [0, 1]; how much of each label is spread over all classes.
        reduction: see `Loss`.

    y_true and y_pred: (batch, classes).

    Source: `keras.losses.CategoricalCrossentropy`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(from_logits, axis, name, reduction, dtype)
        self.label_smoothing = _checked_smoothing(self, label_smoothing)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        predicted, from_logits = self._logits(y_pred)
        y_true, predicted = same_shape(self.name, y_true, predicted)
        y_true = loss_formulas.smoothed(y_true, self.label_smoothing, y_true.shape[-1])
        return loss_formulas.categorical_crossentropy(y_true, predicted, from_logits)

    def get_config(self) -> dict[str, Any]:
        config = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **config, "axis": self.axis}


class BinaryCrossentropy(_CrossEntropy):
    """-(y*log p + (1 - y)*log(1 - p)), the mean over the last axis.

    Args:
        from_logits: the predictions are logits, not probabilities.
        label_smoothing: in [0, 1]; how far labels are pulled towards one half.
        reduction: see `Loss`.

    y_true: (batch,) or (batch, 1), 0 or 1. y_pred: (batch, 1); or both (batch, outputs).

    Source: `keras.losses.BinaryCrossentropy`.
    """

    keras_module = "keras.losses"
    made_by = "sigmoid"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(from_logits, axis, name, reduction, dtype)
        self.label_smoothing = _checked_smoothing(self, label_smoothing)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        predicted, from_logits = self._logits(y_pred)
        y_true, predicted = same_shape(self.name, y_true, predicted)
        y_true = loss_formulas.smoothed(y_true, self.label_smoothing, 2)
        return loss_formulas.binary_crossentropy(y_true, predicted, from_logits)

    def get_config(self) -> dict[str, Any]:
        config = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **config, "axis": self.axis}


def _checked_smoothing(loss: Loss, label_smoothing: float) -> float:
    if not 0 <= label_smoothing <= 1:
        raise InvalidArgument(
            type(loss).__name__, "label_smoothing must be in [0, 1]", repr(label_smoothing)
        )
    return float(label_smoothing)
