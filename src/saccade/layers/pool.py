"""Pooling layers: each window of an image becomes one pixel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.graph import Shape
from saccade.layers.checks import check_channels_last, check_images
from saccade.layers.layer import Layer
from saccade.numerics.geometry import as_padding, as_pair, output_size
from saccade.numerics.nhwc import average_pool_nhwc, max_pool_nhwc


class _Pooling2D(Layer):
    """What the two poolings share: arguments, shapes, configuration."""

    casts_integers = True
    weightless = True

    def __init__(
        self,
        pool_size: int | tuple[int, int] = (2, 2),
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(**placement)
        self.pool_size = as_pair(self.where, "pool_size", pool_size)
        self.strides = (
            self.pool_size if strides is None else as_pair(self.where, "strides", strides)
        )
        self.padding = as_padding(self.where, padding)
        self.data_format = check_channels_last(self, data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        check_images(self, input_shape)
        rows, columns = (
            output_size(n, k, self.padding, s, where=self.where)
            for n, k, s in zip(input_shape[1:3], self.pool_size, self.strides, strict=True)
        )
        return (input_shape[0], rows, columns, input_shape[3])

    def _pooled(self, pool: Callable[..., torch.Tensor], x_nhwc: torch.Tensor) -> torch.Tensor:
        if x_nhwc.ndim != 4:
            check_images(self, x_nhwc.shape)
        try:
            return pool(x_nhwc, self.pool_size, self.strides, self.padding)
        except RuntimeError:
            self.compute_output_shape(tuple(x_nhwc.shape))  # says so of an image too small
            raise

    def build(self, input_shape: Shape) -> None:
        check_images(self, input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "pool_size": list(self.pool_size),
            "padding": self.padding,
            "strides": list(self.strides),
            "data_format": self.data_format,
        }


class MaxPooling2D(_Pooling2D):
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

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        return self._pooled(max_pool_nhwc, x_nhwc)


class AveragePooling2D(_Pooling2D):
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

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        return self._pooled(average_pool_nhwc, x_nhwc)


MaxPool2D = MaxPooling2D
AvgPool2D = AveragePooling2D
