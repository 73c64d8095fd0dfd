"""Global pooling: a whole image becomes one number a channel."""

from __future__ import annotations

from typing import Any

import torch

from saccade.graph import Shape
from saccade.layers.checks import check_channels_last, check_images
from saccade.layers.layer import Layer


class _GlobalPooling2D(Layer):
    casts_integers = True

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **placement: Any):
        super().__init__(**placement)
        self.data_format = check_channels_last(self, data_format)
        self.keepdims = bool(keepdims)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        check_images(self, input_shape)
        middle = (1, 1) if self.keepdims else ()
        return (input_shape[0], *middle, input_shape[3])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "data_format": self.data_format,
            "keepdims": self.keepdims,
        }


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean of each channel over the whole image.

    Input: (batch, height, width, channels). Output: (batch, channels), or
    (batch, 1, 1, channels) with `keepdims`.

    Source: the lesson; `keras.layers.GlobalAveragePooling2D`.
    """

    keras_module = "keras.layers"

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        check_images(self, x_nhwc.shape)
        return x_nhwc.mean((1, 2), keepdim=self.keepdims)


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The largest value of each channel over the whole image.

    Input: (batch, height, width, channels). Output: (batch, channels), or
    (batch, 1, 1, channels) with `keepdims`.

    Source: `keras.layers.GlobalMaxPooling2D`.
    """

    keras_module = "keras.layers"

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        check_images(self, x_nhwc.shape)
        return x_nhwc.amax((1, 2), keepdim=self.keepdims)


GlobalAvgPool2D = GlobalAveragePooling2D
GlobalMaxPool2D = GlobalMaxPooling2D
