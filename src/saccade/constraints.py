"""Constraints: what a weight must fulfil after every step of the optimizer.

A constraint is called with a weight's values and gives the values to put in their place. Any such
function will do; a class of your own is derived from `Constraint` where it is to be saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.numerics.epsilon import epsilon
from saccade.numerics.tensors.conversion import method_takes_arrays
from saccade.old_arguments import takes_old_word
from saccade.records import resolve, to_record

Axes = int | Sequence[int]


class Constraint:
    """A projection of values; users' own subclass it and write `__call__(w)`.

    Source: `keras.constraints.Constraint`.
    """

    keras_module: str | None = None

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        return w

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        return cls(**config)


class MaxNorm(Constraint):
    """w * min(norm, max_value) / norm: vectors that are too long are shortened.

    Args:
        max_value: the largest norm that is left alone.
        axis: the axis or axes that norms are summed along: 0 for a Dense kernel (the weights into
            one unit), [0, 1, 2] for a Conv2D kernel (the weights of one filter).

    Example:
        >>> import torch
        >>> MaxNorm(1.0)(torch.tensor([[3.0], [4.0]])).flatten()
        tensor([0.6000, 0.8000])

    Source: `keras.constraints.MaxNorm`.
    """

    keras_module = "keras.constraints"

    @takes_old_word("m", "max_value")
    def __init__(self, max_value: float = 2, axis: Axes = 0):
        self.max_value, self.axis = max_value, axis

    @method_takes_arrays
    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        norm = _norm(w, self.axis)
        # As in Keras, epsilon keeps a weight of zeros from being divided by nothing.
        return w * (norm.clamp(0, self.max_value) / (epsilon() + norm))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """max(w, 0).

    Source: `keras.constraints.NonNeg`.
    """

    keras_module = "keras.constraints"

    @method_takes_arrays
    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        return w.clamp(min=0)


class UnitNorm(Constraint):
    """w / norm: every vector has length one.

    Args:
        axis: the axis or axes that norms are summed along, as for `MaxNorm`.

    Source: `keras.constraints.UnitNorm`.
    """

    keras_module = "keras.constraints"

    def __init__(self, axis: Axes = 0):
        self.axis = axis

    @method_takes_arrays
    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        return w / (epsilon() + _norm(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """w * (rate * clip(norm, min_value, max_value) + (1 - rate) * norm) / norm.

    Args:
        min_value: the smallest norm that is left alone.
        max_value: the largest norm that is left alone.
        rate: how much of the way is gone at each step, 1 all of it.
        axis: the axis or axes that norms are summed along, as for `MaxNorm`.

    Source: `keras.constraints.MinMaxNorm`.
    """

    keras_module = "keras.constraints"

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0
    ):
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    @method_takes_arrays
    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        norm = _norm(w, self.axis)
        wanted = self.rate * norm.clamp(self.min_value, self.max_value) + (1 - self.rate) * norm
        return w * (wanted / (epsilon() + norm))

    def get_config(self) -> dict[str, Any]:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def _norm(w: torch.Tensor, axis: Axes) -> torch.Tensor:
    dims = axis if isinstance(axis, int) else tuple(axis)
    return w.square().sum(dim=dims, keepdim=True).sqrt()


# Keras's shortcuts are the classes themselves.
max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
maxnorm, nonneg, unitnorm = MaxNorm, NonNeg, UnitNorm  # Keras 1's

CLASSES: dict[str, type[Constraint]] = {
    cls.__name__: cls for cls in (MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
}
_WORDS: dict[str, Any] = CLASSES | {
    "max_norm": MaxNorm,
    "maxnorm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "nonneg": NonNeg,
    "unit_norm": UnitNorm,
    "unitnorm": UnitNorm,
}


def get(identifier: Any) -> Any:
    """The constraint meant by a name, a record, a function or an object; None for None.

    Raises:
        UnknownName: the word is not in the list.
    """
    return None if identifier is None else resolve("constraint", identifier, _WORDS)


def serialize(constraint: Any) -> Any:
    """The record of a constraint as it stands in a layer's config; None and functions as is."""
    return to_record(constraint) if isinstance(constraint, Constraint) else constraint


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint that a record or a name means; the user's own classes may be among them."""
    return resolve("constraint", config, _WORDS | (custom_objects or {}))
