"""Loss: compares targets with predictions, gives one number to make smaller."""

from __future__ import annotations

import functools
from typing import Any

import torch

from saccade import dtype_policy
from saccade.errors import InvalidArgument
from saccade.graph import INSTEAD, Symbol
from saccade.names import snake_case, unknown_name
from saccade.numerics.loss_formulas import tensors
from saccade.numerics.loss_formulas.targets import aligned
from saccade.numerics.tensors.conversion import as_tensor
from saccade.user_names import UserNames

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")
_MEANS = ("sum_over_batch_size", "mean")


class Loss(UserNames):
    """Called with (y_true, y_pred, sample_weight), gives the reduced loss.

    `reduction`: "sum_over_batch_size" (also "mean") divides the weighted sum by the number of
    samples, not by the sum of the weights; "mean_with_sample_weight" divides by that sum; "sum";
    "none" or None keeps one number a sample.

    `dtype`: what the loss is computed in, a float's name or a policy, whose compute dtype counts.
    None is float32, where predictions that are halves are compared as they are.

    A user's loss subclasses this and writes `call(y_true, y_pred)`; it sees probabilities.

    Example:
        >>> class Largest(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return (y_true - y_pred).abs().amax(-1)
        >>> Largest()([[0.0, 1.0], [1.0, 0.0]], [[0.0, 0.5], [1.0, 0.0]]).item()
        0.25

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
        self._dtype = dtype_policy.get(dtype or "float32").compute_dtype
        self._asked = getattr(torch, self._dtype) if self._dtype != "float32" else None
        if reduction == "auto":  # Keras 2's default
            reduction = Reduction.AUTO
        if reduction is not None and reduction not in REDUCTIONS:
            raise unknown_name(f"{type(self).__name__} reduction", reduction, REDUCTIONS)
        self.reduction = reduction

    @property
    def dtype(self) -> str:
        """What the loss is computed in."""
        return self._dtype

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred): write one.")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> torch.Tensor:
        if isinstance(y_pred, Symbol) or isinstance(y_true, Symbol):
            weights = () if sample_weight is None else (sample_weight,)
            return Symbol.note(self._of_values, y_true, y_pred, *weights)
        return self._of_values(y_true, y_pred, sample_weight)

    def _of_values(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> torch.Tensor:
        mask = getattr(y_pred, "_keras_mask", None)  # see layers/core/masks.py
        y_true, y_pred = tensors(y_true, y_pred)
        if self._asked is not None:
            y_pred = y_pred.to(self._asked)  # every formula takes the targets to it
        if type(self).keras_module is None:  # one of the user's counts on numbers of one kind
            y_true = y_true.to(y_pred.dtype)
        losses = self.call(y_true, y_pred)
        if isinstance(losses, Symbol):
            raise InvalidArgument(
                f'loss "{self.name}"', "gives a symbol for arrays", repr(losses), INSTEAD
            )
        if sample_weight is not None:
            sample_weight = as_tensor(sample_weight, dtype=losses.dtype, device=losses.device)
            sample_weight = _in_rank_of(losses, sample_weight)
        counted = self.counted(y_true, losses)
        counted = None if counted is None else counted.reshape(losses.shape)
        if mask is not None:
            mask = _in_rank_of(losses, as_tensor(mask, device=losses.device))
            counted = mask if counted is None else mask.bool() & counted.bool()
        if counted is not None:
            share = self._share(counted.to(losses.dtype))
            sample_weight = share if sample_weight is None else sample_weight * share
        if sample_weight is not None:
            losses = losses * sample_weight
        found = self._reduced(losses, sample_weight)
        if self._asked is not None:
            return found.to(self._asked)
        return found.float() if found.dtype is torch.float64 else found  # as Keras's objects

    def counted(self, y_true: torch.Tensor, losses: torch.Tensor) -> torch.Tensor | None:
        """Which samples count, 1 or 0 each; None when all do."""
        return None

    def _share(self, counted: torch.Tensor) -> torch.Tensor:
        """Weights that leave out what does not count; a mean is over what is left, as in Keras."""
        if self.reduction not in _MEANS:
            return counted
        return counted * (counted.numel() / counted.sum().clamp(min=1.0))

    def _reduced(self, losses: torch.Tensor, sample_weight: torch.Tensor | None) -> torch.Tensor:
        if self.reduction in (None, "none") or losses.shape == (0,):
            return losses
        if self.reduction == "sum":
            return losses.sum()
        if self.reduction == "mean_with_sample_weight" and sample_weight is not None:
            weight = sample_weight.expand_as(losses).sum()
            # weights of zero in all leave nothing to learn from, not a NaN
            return torch.where(weight == 0, 0.0, losses.sum() / torch.where(weight == 0, 1, weight))
        return losses.mean()

    def get_config(self) -> dict[str, Any]:
        config = {"name": self.name, "reduction": self.reduction}
        # Keras never writes the dtype; here it is written where it says something
        is_told = type(self).keras_module is not None and self._dtype != "float32"
        return {**config, "dtype": self._dtype} if is_told else config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        return cls(**config)


def _in_rank_of(losses: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """One weight a sample, with as many axes as the losses: last ones of size 1 go or come."""
    while weights.ndim > losses.ndim and weights.shape[-1] == 1:
        weights = weights.squeeze(-1)
    while weights.ndim < losses.ndim:
        weights = weights.unsqueeze(-1)
    return weights


class FunctionLoss(Loss):
    """A user's function (y_true, y_pred) -> one number a sample, reduced as every loss is.

    It gets both in one rank: targets (batch,) beside predictions (batch, 1) become (batch, 1), for
    their difference would be (batch, batch).
    """

    def __init__(self, function: Any, name: str | None = None, reduction: str | None = "auto"):
        super().__init__(name or getattr(function, "__name__", "loss"), reduction)
        self.function = function

    def call(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:
        return self.function(*aligned(y_true, y_pred))


class LossFunctionWrapper(FunctionLoss):
    """The same with arguments that the function always gets.

    Source: `keras.losses.LossFunctionWrapper`, of Keras 2.
    """

    def __init__(
        self, fn: Any, reduction: str | None = "auto", name: str | None = None, **kwargs: Any
    ):
        super().__init__(functools.partial(fn, **kwargs), name or fn.__name__, reduction)
        self.fn = fn


class Reduction:
    """`losses.Reduction.NONE` is "none"; AUTO is the mean that Keras 2 makes of it outside of
    strategies."""

    AUTO = SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    NONE = "none"
    SUM = "sum"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return cls.AUTO, cls.NONE, cls.SUM

    @classmethod
    def validate(cls, key: str) -> None:
        if key not in cls.all():
            raise ValueError(f"Reduction: {key!r} is none of {', '.join(cls.all())}.")
