"""A layer that brings pixels into another range."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.data_formats import is_channels_first
from saccade.errors import InvalidArgument
from saccade.layers.core.layer_kinds import Pointwise
from saccade.layers.core.pixel_layer import PixelLayer
from saccade.numerics.tensors.array_record import is_array_record
from saccade.numerics.tensors.conversion import as_tensor


class Rescaling(PixelLayer, Pointwise):
    """y = scale * x + offset.

    `Rescaling(1 / 255)` brings bytes into [0, 1], `Rescaling(1 / 127.5, offset=-1)` into [-1, 1].

    Args:
        scale, offset: numbers, or one for each channel.

    Input and output: any shape; integers become floats.

    Source: `keras.layers.Rescaling`.
    """

    keras_module = "keras.layers"

    def __init__(self, scale: Any, offset: Any = 0.0, **placement: Any):
        super().__init__(**placement)
        self.scale = plain_numbers(self, "scale", scale)
        self.offset = plain_numbers(self, "offset", offset)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        x = x if self._gives is None else x.to(self._gives)  # Keras computes in it, too
        scale, offset = (
            as_tensor(value, dtype=x.dtype, device=x.device) for value in (self.scale, self.offset)
        )
        if scale.ndim and is_channels_first():  # one for each channel, which come first
            scale = scale.reshape(*scale.shape, *[1] * (3 - scale.ndim))
        return x * scale + offset

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}


def plain_numbers(layer: Any, name: str, value: Any) -> Any:
    """A number or lists of them, from an array, a sequence or Keras's record of either."""
    if is_array_record(value):
        value = value["config"]["value"]
    elif isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value["items"]
    try:
        numbers = np.asarray(value.detach().cpu() if torch.is_tensor(value) else value)
        if np.issubdtype(numbers.dtype, np.number):
            return numbers.tolist()
    except (TypeError, ValueError):
        pass
    raise InvalidArgument(layer.where, f"{name} must be a number or an array of them", repr(value))
