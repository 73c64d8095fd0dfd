"""Dropout: layers that leave values out while training, against overfitting."""

from __future__ import annotations

from typing import Any

import torch

from saccade.data_formats import as_data_format, is_channels_first
from saccade.errors import InvalidArgument, ShapeError
from saccade.layers.regularization.noise import Noise

NoiseShape = tuple[int | None, ...]
# Of SELU, whose lowest value is -SCALE * ALPHA (Klambauer et al., 2017).
ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


class _Drop(Noise):
    """Which values are kept: a share of them, and alike where `noise_shape` says so."""

    _needs_no_build = True

    def __init__(self, rate: Any, noise_shape: Any, seed: int | None, **placement: Any):
        super().__init__(seed, **placement)
        self.rate = rate
        self.noise_shape = None if noise_shape is None else self._checked_noise(noise_shape)

    def kept(self, x: torch.Tensor) -> torch.Tensor:
        """True with probability 1 - rate; broadcasts against `x`."""
        noise = self.noise_shape or x.shape
        if len(noise) != x.ndim or any(
            m not in (None, 1, n) for n, m in zip(x.shape, noise, strict=True)
        ):
            raise ShapeError(
                self.where, f"noise_shape {noise} must fit the input", str(tuple(x.shape))
            )
        sizes = [n if m is None else m for n, m in zip(x.shape, noise, strict=True)]
        return self.uniform(sizes, x) >= self.rate

    def _checked_noise(self, noise_shape: Any) -> NoiseShape:
        if isinstance(noise_shape, (tuple, list)) and all(
            size is None or (isinstance(size, int) and size > 0) for size in noise_shape
        ):
            return tuple(noise_shape)
        raise InvalidArgument(
            self.where,
            "noise_shape must be a tuple of positive integers and None",
            repr(noise_shape),
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "rate": self.rate,
            "noise_shape": None if self.noise_shape is None else list(self.noise_shape),
        }


class Dropout(_Drop):
    """While training, each value is zero with probability `rate`, else divided by (1 - rate).

    The expected value stays what it was, so nothing has to change when training ends.

    Args:
        rate: the share of values dropped, in [0, 1].
        noise_shape: a shape that broadcasts against the input's: values that share a place in it
            are dropped together (None: each on its own).
        seed: for a stream of its own; None draws from torch's.

    Input and output: any shape.

    Source: Srivastava et al. (2014); `keras.layers.Dropout`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        rate: float,
        noise_shape: NoiseShape | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(rate, noise_shape, seed, **placement)
        self.checked_share("rate", rate)

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        if not training or self.rate == 0:
            return x
        x = self.floats(x)
        if self.noise_shape is None:
            return self.dropped(x, self.rate)
        if self.rate == 1:
            return torch.zeros_like(x)
        return x * (self.kept(x).to(x.dtype) / (1 - self.rate))


class _SpatialDropout(Dropout):
    """Dropout of whole feature maps; its config is the shorter one that Keras writes."""

    def __init__(self, rate: float, noise_shape: NoiseShape, seed: int | None, **placement: Any):
        super().__init__(rate, noise_shape, seed, **placement)

    def get_config(self) -> dict[str, Any]:
        left_out = ("noise_shape", "trainable")
        config = {k: v for k, v in super().get_config().items() if k not in left_out}
        return {**config, "dtype": self.dtype}


class SpatialDropout1D(_SpatialDropout):
    """Dropout that drops a feature at all steps together.

    Neighbouring steps are alike: a value that is missing could be read off the next one.

    Args:
        rate: the share of features dropped, in [0, 1].
        seed: for a stream of its own; None draws from torch's.

    Input and output: (batch, steps, features).

    Source: Tompson et al. (2014); `keras.layers.SpatialDropout1D`.
    """

    keras_module = "keras.layers"

    def __init__(self, rate: float, seed: int | None = None, **placement: Any):
        super().__init__(rate, (None, 1, None), seed, **placement)


class _FormattedDropout(_SpatialDropout):
    """That of what has a data format: images and volumes."""

    rank: int

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        alike = (1,) * self.rank
        is_first = is_channels_first(data_format, type(self).__name__)
        noise = (None, None, *alike) if is_first else (None, *alike, None)
        super().__init__(rate, noise, seed, **placement)
        self.data_format = as_data_format(data_format)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class SpatialDropout2D(_FormattedDropout):
    """Dropout that drops whole feature maps.

    Neighbouring pixels are alike: a value that is missing could be read off the next one.

    Args:
        rate: the share of feature maps dropped, in [0, 1].
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input and output: (batch, height, width, channels), or channels first.

    Source: Tompson et al. (2014); `keras.layers.SpatialDropout2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class SpatialDropout3D(_FormattedDropout):
    """Dropout that drops whole feature maps of volumes.

    Args:
        rate, data_format, seed: as of `SpatialDropout2D`.

    Input and output: (batch, depth, height, width, channels), or channels first.

    Source: Tompson et al. (2014); `keras.layers.SpatialDropout3D`.
    """

    keras_module = "keras.layers"
    rank = 3


class AlphaDropout(_Drop):
    """Dropout for SELU: what is dropped takes SELU's lowest value, and mean 0, variance 1 stay.

    The law, with q = 1 - rate and d = -1.758, the value that SELU approaches far below zero::

        y = a * (x or d) + b,   a = 1 / sqrt(q * (1 + rate * d**2)),   b = -a * rate * d

    Args:
        rate: the share of values dropped, in [0, 1).
        noise_shape: as of `Dropout`.
        seed: for a stream of its own; None draws from torch's.

    Input and output: any shape.

    Source: Klambauer et al. (2017); `keras.layers.AlphaDropout`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        rate: float,
        noise_shape: NoiseShape | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(rate, noise_shape, seed, **placement)
        self.checked_share("rate", rate, includes_one=False)

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        if not training or self.rate == 0:
            return x
        x = self.floats(x)
        dropped = -ALPHA * SCALE
        a = ((1 - self.rate) * (1 + self.rate * dropped**2)) ** -0.5
        b = -a * self.rate * dropped
        return a * torch.where(self.kept(x), x, dropped) + b
