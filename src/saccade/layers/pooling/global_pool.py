"""Global pooling: a whole image, or a whole series, becomes one number a channel."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Spatial


class _GlobalPooling(Spatial):
    _needs_no_build = True
    weightless = True

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **placement: Any):
        super().__init__(data_format, **placement)
        self.keepdims = bool(keepdims)

    def build(self, input_shape: Shape) -> None:
        self.check_rank(input_shape)

    def _axes(self, x: torch.Tensor) -> tuple[int, ...]:
        """The axes that go."""
        self.check_rank(x.shape)
        if 0 in self.sizes_in(x.shape):
            raise ShapeError(self.where, "input must not be empty", str(tuple(x.shape)))
        first = 2 if self._is_first else 1
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        middle = (1,) * self.rank if self.keepdims else ()
        return self.shape_with(input_shape[0], middle, self.channels_in(input_shape))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "data_format": self.data_format,
            "keepdims": self.keepdims,
        }


class _GlobalAverage(_GlobalPooling):
    def call(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(self._axes(x), keepdim=self.keepdims)


class _GlobalMax(_GlobalPooling):
    casts_integers = False

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return x.amax(self._axes(x), keepdim=self.keepdims)


class GlobalAveragePooling2D(_GlobalAverage):
    """The mean of each channel over the whole image.

    Args:
        keepdims: whether height and width stay, as 1.

    Input: (batch, height, width, channels). Output: (batch, channels), or
    (batch, 1, 1, channels) with `keepdims`.

    Source: the lesson; `keras.layers.GlobalAveragePooling2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class GlobalMaxPooling2D(_GlobalMax):
    """The largest value of each channel over the whole image.

    Pixels that share it share its gradient.

    Args:
        keepdims: whether height and width stay, as 1.

    Input: (batch, height, width, channels). Output: (batch, channels), or
    (batch, 1, 1, channels) with `keepdims`.

    Source: `keras.layers.GlobalMaxPooling2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class GlobalAveragePooling1D(_GlobalAverage):
    """The mean of each channel over the whole series.

    Args:
        keepdims: whether the steps stay, as 1.

    Input: (batch, steps, channels). Output: (batch, channels), or (batch, 1, channels) with
    `keepdims`. Of a series with a mask (batch, steps), only the steps that count.

    Source: `keras.layers.GlobalAveragePooling1D`.
    """

    keras_module = "keras.layers"
    rank = 1
    supports_masking = True

    def call(self, x: torch.Tensor, mask: Any = None) -> torch.Tensor:
        if mask is None:
            return super().call(x)
        axes = self._axes(x)
        counts = mask.bool().unsqueeze(1 if self._is_first else -1)
        total = torch.where(counts, x, 0.0).sum(axes, keepdim=self.keepdims)
        return total / counts.to(x.dtype).sum(axes, keepdim=self.keepdims)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """None: no steps are left."""


class GlobalMaxPooling1D(_GlobalMax):
    """The largest value of each channel over the whole series.

    Args:
        keepdims: whether the steps stay, as 1.

    Input: (batch, steps, channels). Output: (batch, channels), or (batch, 1, channels) with
    `keepdims`.

    Source: `keras.layers.GlobalMaxPooling1D`.
    """

    keras_module = "keras.layers"
    rank = 1


class GlobalAveragePooling3D(_GlobalAverage):
    """The mean of each channel over the whole volume.

    Args:
        data_format: "channels_last" or "channels_first".
        keepdims: whether depth, height and width stay, as 1.

    Input: (batch, depth, height, width, channels), or channels first. Output: (batch, channels),
    or (batch, 1, 1, 1, channels) with `keepdims`.

    Source: `keras.layers.GlobalAveragePooling3D`.
    """

    keras_module = "keras.layers"
    rank = 3


class GlobalMaxPooling3D(_GlobalMax):
    """The largest value of each channel over the whole volume.

    Args:
        data_format: "channels_last" or "channels_first".
        keepdims: whether depth, height and width stay, as 1.

    Input: (batch, depth, height, width, channels), or channels first. Output: (batch, channels),
    or (batch, 1, 1, 1, channels) with `keepdims`.

    Source: `keras.layers.GlobalMaxPooling3D`.
    """

    keras_module = "keras.layers"
    rank = 3


GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
