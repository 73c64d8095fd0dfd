"""Cross-entropies: how surprised the predicted probabilities are by the truth.

Each is computed from the logits when the predictions really come straight out of a softmax (or
sigmoid): a saturated output then still learns, where the logarithm of a clipped probability has
no slope left. Other predictions are taken as the probabilities that they are.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas


class SparseCategoricalCrossentropy(Loss):
    """-log p[label] for whole-number labels.

    Args:
        from_logits: the predictions are logits, not probabilities.
        ignore_class: a label whose samples are left out, also of the mean.
        reduction: see `Loss`.
        axis: where the predictions' classes are.

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
        super().__init__(name, reduction, dtype)
        self.from_logits = bool(from_logits)
        self.ignore_class, self.axis = ignore_class, checked_axis(self, axis)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    def counted(self, y_true: torch.Tensor, losses: torch.Tensor) -> torch.Tensor | None:
        return None if self.ignore_class is None else y_true != self.ignore_class

    def get_config(self) -> dict[str, Any]:
        config = {"from_logits": self.from_logits, "ignore_class": self.ignore_class}
        # Keras never writes the axis; here it is written where it says something
        unusual = {} if self.axis == -1 else {"axis": self.axis}
        return {**super().get_config(), **config, **unusual}


class CategoricalCrossentropy(Loss):
    """-sum of y_true * log p over the classes, for one-hot or soft labels.

    Args:
        from_logits: the predictions are logits, not probabilities.
        label_smoothing: in [0, 1]; how much of each label is spread over all classes.
        axis: where the classes are.
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
        super().__init__(name, reduction, dtype)
        self.from_logits, self.axis = bool(from_logits), checked_axis(self, axis)
        self.label_smoothing = checked_smoothing(self, label_smoothing)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )

    def get_config(self) -> dict[str, Any]:
        config = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **config, "axis": self.axis}


class BinaryCrossentropy(Loss):
    """-(y*log p + (1 - y)*log(1 - p)), the mean over `axis`.

    Args:
        from_logits: the predictions are logits, not probabilities.
        label_smoothing: in [0, 1]; how far labels are pulled towards one half.
        axis: what the mean of a sample is over.
        reduction: see `Loss`.

    y_true: (batch,) or (batch, 1), 0 or 1. y_pred: (batch, 1); or both (batch, outputs).

    Source: `keras.losses.BinaryCrossentropy`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.from_logits, self.axis = bool(from_logits), checked_axis(self, axis)
        self.label_smoothing = checked_smoothing(self, label_smoothing)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.binary_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )

    def get_config(self) -> dict[str, Any]:
        config = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **config, "axis": self.axis}


class CategoricalGeneralizedCrossEntropy(Loss):
    """(1 - p[label]**q) / q, for whole-number labels some of which are wrong.

    Args:
        q: between 0 and 1: near 0 the cross-entropy, near 1 the mean absolute error.
        reduction: see `Loss`.

    y_true: (batch,) or (batch, 1), whole numbers in [0, classes). y_pred: (batch, classes).

    Raises:
        InvalidArgument: q is not between 0 and 1.

    Source: Zhang and Sabuncu (2018); `keras.losses.CategoricalGeneralizedCrossEntropy`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        if not 0 < q < 1:
            raise InvalidArgument(type(self).__name__, "q must be between 0 and 1", repr(q))
        self.q = q

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.categorical_generalized_cross_entropy(y_true, y_pred, self.q)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "q": self.q}


def checked_smoothing(loss: Loss, label_smoothing: float) -> float:
    if not 0 <= label_smoothing <= 1:
        raise InvalidArgument(
            type(loss).__name__, "label_smoothing must be in [0, 1]", repr(label_smoothing)
        )
    return float(label_smoothing)


def checked_axis(loss: Loss, axis: Any) -> int:
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise InvalidArgument(type(loss).__name__, "axis must be a whole number", repr(axis))
    return axis
