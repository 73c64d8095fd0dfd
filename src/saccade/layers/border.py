"""Layers that put a border around images, or take one off."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.checks import check_channels_last, check_images
from saccade.layers.layer import Layer

Sides = tuple[tuple[int, int], tuple[int, int]]


class _Border(Layer):
    """((top, bottom), (left, right)) pixels, given as one number, a pair, or in full."""

    casts_integers = True
    _option: str

    def __init__(self, sides: Any, data_format: str | None, **placement: Any):
        super().__init__(**placement)
        self.sides = _sides(self, self._option, sides)
        self.data_format = check_channels_last(self, data_format)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            self._option: [list(pair) for pair in self.sides],
            "data_format": self.data_format,
        }


class ZeroPadding2D(_Border):
    """Puts a border of zeros around images.

    Args:
        padding: pixels on every side, (rows, columns), or ((top, bottom), (left, right)).

    Input: (batch, height, width, channels). Output: the same, larger.

    Source: the lesson; `keras.layers.ZeroPadding2D`.
    """

    keras_module = "keras.layers"
    _option = "padding"

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **placement: Any):
        super().__init__(padding, data_format, **placement)
        self.padding = self.sides

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        check_images(self, x_nhwc.shape)
        (top, bottom), (left, right) = self.sides
        x_nchw = F.pad(x_nhwc.permute(0, 3, 1, 2), (left, right, top, bottom))
        return x_nchw.permute(0, 2, 3, 1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        check_images(self, input_shape)
        rows, columns = (
            None if n is None else n + sum(pair)
            for n, pair in zip(input_shape[1:3], self.sides, strict=True)
        )
        return (input_shape[0], rows, columns, input_shape[3])


class Cropping2D(_Border):
    """Takes a border off images.

    Args:
        cropping: pixels on every side, (rows, columns), or ((top, bottom), (left, right)).

    Input: (batch, height, width, channels). Output: the same, smaller.

    Source: `keras.layers.Cropping2D`.
    """

    keras_module = "keras.layers"
    _option = "cropping"

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **placement: Any
    ):
        super().__init__(cropping, data_format, **placement)
        self.cropping = self.sides

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        self.compute_output_shape(tuple(x_nhwc.shape))
        (top, bottom), (left, right) = self.sides
        rows, columns = x_nhwc.shape[1:3]
        return x_nhwc[:, top : rows - bottom, left : columns - right]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        check_images(self, input_shape)
        rows, columns = (
            None if n is None else n - sum(pair)
            for n, pair in zip(input_shape[1:3], self.sides, strict=True)
        )
        if any(size is not None and size < 1 for size in (rows, columns)):
            raise ShapeError(
                self.where,
                f"images must be larger than the border {self.sides}",
                str(tuple(input_shape[1:3])),
            )
        return (input_shape[0], rows, columns, input_shape[3])


def _sides(layer: Layer, option: str, given: Any) -> Sides:
    if isinstance(given, int):
        given = (given, given)
    pairs = []
    for one in given if isinstance(given, (tuple, list)) and len(given) == 2 else (None,):
        pair = (one, one) if isinstance(one, int) else one
        if not (
            isinstance(pair, (tuple, list))
            and len(pair) == 2
            and all(isinstance(n, int) and n >= 0 for n in pair)
        ):
            raise InvalidArgument(
                layer.where,
                f"{option} must be pixels: one number, (rows, columns) or "
                "((top, bottom), (left, right))",
                repr(given),
            )
        pairs.append((pair[0], pair[1]))
    return pairs[0], pairs[1]
