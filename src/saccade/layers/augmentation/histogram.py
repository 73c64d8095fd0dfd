"""Layers that spread the values of images over the whole range."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.core.checks import positive_integer
from saccade.numerics.images.histograms import equalized, stretched


class _Spread(OfKnownRange):
    """A layer that draws nothing."""

    def __init__(self, given_range: Any, data_format: str | None, **placement: Any):
        super().__init__(given_range, None, data_format, **placement)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "seed"}


class AutoContrast(_Spread):
    """Each channel of each image is stretched to the whole range, at rest too.

    y = low + (high - low) * (x - min) / (max - min); a flat channel stays as it is.

    Args:
        value_range: (low, high), the darkest and the brightest value that a pixel may have.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Source: `keras.layers.AutoContrast`.
    """

    keras_module = "keras.layers"

    def __init__(
        self, value_range: Any = (0, 255), data_format: str | None = None, **placement: Any
    ):
        super().__init__(value_range, data_format, **placement)

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        return self.from_bytes(stretched(self.to_bytes(x_nhwc)))

    def rest(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        return self.transform(x_nhwc, None)


class Equalization(_Spread):
    """While training, the values of each channel become about equally frequent.

    y = high * the share of the channel's pixels that are not brighter; see
    `numerics/images/histograms.py`.
    Each image is looked at by itself.

    Args:
        value_range: (low, high), the darkest and the brightest value that a pixel may have.
        bins: into how many the values are sorted.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats in training.
    Output: the same shape.

    Source: `keras.layers.Equalization`, of one image.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        value_range: Any = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, data_format, **placement)
        self.bins = positive_integer(self, "bins", bins)

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        return self.from_bytes(equalized(self.to_bytes(x_nhwc), self.bins))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bins": self.bins}
