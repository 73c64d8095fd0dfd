"""Upsampling: every pixel, or step, becomes several."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import NotSupported
from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Spatial
from saccade.names import unknown_name
from saccade.numerics.convolution.geometry import as_sizes

_REFUSED = ("bicubic", "lanczos3", "lanczos5")  # Keras's backends do not agree on them


class _UpSampling(Spatial):
    weightless = True
    interpolation = "nearest"

    def __init__(self, size: Any, data_format: str | None = None, **placement: Any):
        super().__init__(data_format, **placement)
        self.size = as_sizes(self.where, "size", size, self.rank)

    def build(self, input_shape: Shape) -> None:
        self.check_rank(input_shape)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.check_rank(x.shape)
        x_nhwc = self.as_images(x)
        (rows, columns), (height, width) = self.over_rows(self.size), x_nhwc.shape[1:3]
        y_nchw = F.interpolate(
            x_nhwc.permute(0, 3, 1, 2), (height * rows, width * columns), mode=self.interpolation
        )
        return self.as_given(y_nchw.permute(0, 2, 3, 1))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        sizes = (
            None if n is None else n * times
            for n, times in zip(input_shape[1:-1], self.size, strict=True)
        )
        return (input_shape[0], *sizes, input_shape[-1])


class UpSampling2D(_UpSampling):
    """Makes images larger by whole factors.

    Args:
        size: the factors of height and width.
        interpolation: "nearest" repeats pixels; "bilinear" goes straight from the middle of one
            pixel to the middle of the next.

    Input: (batch, height, width, channels).
    Output: (batch, height * size[0], width * size[1], channels).

    Raises:
        NotSupported: another of Keras's interpolations.

    Example:
        >>> UpSampling2D((2, 3)).compute_output_shape((None, 4, 4, 8))
        (None, 8, 12, 8)

    Source: `keras.layers.UpSampling2D`.
    """

    keras_module = "keras.layers"
    rank = 2

    def __init__(
        self,
        size: int | tuple[int, int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **placement: Any,
    ):
        super().__init__(size, data_format, **placement)
        word = interpolation.lower() if isinstance(interpolation, str) else interpolation
        if word in _REFUSED:
            raise NotSupported(
                self.where,
                f"interpolation {word} is not supported",
                None,
                'Use "nearest" or "bilinear".',
            )
        if word not in ("nearest", "bilinear"):
            raise unknown_name(f"{self.where} interpolation", word, ("nearest", "bilinear"))
        self.interpolation = word

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "size": tuple(self.size),
            "data_format": self.data_format,
            "interpolation": self.interpolation,
        }


class UpSampling1D(_UpSampling):
    """Repeats every step of series.

    Args:
        size: how many times.

    Input: (batch, steps, channels). Output: (batch, steps * size, channels).

    Source: `keras.layers.UpSampling1D`.
    """

    keras_module = "keras.layers"
    rank = 1

    def __init__(self, size: int = 2, **placement: Any):
        super().__init__(size, **placement)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size[0]}
