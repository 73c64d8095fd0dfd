"""Focal cross-entropies: samples that are already right count less.

Like the plain ones they compute from the logits where a softmax or sigmoid is really last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.losses.cross_entropy import checked_axis, checked_smoothing
from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas


class BinaryFocalCrossentropy(Loss):
    """(1 - p_t)**gamma * binary cross-entropy, p_t the probability of what is true.

    Args:
        apply_class_balancing: weigh ones by `alpha` and zeros by 1 - alpha.
        alpha: that weight, in [0, 1].
        gamma: at least 0; 0 is the plain cross-entropy.
        from_logits, label_smoothing, axis, reduction: as for `BinaryCrossentropy`.

    Source: Lin et al. (2017); `keras.losses.BinaryFocalCrossentropy`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing = bool(apply_class_balancing)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.axis = bool(from_logits), checked_axis(self, axis)
        self.label_smoothing = checked_smoothing(self, label_smoothing)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.binary_focal_crossentropy(
            y_true,
            y_pred,
            self.apply_class_balancing,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
            "apply_class_balancing": self.apply_class_balancing,
            "alpha": self.alpha,
            "gamma": self.gamma,
        }


class CategoricalFocalCrossentropy(Loss):
    """-sum over the classes of alpha * (1 - p)**gamma * y_true * log p.

    Args:
        alpha: one weight for all classes, or a list of one a class.
        gamma: at least 0; 0 with alpha=1 is the plain cross-entropy.
        from_logits, label_smoothing, axis, reduction: as for `CategoricalCrossentropy`.

    Source: Lin et al. (2017); `keras.losses.CategoricalFocalCrossentropy`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        alpha: float | Sequence[float] = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.axis = bool(from_logits), checked_axis(self, axis)
        self.label_smoothing = checked_smoothing(self, label_smoothing)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.categorical_focal_crossentropy(
            y_true,
            y_pred,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
            "alpha": self.alpha,
            "gamma": self.gamma,
        }
