"""The circle loss, for embeddings."""

from __future__ import annotations

from typing import Any

import torch

from saccade.losses.loss import Loss
from saccade.numerics import loss_formulas


class Circle(Loss):
    """softplus(log sum over positives of exp(...) + log sum over negatives of exp(...)).

    Rows of one class are pulled together and others pushed apart, the more the further they are
    from where they should be; see `saccade.losses.circle` for the exponents.

    Args:
        gamma: scale of the exponents.
        margin: distance to be kept between classes.
        remove_diagonal: leave out the pair of a row with itself.
        reduction: see `Loss`; a mean is over the rows whose loss is not zero.

    y_true: (batch,), whole-number labels. y_pred: (batch, features), rows of length one.

    Source: Sun et al. (2020); `keras.losses.Circle`.
    """

    keras_module = "keras.losses"

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str = "circle",
        dtype: Any = None,
    ):
        super().__init__(name, reduction, dtype)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, bool(remove_diagonal)

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return loss_formulas.circle(
            y_true,
            y_pred,
            remove_diagonal=self.remove_diagonal,
            gamma=self.gamma,
            margin=self.margin,
        )

    def counted(self, y_true: torch.Tensor, losses: torch.Tensor) -> torch.Tensor | None:
        return losses > 0

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "gamma": self.gamma,
            "margin": self.margin,
            "remove_diagonal": self.remove_diagonal,
        }
