"""Pooling layers: each window of an image, a series or a volume becomes one pixel or step."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Spatial
from saccade.numerics.convolution.geometry import as_padding, as_sizes, output_size
from saccade.numerics.convolution.nhwc import average_pool_nhwc, max_pool_nhwc


class _Pooling(Spatial):
    """What the poolings share: arguments, shapes, configuration."""

    _needs_no_build = True
    weightless = True

    def __init__(
        self,
        pool_size: int | tuple[int, ...] = 2,
        strides: int | tuple[int, ...] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **placement: Any,
    ):
        super().__init__(data_format, name=name, **placement)
        self.pool_size = as_sizes(self.where, "pool_size", pool_size, self.rank)
        self.strides = (
            self.pool_size
            if strides is None
            else as_sizes(self.where, "strides", strides, self.rank)
        )
        self.padding = as_padding(self.where, padding)

    def pool(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        """The pooled images, channels last; series come as images of one row."""
        raise NotImplementedError

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.check_rank(x.shape)
        try:
            return self.as_given(self.pool(self.as_images(x)))
        except RuntimeError:
            self.compute_output_shape(tuple(x.shape))  # says so of an image too small
            raise

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        sizes = (
            output_size(n, k, self.padding, s, where=self.where)
            for n, k, s in zip(
                self.sizes_in(input_shape), self.pool_size, self.strides, strict=True
            )
        )
        return self.shape_with(input_shape[0], sizes, self.channels_in(input_shape))

    def build(self, input_shape: Shape) -> None:
        self.check_rank(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "pool_size": tuple(self.pool_size),
            "padding": self.padding,
            "strides": tuple(self.strides),
            "data_format": self.data_format,
        }


class _MaxPooling(_Pooling):
    casts_integers = False  # the largest of whole numbers is one of them

    def pool(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        size, strides = self.over_rows(self.pool_size), self.over_rows(self.strides)
        return max_pool_nhwc(x_nhwc, size, strides, self.padding)


class _AveragePooling(_Pooling):
    def pool(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        size, strides = self.over_rows(self.pool_size), self.over_rows(self.strides)
        return average_pool_nhwc(x_nhwc, size, strides, self.padding)


class MaxPooling2D(_MaxPooling):
    """The largest pixel of each window, channel by channel.

    Args:
        pool_size: height and width of the window, in pixels.
        strides: pixels between two windows; the window's size when None.
        padding: "valid" (none) or "same" (padding never wins).

    Input: (batch, height, width, channels). Output: (batch, height', width', channels), sizes by
    `saccade.output_size`.

    Source: the lesson; `keras.layers.MaxPooling2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class AveragePooling2D(_AveragePooling):
    """The mean of each window, channel by channel; padding is not counted.

    Args:
        pool_size: height and width of the window, in pixels.
        strides: pixels between two windows; the window's size when None.
        padding: "valid" (none) or "same".

    Input: (batch, height, width, channels). Output: (batch, height', width', channels), sizes by
    `saccade.output_size`.

    Source: the lesson; `keras.layers.AveragePooling2D` (as on TensorFlow and JAX).
    """

    keras_module = "keras.layers"
    rank = 2


class MaxPooling1D(_MaxPooling):
    """The largest step of each window, channel by channel.

    Args:
        pool_size: length of the window, in steps.
        strides: steps between two windows; the window's length when None.
        padding: "valid" (none) or "same" (padding never wins).

    Input: (batch, steps, channels). Output: (batch, steps', channels).

    Source: `keras.layers.MaxPooling1D`.
    """

    keras_module = "keras.layers"
    rank = 1


class AveragePooling1D(_AveragePooling):
    """The mean of each window, channel by channel; padding is not counted.

    Args:
        pool_size: length of the window, in steps.
        strides: steps between two windows; the window's length when None.
        padding: "valid" (none) or "same".

    Input: (batch, steps, channels). Output: (batch, steps', channels).

    Source: `keras.layers.AveragePooling1D` (as on TensorFlow and JAX).
    """

    keras_module = "keras.layers"
    rank = 1


class MaxPooling3D(_MaxPooling):
    """The largest voxel of each window, channel by channel.

    Args:
        pool_size: depth, height and width of the window, in voxels.
        strides: voxels between two windows; the window's size when None.
        padding: "valid" (none) or "same" (padding never wins).
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first.
    Output: (batch, depth', height', width', channels), likewise.

    Source: `keras.layers.MaxPooling3D`.
    """

    keras_module = "keras.layers"
    rank = 3


class AveragePooling3D(_AveragePooling):
    """The mean of each window, channel by channel; padding is not counted.

    Args:
        pool_size: depth, height and width of the window, in voxels.
        strides: voxels between two windows; the window's size when None.
        padding: "valid" (none) or "same".
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first.
    Output: (batch, depth', height', width', channels), likewise.

    Source: `keras.layers.AveragePooling3D` (as on TensorFlow and JAX).
    """

    keras_module = "keras.layers"
    rank = 3


MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
