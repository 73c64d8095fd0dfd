"""Loss: compares targets with predictions, gives one number to make smaller."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.names import snake_case, unknown_name
from saccade.numerics.loss_formulas import aligned
from saccade.records import checked_dtype

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss:
    """Called with (y_true, y_pred, sample_weight), gives the reduced loss.

    `reduction`: "sum_over_batch_size" (also "mean") divides the weighted sum by the number of
    samples, not by the sum of the weights; "mean_with_sample_weight" divides by that sum; "sum";
    "none" or None keeps one number a sample.

    A user's loss subclasses this and writes `call(y_true, y_pred)`; it sees probabilities.

    Source: `keras.losses.Loss`.
    """

    keras_module: str | None = None

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ):
        self.name = name or snake_case(type(self).__name__)
        checked_dtype(self.name, dtype)
        if reduction is not None and reduction not in REDUCTIONS:
            raise unknown_name(f"{type(self).__name__} reduction", reduction, REDUCTIONS)
        self.reduction = reduction

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred): write one.")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> torch.Tensor:
        y_pred = y_pred if torch.is_tensor(y_pred) else torch.as_tensor(y_pred)
        y_pred = y_pred if y_pred.is_floating_point() else y_pred.float()
        y_true = torch.as_tensor(y_true, device=y_pred.device)
        losses = self.call(y_true, y_pred)
        if sample_weight is not None:
            sample_weight = torch.as_tensor(sample_weight, dtype=losses.dtype, device=losses.device)
            while sample_weight.ndim > losses.ndim and sample_weight.shape[-1] == 1:
                sample_weight = sample_weight.squeeze(-1)
            while sample_weight.ndim < losses.ndim:
                sample_weight = sample_weight.unsqueeze(-1)
        counted = self.counted(y_true)
        if counted is not None:
            share = self._share(counted.reshape(losses.shape).to(losses.dtype))
            sample_weight = share if sample_weight is None else sample_weight * share
        if sample_weight is not None:
            losses = losses * sample_weight
        return self._reduced(losses, sample_weight)

    def counted(self, y_true: torch.Tensor) -> torch.Tensor | None:
        """Which samples count, 1 or 0 each; None when all do."""
        return None

    def _share(self, counted: torch.Tensor) -> torch.Tensor:
        """Weights that leave out what does not count; a mean is over what is left, as in Keras."""
        if self.reduction not in ("sum_over_batch_size", "mean"):
            return counted
        return counted * (counted.numel() / counted.sum().clamp(min=1.0))

    def _reduced(self, losses: torch.Tensor, sample_weight: torch.Tensor | None) -> torch.Tensor:
        if self.reduction in (None, "none"):
            return losses
        if self.reduction == "sum":
            return losses.sum()
        if self.reduction == "mean_with_sample_weight" and sample_weight is not None:
            return losses.sum() / sample_weight.expand_as(losses).sum()
        return losses.mean()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        return cls(**config)


def same_shape(
    where: str, y_true: torch.Tensor, y_pred: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets in the predictions' dtype, both of one rank.

    Raises:
        ShapeError: when the shapes still differ.
    """
    y_true, y_pred = aligned(y_true.to(y_pred.dtype), y_pred)
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            where,
            f"targets must have the predictions' shape {tuple(y_pred.shape)}",
            str(tuple(y_true.shape)),
            _advice(where, y_true, y_pred),
        )
    return y_true, y_pred


def _advice(where: str, y_true: torch.Tensor, y_pred: torch.Tensor) -> str:
    if y_true.ndim == y_pred.ndim - 1 or (y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1):
        return (
            'For whole-number labels use "sparse_categorical_crossentropy" '
            '(class_mode="sparse"), or make them one-hot.'
        )
    if y_pred.shape[-1] == 1:
        return (
            'A single output goes with class_mode="binary"; for one-hot labels give the last '
            "layer one unit a class and softmax."
        )
    return f"Give the last layer {y_true.shape[-1]} units."
