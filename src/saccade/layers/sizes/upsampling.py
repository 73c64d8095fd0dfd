"""Upsampling: every pixel, or step, becomes several."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Spatial
from saccade.layers.sizes.batch_resampling import resize_nhwc
from saccade.names import unknown_name
from saccade.numerics.convolution.geometry import as_sizes
from saccade.numerics.convolution.nhwc import channels_last, channels_second

_RESAMPLED = ("bicubic", "lanczos3", "lanczos5")  # as TensorFlow does: torch's bicubic is another


class _UpSampling(Spatial):
    weightless = True
    interpolation = "nearest"

    @property
    def casts_integers(self) -> bool:  # type: ignore[override]
        """Whether numbers are computed; nearest ones are repeated as they are."""
        return self.interpolation != "nearest"

    def __init__(self, size: Any, data_format: str | None = None, **placement: Any):
        super().__init__(data_format, **placement)
        self.size = as_sizes(self.where, "size", size, self.rank)

    def build(self, input_shape: Shape) -> None:
        self.check_rank(input_shape)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.check_rank(x.shape)
        x_nhwc = self.as_images(x)
        sizes = [
            n * times
            for n, times in zip(x_nhwc.shape[1:-1], self.over_rows(self.size), strict=True)
        ]
        if not x.is_floating_point():  # torch interpolates no integers
            for axis, times in enumerate(self.over_rows(self.size), 1):
                x_nhwc = x_nhwc.repeat_interleave(times, axis)
            return self.as_given(x_nhwc)
        if self.interpolation in _RESAMPLED:
            height, width = sizes
            resized = resize_nhwc(x_nhwc.float(), height, width, self.interpolation)
            return self.as_given(resized.to(x_nhwc.dtype))
        y_nchw = F.interpolate(channels_second(x_nhwc), sizes, mode=self.interpolation)
        return self.as_given(channels_last(y_nchw))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        sizes = (
            None if n is None else n * times
            for n, times in zip(self.sizes_in(input_shape), self.size, strict=True)
        )
        return self.shape_with(input_shape[0], sizes, self.channels_in(input_shape))


class UpSampling2D(_UpSampling):
    """Makes images larger by whole factors.

    Args:
        size: the factors of height and width.
        interpolation: "nearest" repeats pixels; "bilinear" goes straight from the middle of one
            pixel to the middle of the next; "bicubic", "lanczos3" and "lanczos5" look at more
            pixels, as Keras on TensorFlow does.

    Input: (batch, height, width, channels).
    Output: (batch, height * size[0], width * size[1], channels).

    Raises:
        UnknownName: another interpolation.

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
        words = ("nearest", "bilinear", *_RESAMPLED)
        if word not in words:
            raise unknown_name(f"{self.where} interpolation", word, words)
        self.interpolation = word

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "size": tuple(self.size),
            "data_format": self.data_format,
            "interpolation": self.interpolation,
        }


class UpSampling3D(_UpSampling):
    """Makes volumes larger by whole factors: every voxel is repeated.

    Args:
        size: the factors of depth, height and width.
        data_format: "channels_last" or "channels_first".

    Input: (batch, depth, height, width, channels), or channels first. Output: the same, larger.

    Source: `keras.layers.UpSampling3D`.
    """

    keras_module = "keras.layers"
    rank = 3

    def __init__(
        self,
        size: int | tuple[int, int, int] = (2, 2, 2),
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(size, data_format, **placement)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": tuple(self.size), "data_format": self.data_format}


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
        super().__init__(size, "channels_last", **placement)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size[0]}
