"""Adaptive pooling: as many windows as are asked for, whatever the size of the input."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Spatial
from saccade.numerics.convolution.geometry import as_sizes
from saccade.numerics.convolution.nhwc import adaptive_pool_nhwc


class _AdaptivePooling(Spatial):
    """Window i of n pixels made into m: from floor(i n / m) up to ceil((i + 1) n / m)."""

    weightless = True
    _kind: str  # "average" or "max"

    def __init__(
        self,
        output_size: int | tuple[int, ...],
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(data_format, **placement)
        self.output_size = as_sizes(self.where, "output_size", output_size, self.rank)

    def build(self, input_shape: Shape) -> None:
        self.check_rank(input_shape)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.check_rank(x.shape)
        size = self.over_rows(self.output_size)
        return self.as_given(adaptive_pool_nhwc(self.as_images(x), size, self._kind))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        return self.shape_with(input_shape[0], self.output_size, self.channels_in(input_shape))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_size": self.output_size,
            "data_format": self.data_format,
        }


class _AdaptiveAverage(_AdaptivePooling):
    _kind = "average"


class _AdaptiveMax(_AdaptivePooling):
    casts_integers = False  # the largest of whole numbers is one of them
    _kind = "max"


class AdaptiveAveragePooling1D(_AdaptiveAverage):
    """The mean of each of as many windows of series as are asked for, channel by channel.

    Args:
        output_size: how many steps the result has.
        data_format: "channels_last" or "channels_first".

    Input: (batch, steps, channels), or channels first.
    Output: (batch, output_size, channels), likewise.

    Source: `keras.layers.AdaptiveAveragePooling1D`.
    """

    keras_module = "keras.layers"
    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAverage):
    """The mean of each of as many windows of images as are asked for, channel by channel.

    Args:
        output_size: height and width of the result, one number for both.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or channels first.
    Output: (batch, *output_size, channels), likewise.

    Source: `keras.layers.AdaptiveAveragePooling2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAverage):
    """The mean of each of as many windows of volumes as are asked for, channel by channel.

    Args:
        output_size: depth, height and width of the result, one number for all.
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first.
    Output: (batch, *output_size, channels), likewise.

    Source: `keras.layers.AdaptiveAveragePooling3D`.
    """

    keras_module = "keras.layers"
    rank = 3


class AdaptiveMaxPooling1D(_AdaptiveMax):
    """The largest of each of as many windows of series as are asked for, channel by channel.

    Args:
        output_size: how many steps the result has.
        data_format: "channels_last" or "channels_first".

    Input: (batch, steps, channels), or channels first.
    Output: (batch, output_size, channels), likewise.

    Source: `keras.layers.AdaptiveMaxPooling1D`.
    """

    keras_module = "keras.layers"
    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMax):
    """The largest of each of as many windows of images as are asked for, channel by channel.

    Args:
        output_size: height and width of the result, one number for both.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or channels first.
    Output: (batch, *output_size, channels), likewise.

    Source: `keras.layers.AdaptiveMaxPooling2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMax):
    """The largest of each of as many windows of volumes as are asked for, channel by channel.

    Args:
        output_size: depth, height and width of the result, one number for all.
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first.
    Output: (batch, *output_size, channels), likewise.

    Source: `keras.layers.AdaptiveMaxPooling3D`.
    """

    keras_module = "keras.layers"
    rank = 3
