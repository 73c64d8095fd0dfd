"""Regularizers: what a weight or an output adds to the loss.

A regularizer is called with the values and gives one number. Any function of the values will do;
a class of your own is derived from `Regularizer` where it should be saved with a model.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.names import unknown_name
from saccade.numerics.tensors.conversion import method_takes_arrays
from saccade.old_arguments import takes_old_word
from saccade.records import resolve, to_record

# What a row or column is divided by at least before its direction is compared with others'.
_SHORTEST_NORM = 1e-7


class Regularizer:
    """A penalty on values; users' own subclass it.

    Write `__call__(x)`, and `get_config()` where the model is to be saved.

    Source: `keras.regularizers.Regularizer`.
    """

    keras_module: str | None = None

    def __call__(self, x: torch.Tensor) -> Any:
        return 0.0

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} has no get_config(): write one.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        return cls(**config)


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x**2).

    Args:
        l1: strength of the absolute values, at least 0; None is 0.
        l2: strength of the squares, at least 0; None is 0.

    Raises:
        InvalidArgument: a strength that is negative or not finite.

    Example:
        >>> import torch
        >>> L1L2(l1=0.5, l2=0.25)(torch.tensor([2.0, -2.0])).item()
        4.0

    Source: `keras.regularizers.L1L2`.
    """

    keras_module = "keras.regularizers"

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0):
        self.l1 = _strength("L1L2", "l1", 0.0 if l1 is None else l1)
        self.l2 = _strength("L1L2", "l2", 0.0 if l2 is None else l2)

    @method_takes_arrays
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        x = _as_floats(x)
        penalty = x.new_zeros(())
        if self.l1:
            penalty = penalty + self.l1 * x.abs().sum()
        if self.l2:
            penalty = penalty + self.l2 * x.square().sum()
        return penalty

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class L1(Regularizer):
    """l1 * sum(|x|).

    Args:
        l1: strength, at least 0; None is 0.01.

    Raises:
        InvalidArgument: a strength that is negative or not finite.

    Source: `keras.regularizers.L1`.
    """

    keras_module = "keras.regularizers"

    @takes_old_word("l", "l1")
    def __init__(self, l1: float | None = 0.01):
        self.l1 = _as_float32(_strength("L1", "l1", 0.01 if l1 is None else l1))

    @method_takes_arrays
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.l1 * _as_floats(x).abs().sum()

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(Regularizer):
    """l2 * sum(x**2).

    Args:
        l2: strength, at least 0; None is 0.01.

    Raises:
        InvalidArgument: a strength that is negative or not finite.

    Source: `keras.regularizers.L2`.
    """

    keras_module = "keras.regularizers"

    @takes_old_word("l", "l2")
    def __init__(self, l2: float | None = 0.01):
        self.l2 = _strength("L2", "l2", 0.01 if l2 is None else l2)

    @method_takes_arrays
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.l2 * _as_floats(x).square().sum()

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """factor * the mean over all pairs of rows (or columns) of |cos(angle between them)|.

    Args:
        factor: strength, at least 0.
        mode: "rows" or "columns": which vectors of a matrix are to be at right angles.

    Raises:
        InvalidArgument: a negative factor, an unknown mode; ShapeError for anything but a matrix.

    Source: `keras.regularizers.OrthogonalRegularizer`.
    """

    keras_module = "keras.regularizers"

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        self.factor = _as_float32(_strength("OrthogonalRegularizer", "factor", factor))
        if mode not in ("rows", "columns"):
            raise unknown_name("OrthogonalRegularizer mode", mode, ["rows", "columns"])
        self.mode = mode

    @method_takes_arrays
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        if x.ndim != 2:
            raise ShapeError(
                "OrthogonalRegularizer", "values must be a matrix", str(tuple(x.shape))
            )
        vectors = x if self.mode == "rows" else x.T
        squares = vectors.square().sum(1, keepdim=True)
        vectors = vectors * squares.clamp(min=_SHORTEST_NORM**2).rsqrt()
        cosines = vectors @ vectors.T
        others = 1.0 - torch.eye(len(vectors), dtype=x.dtype, device=x.device)
        pairs = len(vectors) * (len(vectors) - 1) / 2
        return self.factor * 0.5 * (cosines * others).abs().sum() / pairs

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}


def _strength(where: str, name: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise InvalidArgument(where, f"{name} must be a number from 0 up", repr(value))
    return float(value)


def _as_float32(value: float) -> float:
    """`value` as Keras holds and records it where it keeps a tensor of it."""
    return float(np.float32(value))


# Keras's shortcuts are the classes themselves.
l1, l2, l1_l2 = L1, L2, L1L2
orthogonal_regularizer = OrthogonalRegularizer
# Keras 1's, where those of a layer's output had names of their own.
l1l2 = activity_l1l2 = WeightRegularizer = L1L2
activity_l1, activity_l2 = L1, L2

CLASSES: dict[str, type[Regularizer]] = {
    cls.__name__: cls for cls in (L1, L1L2, L2, OrthogonalRegularizer)
}
_WORDS: dict[str, Any] = CLASSES | {
    "orthogonal_regularizer": OrthogonalRegularizer,
}


def get(identifier: Any) -> Any:
    """The regularizer meant by a name, a record, a function or an object; None for None.

    "l1", "l2" and "l1_l2" have the strength 0.01.

    Raises:
        UnknownName: the word is not in the list.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier.lower() == "l1_l2":
        return L1L2(0.01, 0.01)
    return resolve("regularizer", identifier, _WORDS)


def serialize(regularizer: Any) -> Any:
    """The record of a regularizer as it stands in a layer's config; None and functions as is."""
    return to_record(regularizer) if isinstance(regularizer, Regularizer) else regularizer


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer that a record or a name means; the user's own classes may be among them."""
    return resolve("regularizer", config, _WORDS | (custom_objects or {}))


def _as_floats(x: torch.Tensor) -> torch.Tensor:
    """Whole numbers as floats: their squares may not fit where they came from."""
    return x if x.is_floating_point() else x.float()
