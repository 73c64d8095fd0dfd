"""Layers that spread the values of images over the whole range."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.core.checks import positive_integer
from saccade.numerics.images.histograms import equalized, equalized_by_tiles, stretched


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


class ContrastLimitedAdaptiveHistogramEqualization(_Spread):
    """The values of each channel become about equally frequent in each part of an image.

    At rest too, and with a limit for what is seen of noise; see
    `numerics/images/histograms.py`. Values lose their fractions on the scale of 0 to 255.

    Args:
        value_range: (low, high), the darkest and the brightest value that a pixel may have.
        clip_limit: how many times as frequent as the mean a value may count, above 0; 0 and below
            for no limit.
        tile_grid_size: how many rows and columns of parts.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image.
    Output: the same shape and dtype; integers lose the fractions of the result.

    Example:
        >>> x_hwc = torch.full((8, 8, 1), 100.0)
        >>> x_hwc[:, ::2] = 101.0
        >>> even = ContrastLimitedAdaptiveHistogramEqualization(clip_limit=0, tile_grid_size=(1, 1))
        >>> even(x_hwc).unique().tolist()
        [127.5, 255.0]

    Source: `keras.layers.ContrastLimitedAdaptiveHistogramEqualization`.
    """

    keras_module = "keras.layers"
    keeps_integers = integers_come_back = True

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, data_format, **placement)
        if not isinstance(clip_limit, (int, float)) or clip_limit != clip_limit:
            raise InvalidArgument(self.where, "clip_limit must be a number", repr(clip_limit))
        self.clip_limit = clip_limit
        if not isinstance(tile_grid_size, (tuple, list)) or len(tile_grid_size) != 2:
            raise InvalidArgument(
                self.where, "tile_grid_size must be (rows, columns)", repr(tile_grid_size)
            )
        rows, columns = (positive_integer(self, "tile_grid_size", one) for one in tile_grid_size)
        self.tile_grid_size = (rows, columns)

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        y_nhwc = equalized_by_tiles(
            self.to_bytes(x_nhwc.float()), self.clip_limit, self.tile_grid_size
        )
        return self.from_bytes(y_nhwc).to(x_nhwc.dtype)

    def rest(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        return self.transform(x_nhwc, None)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "clip_limit": self.clip_limit,
            "tile_grid_size": self.tile_grid_size,
        }
