"""Layer kinds: what layers share that work pointwise, over pixels, or end in an activation."""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations
from saccade.errors import ShapeError
from saccade.layers.core.checks import check_channels_last, check_images
from saccade.layers.core.layer import Layer

_AS_GIVEN = {1: "(batch, steps, channels)", 2: "(batch, height, width, channels)"}


class Pointwise(Layer):
    """A layer without weights whose output has the shape of its input."""

    casts_integers = True
    supports_masking = True
    weightless = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


class Spatial(Layer):
    """A layer over the steps of series (rank 1) or the pixels of images (rank 2), channels last.

    Inside, a series is an image of one row, as a view: one formula serves both ranks.
    """

    rank: int
    casts_integers = True

    def __init__(self, data_format: str | None = None, **placement: Any):
        super().__init__(**placement)
        self.data_format = check_channels_last(self, data_format)

    def check_rank(self, shape: Any) -> None:
        """Raise unless a shape has the batch, this layer's axes and the channels."""
        if len(shape) == self.rank + 2:
            return
        if self.rank == 2:
            check_images(self, shape)
        do = "Add a channel axis: x[..., None]." if len(shape) == self.rank + 1 else ""
        raise ShapeError(self.where, f"input must be {_AS_GIVEN[self.rank]}", str(tuple(shape)), do)

    def as_images(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, height, width, channels) of images or of series: a view."""
        return x.unsqueeze(1) if self.rank == 1 else x

    def as_given(self, y_nhwc: torch.Tensor) -> torch.Tensor:
        """The result in the axes of the input: a view."""
        return y_nhwc.squeeze(1) if self.rank == 1 else y_nhwc

    def over_rows(self, sizes: tuple[int, ...]) -> tuple[int, int]:
        """One number an axis as (height, width); a series has one row."""
        return (1, sizes[0]) if self.rank == 1 else (sizes[0], sizes[1])


class Activated:
    """A layer with an `activation` at its end; None and words may be assigned, as to Keras's."""

    @property
    def activation(self) -> Any:
        return self._activation

    @activation.setter
    def activation(self, value: Any) -> None:
        self._activation = activations.get(value)
