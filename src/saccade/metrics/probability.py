"""Cross-entropies and divergences, averaged over samples.

Like the losses, cross-entropies compute from the logits where a softmax or sigmoid is really last,
so that a metric and a loss of one name are one number.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.metrics.mean import MeanOf
from saccade.metrics.metric import spread
from saccade.numerics import loss_formulas


class BinaryCrossentropy(MeanOf):
    """The mean of -(y*log p + (1 - y)*log(1 - p)).

    Args:
        from_logits: the predictions are logits, not probabilities.
        label_smoothing: in [0, 1]; how far labels are pulled towards one half.

    Source: `keras.metrics.BinaryCrossentropy`.
    """

    keras_module = "keras.metrics"
    _direction = "down"
    reads_logits = True

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ):
        super().__init__(name, dtype)
        self.from_logits, self.label_smoothing = from_logits, label_smoothing

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.binary_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
        }


class CategoricalCrossentropy(MeanOf):
    """The mean of -sum of y_true * log p over the classes.

    Args:
        from_logits: the predictions are logits, not probabilities.
        label_smoothing: in [0, 1]; how much of each label is spread over all classes.
        axis: where the classes are.

    Source: `keras.metrics.CategoricalCrossentropy`.
    """

    keras_module = "keras.metrics"
    _direction = "down"
    reads_logits = True

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ):
        super().__init__(name, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


class SparseCategoricalCrossentropy(MeanOf):
    """The mean of -log p[label] for whole-number labels.

    Args:
        from_logits: the predictions are logits, not probabilities.
        ignore_class: a label whose samples add nothing. As in Keras they still count in the mean,
            unless there are sample weights.
        axis: where the classes are.

    Source: `keras.metrics.SparseCategoricalCrossentropy`.
    """

    keras_module = "keras.metrics"
    _direction = "down"
    reads_logits = True

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        super().__init__(name, dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if self.ignore_class is not None and sample_weight is not None:
            y_true, y_pred = loss_formulas.tensors(y_true, y_pred)
            counted = (y_true != self.ignore_class).float()
            sample_weight = counted * spread(sample_weight, counted)
        super().update_state(y_true, y_pred, sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
            "axis": self.axis,
        }


class KLDivergence(MeanOf):
    """The mean of sum(y_true * log(y_true / y_pred)) over the last axis.

    Source: `keras.metrics.KLDivergence`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "kl_divergence", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.kl_divergence(y_true, y_pred)


class Poisson(MeanOf):
    """The mean of y_pred - y_true*log(y_pred).

    Source: `keras.metrics.Poisson`.
    """

    keras_module = "keras.metrics"
    _direction = "down"

    def __init__(self, name: str = "poisson", dtype: Any = None):
        super().__init__(name, dtype)

    def values(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.poisson(y_true, y_pred)
