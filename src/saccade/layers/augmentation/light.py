"""Layers that change how bright pixels are, each channel by itself."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range, shift_range, value_range
from saccade.layers.augmentation.random_transform import RandomTransform, is_each, of_each


class OfKnownRange(RandomTransform):
    """A layer that knows the darkest and the brightest value."""

    def __init__(
        self, given_range: Any, seed: int | None, data_format: str | None, **placement: Any
    ):
        super().__init__(seed, data_format, **placement)
        self.value_range = value_range(self, given_range)

    def to_bytes(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        """Pixels of the layer's range brought to that of bytes, 0 to 255; floats still."""
        low, high = self.value_range
        return x_nhwc if (low, high) == (0, 255) else (x_nhwc - low) / (high - low) * 255

    def from_bytes(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        """The inverse of `to_bytes`."""
        low, high = self.value_range
        return x_nhwc if (low, high) == (0, 255) else x_nhwc / 255 * (high - low) + low

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "value_range": self.value_range}


class RandomContrast(OfKnownRange):
    """While training, y = (x - mean) * c + mean with c of U(1 - lower, 1 + upper).

    The mean is that of each channel of each image; y is cut to `value_range`.

    Args:
        factor: (lower, upper); one number f in [0, 1] stands for (0, f), as in Keras's code,
            though Keras's page says (f, f): give (f, f) for less contrast too.
        value_range: the darkest and the brightest value that a pixel may have.
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats in training.
    Output: the same shape.

    Example:
        >>> x_hwc = torch.tensor([100.0, 140]).reshape(1, 2, 1)
        >>> RandomContrast((0.5, 0.5), seed=1)(x_hwc).mean().round().item()
        120.0

    Source: `keras.layers.RandomContrast`.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        lower, upper = self.factor
        return {"contrast_factor": draws.uniform((shape[0], 1, 1, 1), 1 - lower, 1 + upper)}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        factor = of_each(transformation["contrast_factor"], x_nhwc)
        mean = x_nhwc.mean((1, 2), keepdim=True)
        return ((x_nhwc - mean) * factor + mean).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomBrightness(OfKnownRange):
    """While training, y = x + d * (high - low) with d of U(lower, upper), cut to [low, high].

    Args:
        factor: f in [-1, 1] for (-f, f), or (lower, upper); -1 is black and 1 is white.
        value_range: (low, high), the darkest and the brightest value that a pixel may have.
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats in training.
    Output: the same shape.

    Example:
        >>> x_hwc = torch.tensor([0.0, 100, 200]).reshape(1, 3, 1)
        >>> RandomBrightness((0.4, 0.4))(x_hwc).flatten().tolist()
        [102.0, 202.0, 255.0]

    Source: `keras.layers.RandomBrightness`.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, -1, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        low, high = self.value_range
        return {"rgb_delta": draws.uniform((shape[0], 1, 1, 1), *self.factor) * (high - low)}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        return (x_nhwc + of_each(transformation["rgb_delta"], x_nhwc)).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomInvert(OfKnownRange):
    """While training, y = high - x, for each image with a probability of its own.

    Args:
        factor: the probability is U(lower, upper): f in [0, 1] for (0, f), or (lower, upper).
        value_range: (low, high), the darkest and the brightest value that a pixel may have.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image; integers become floats in training.
    Output: the same shape.

    Source: `keras.layers.RandomInvert`.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        probability = draws.uniform((shape[0],), *self.factor)
        return {"apply_inversion": draws.uniform((shape[0],)) < probability}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        changed = is_each(transformation["apply_inversion"], x_nhwc)
        return torch.where(changed, self.value_range[1] - x_nhwc, x_nhwc)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomPosterization(OfKnownRange):
    """While training, only the first bits of each byte are kept: 1, 2, ... of 8.

    Args:
        factor: how many: a whole number, or (lower, upper) for lower to upper - 1, in [1, 8];
            one number n stands for (1, n).
        value_range: the darkest and the brightest value that a pixel may have.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats in training.
    Output: the same shape.

    Source: `keras.layers.RandomPosterization`.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 1, 8)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        lower, upper = map(int, self.factor)
        bits = draws.integers(shape[0], lower, max(upper, lower + 1)).to(draws.device)
        return {"shift_factor": (8 - bits).to(torch.uint8)}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        step = 2 ** of_each(transformation["shift_factor"], x_nhwc)
        bytes_nhwc = self.to_bytes(x_nhwc).floor().clamp(0, 255)
        return self.from_bytes((bytes_nhwc / step).floor() * step)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Solarization(OfKnownRange):
    """While training, pixels are made brighter, and those that are bright are turned over.

    With x in [0, 255]: z = x + a, cut to [0, 255], and y = z where z < t, else 255 - z.

    Args:
        addition_factor: a is U(lower, 255 upper): f in [0, 1] for (0, f), or (lower, upper).
        threshold_factor: t, in the same way.
        value_range: the darkest and the brightest value that a pixel may have.
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Source: `keras.layers.Solarization`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.addition_factor = _from_zero(self, "addition_factor", addition_factor)
        self.threshold_factor = _from_zero(self, "threshold_factor", threshold_factor)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        numbers = {}
        for name, (lower, upper) in (
            ("additions", self.addition_factor),
            ("thresholds", self.threshold_factor),
        ):
            numbers[name] = draws.uniform((shape[0], 1, 1, 1), lower, 255 * upper)
        return numbers

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        added = of_each(transformation["additions"], x_nhwc)
        z_nhwc = (self.to_bytes(x_nhwc) + added).clamp(0, 255)
        stays = z_nhwc < of_each(transformation["thresholds"], x_nhwc)
        return self.from_bytes(torch.where(stays, z_nhwc, 255 - z_nhwc))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "addition_factor": self.addition_factor,
            "threshold_factor": self.threshold_factor,
        }


def _from_zero(layer: Any, name: str, factor: Any) -> tuple[float, float]:
    lower, upper = shift_range(layer, name, factor, 0)
    return max(lower, 0), upper
