"""Layers that only change the shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from saccade.data_formats import as_data_format
from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.layer import Layer


class Flatten(Layer):
    """All axes but the batch in one row: pixels in reading order, channels innermost.

    Args:
        data_format: where the input has its channels; with "channels_first" they are put innermost
            too, so that both formats give one row, and kernels that come after serve both.

    Input: (batch, ...). Output: (batch, product of the rest).

    Source: the lesson; `keras.layers.Flatten`.
    """

    keras_module = "keras.layers"
    _keeps_dtype = True
    weightless = True

    def __init__(self, data_format: str | None = None, **placement: Any):
        super().__init__(**placement)
        self.data_format = as_data_format(data_format, self.where)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        if self.data_format == "channels_first" and x.ndim > 2:
            x = x.movedim(1, -1)
        return x.flatten(1) if x.ndim > 1 else x.reshape(-1, 1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], _count(input_shape[1:]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """The same values in reading order, in another shape.

    Args:
        target_shape: of one output, without the batch; one size may be -1, which is then computed.

    Input: (batch, ...). Output: (batch, *target_shape).

    Source: `keras.layers.Reshape`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"
    _keeps_dtype = True
    weightless = True

    def __init__(self, target_shape: Sequence[int | None], **placement: Any):
        super().__init__(**placement)
        sizes = tuple(target_shape) if isinstance(target_shape, (list, tuple)) else (0.5,)
        if any(not isinstance(n, int) or n < -1 for n in sizes if n is not None):
            raise InvalidArgument(
                self.where,
                "target_shape must be a tuple of sizes, without the batch, of which one may be -1",
                repr(target_shape),
            )
        if sum(n in (-1, None) for n in sizes) > 1:
            raise InvalidArgument(
                self.where, "only one size of target_shape may be -1", repr(target_shape)
            )
        self.target_shape: tuple[Any, ...] = sizes

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(self.compute_output_shape(tuple(x.shape)))

    def compute_output_shape(self, input_shape: Shape) -> Any:
        count = _count(input_shape[1:])
        known = math.prod(n for n in self.target_shape if n not in (-1, None))
        loose = len(self.target_shape) - sum(n not in (-1, None) for n in self.target_shape)
        if count is None:
            return (input_shape[0], *(None if n in (-1, None) else n for n in self.target_shape))
        if count != known if not loose else not known or count % known:
            raise ShapeError(
                self.where,
                f"target_shape {self.target_shape} must hold as many values as the input",
                f"{count} of {tuple(input_shape[1:])}",
            )
        rest = count // known if loose else 0
        return (input_shape[0], *(rest if n in (-1, None) else n for n in self.target_shape))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """The axes in another order.

    Args:
        dims: which axis of the input comes first, second, ...; counted from 1, without the batch:
            (2, 1) swaps two axes.

    Input: (batch, ...), as many more axes as `dims` has.

    Source: `keras.layers.Permute`.
    """

    keras_module = "keras.layers"
    _keeps_dtype = True
    weightless = True

    def __init__(self, dims: Sequence[int], **placement: Any):
        super().__init__(**placement)
        if not isinstance(dims, (list, tuple)) or sorted(dims) != [*range(1, len(dims) + 1)]:
            raise InvalidArgument(
                self.where, "dims must hold each of 1, 2, ... once, in any order", repr(dims)
            )
        self.dims = tuple(dims)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.compute_output_shape(tuple(x.shape))
        return x.permute(0, *self.dims)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != len(self.dims) + 1:
            raise ShapeError(
                self.where,
                f"input must have {len(self.dims)} axes and the batch",
                str(tuple(input_shape)),
            )
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Each row of features `n` times.

    Args:
        n: how often.

    Input: (batch, features). Output: (batch, n, features).

    Source: `keras.layers.RepeatVector`.
    """

    keras_module = "keras.layers"
    weightless = True

    def __init__(self, n: int, **placement: Any):
        super().__init__(**placement)
        self.n = positive_integer(self, "n", n)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.compute_output_shape(tuple(x.shape))
        return x.unsqueeze(1).repeat(1, self.n, 1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ShapeError(self.where, "input must be (batch, features)", str(tuple(input_shape)))
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n": self.n}


def _count(sizes: Shape) -> int | None:
    """How many values; None where a size is not known."""
    known = [size for size in sizes if size is not None]
    return math.prod(known) if len(known) == len(sizes) else None
