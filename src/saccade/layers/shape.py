"""Layers that only change the shape."""

from __future__ import annotations

import math
from typing import Any

import torch

from saccade.graph import Shape
from saccade.layers.checks import check_channels_last
from saccade.layers.layer import Layer


class Flatten(Layer):
    """All axes but the batch in one row: pixels in reading order, channels innermost.

    Input: (batch, ...). Output: (batch, product of the rest).

    Source: the lesson; `keras.layers.Flatten`.
    """

    keras_module = "keras.layers"
    weightless = True

    def __init__(self, data_format: str | None = None, **placement: Any):
        super().__init__(**placement)
        self.data_format = check_channels_last(self, data_format)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) if x.ndim > 1 else x.reshape(-1, 1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        sizes = input_shape[1:]
        known = [size for size in sizes if size is not None]
        return (input_shape[0], math.prod(known) if len(known) == len(sizes) else None)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}
