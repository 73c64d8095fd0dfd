"""Layers that put a border around images or series, or take one off."""

from __future__ import annotations

import operator
from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Spatial

_WORDS = {
    1: "one number or (before, after)",
    2: "one number, (rows, columns) or ((top, bottom), (left, right))",
    3: "one number, one for each axis, or (before, after) for each",
}


class _Border(Spatial):
    """Pixels (before, after) along each axis, given as one number, a pair, or in full."""

    casts_integers = False
    weightless = True
    _option: str

    def __init__(self, sides: Any, data_format: str | None = None, **placement: Any):
        super().__init__(data_format, **placement)
        self.sides = self._understand(sides)

    def build(self, input_shape: Shape) -> None:
        self.compute_output_shape(input_shape)

    def _understand(self, given: Any) -> tuple[tuple[int, int], ...]:
        axes = [given]
        if self.rank > 1:
            axes = given if isinstance(given, (tuple, list)) else [given] * self.rank
        pairs = [_as_sides(sides) for sides in axes]
        if len(pairs) != self.rank or None in pairs:
            needed = f"{self._option} must be pixels: {_WORDS[self.rank]}"
            raise InvalidArgument(self.where, needed, repr(given))
        return tuple(pair for pair in pairs if pair is not None)


def _as_sides(given: Any) -> tuple[int, int] | None:
    """(before, after), or None for what cannot be meant."""
    pair = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
    try:
        before, after = (operator.index(n) for n in pair)
    except (TypeError, ValueError):
        return None
    is_number = not any(isinstance(n, bool) for n in pair)
    return (before, after) if is_number and min(before, after) >= 0 else None


class _ZeroPadding(_Border):
    _option = "padding"

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.check_rank(x.shape)
        # torch wants the last axis first, so (left, right, top, bottom)
        around = [n for sides in reversed(self.sides) for n in sides]
        if self._is_first:
            return F.pad(x, around)
        return F.pad(x.movedim(-1, 1), around).movedim(1, -1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        sizes = (
            None if n is None else n + sum(sides)
            for n, sides in zip(self.sizes_in(input_shape), self.sides, strict=True)
        )
        return self.shape_with(input_shape[0], sizes, self.channels_in(input_shape))


class _Cropping(_Border):
    _option = "cropping"

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.compute_output_shape(tuple(x.shape))
        for axis, (before, after) in enumerate(self.sides, start=2 if self._is_first else 1):
            x = x.narrow(axis, before, x.shape[axis] - before - after)
        return x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        sizes = [
            None if n is None else n - sum(sides)
            for n, sides in zip(self.sizes_in(input_shape), self.sides, strict=True)
        ]
        if any(size is not None and size < 1 for size in sizes):
            raise ShapeError(
                self.where,
                f"input must be larger than the border {self.sides}",
                str(tuple(self.sizes_in(input_shape))),
            )
        return self.shape_with(input_shape[0], sizes, self.channels_in(input_shape))


class ZeroPadding2D(_ZeroPadding):
    """Puts a border of zeros around images.

    Args:
        padding: pixels on every side, (rows, columns), or ((top, bottom), (left, right)).

    Input: (batch, height, width, channels). Output: the same, larger.

    Raises:
        InvalidArgument: a border that cannot be meant.

    Example:
        >>> ZeroPadding2D(((1, 0), (2, 2))).compute_output_shape((None, 5, 5, 3))
        (None, 6, 9, 3)

    Source: the lesson; `keras.layers.ZeroPadding2D`.
    """

    keras_module = "keras.layers"
    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **placement: Any):
        super().__init__(padding, data_format, **placement)
        self.padding = self.sides

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}


class ZeroPadding3D(_ZeroPadding):
    """Puts a border of zeros around volumes.

    Args:
        padding: voxels on every side, one number for each axis, or (before, after) for each.
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first. Output: the same, larger.

    Raises:
        InvalidArgument: a border that cannot be meant.

    Source: `keras.layers.ZeroPadding3D`.
    """

    keras_module = "keras.layers"
    rank = 3

    def __init__(
        self,
        padding: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(padding, data_format, **placement)
        self.padding = self.sides

    def get_config(self) -> dict[str, Any]:
        padding = self.sides
        return {**super().get_config(), "padding": padding, "data_format": self.data_format}


class ZeroPadding1D(_ZeroPadding):
    """Puts zeros before and after series.

    Args:
        padding: steps on both sides, or (before, after).

    Input: (batch, steps, channels). Output: the same, longer.

    Raises:
        InvalidArgument: a border that cannot be meant.

    Source: `keras.layers.ZeroPadding1D`.
    """

    keras_module = "keras.layers"
    rank = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **placement: Any):
        super().__init__(padding, data_format, **placement)
        (self.padding,) = self.sides

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}


class Cropping2D(_Cropping):
    """Takes a border off images.

    Args:
        cropping: pixels on every side, (rows, columns), or ((top, bottom), (left, right)).

    Input: (batch, height, width, channels). Output: the same, smaller; a view.

    Raises:
        InvalidArgument: a border that cannot be meant. ShapeError: nothing would be left.

    Source: `keras.layers.Cropping2D`.
    """

    keras_module = "keras.layers"
    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **placement: Any
    ):
        super().__init__(cropping, data_format, **placement)
        self.cropping = self.sides

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cropping": self.cropping, "data_format": self.data_format}


class Cropping3D(_Cropping):
    """Takes a border off volumes.

    Args:
        cropping: voxels on every side, one number for each axis, or (before, after) for each.
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first. Output: the same, smaller; a
    view.

    Raises:
        InvalidArgument: a border that cannot be meant. ShapeError: nothing would be left.

    Source: `keras.layers.Cropping3D`.
    """

    keras_module = "keras.layers"
    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(cropping, data_format, **placement)
        self.cropping = self.sides

    def get_config(self) -> dict[str, Any]:
        cropping = self.sides
        return {**super().get_config(), "cropping": cropping, "data_format": self.data_format}


class Cropping1D(_Cropping):
    """Takes steps off the start and the end of series.

    Args:
        cropping: steps on both sides, or (before, after).

    Input: (batch, steps, channels). Output: the same, shorter; a view.

    Raises:
        InvalidArgument: a border that cannot be meant. ShapeError: nothing would be left.

    Source: `keras.layers.Cropping1D`.
    """

    keras_module = "keras.layers"
    rank = 1

    def __init__(self, cropping: Any = (1, 1), **placement: Any):
        super().__init__(cropping, "channels_last", **placement)
        (self.cropping,) = self.sides

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cropping": self.cropping}
