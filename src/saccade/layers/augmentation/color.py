"""Layers that change the colours of images: red, green and blue."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.light import OfKnownRange, RandomBrightness, RandomContrast
from saccade.layers.augmentation.random_transform import RandomTransform, is_each, of_each
from saccade.numerics.images.colors import gray_of, hsv_to_rgb, rgb_to_hsv


class _Colored(OfKnownRange):
    """A layer for images of three channels."""

    keeps_integers = True

    def _check_shape(self, shape: Any) -> None:
        super()._check_shape(shape)
        check_channels(self, shape, (3,))


class RandomGrayscale(RandomTransform):
    """While training, each image is made gray with the probability `factor`.

    0.2989 r + 0.587 g + 0.114 b stands in all three channels.

    Args:
        factor: the probability, in [0, 1].
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, 3 or 1), or one image; integers stay integers.
    Output: the same shape.

    Source: `keras.layers.RandomGrayscale`.
    """

    keras_module = "keras.layers"
    keeps_integers = integers_come_back = True

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(seed, data_format, **placement)
        self.factor = self.checked_share("factor", factor)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> torch.Tensor:
        return draws.uniform((shape[0], 1, 1, 1)) < self.factor

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        return torch.where(is_each(transformation, x_nhwc), gray_of(x_nhwc), x_nhwc)

    def _check_shape(self, shape: Any) -> None:
        super()._check_shape(shape)
        check_channels(self, shape, (1, 3))

    def get_config(self) -> dict[str, Any]:
        """Keras writes no seed; ours is written where there is one, so that a copy is a copy."""
        config = {**super().get_config(), "factor": self.factor}
        return {key: value for key, value in config.items() if key != "seed" or value is not None}


class RandomColorDegeneration(_Colored):
    """While training, y = x + d * (gray - x) with d of U(lower, upper), cut to the range.

    d = 1 is gray, 0 changes nothing, and below 0 colours are stronger.

    Args:
        factor: f in [-1, 1] for (-f, f), or (lower, upper).
        value_range: the darkest and the brightest value that a pixel may have.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, 3), or one image; integers become floats in training.
    Output: the same shape.

    Source: `keras.layers.RandomColorDegeneration`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, -1, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"factor": draws.uniform((shape[0], 1, 1, 1), *self.factor)}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        factor = of_each(transformation["factor"], x_nhwc)
        y_nhwc = x_nhwc + factor * (gray_of(x_nhwc) - x_nhwc)
        return y_nhwc.clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomSaturation(_Colored):
    """While training, the saturation is multiplied by d / (1 - d) with d of U(lower, upper).

    d = 0.5 changes nothing, 0 is gray, and near 1 colours are as strong as Keras lets them be:
    the product is cut to `value_range`, not to 1.

    Args:
        factor: f in [-1, 1] for (-f, f), or (lower, upper), such as (0.3, 0.6).
        value_range: the darkest and the brightest value that a pixel may have.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, 3), or one image; integers become floats in training.
    Output: the same shape.

    Source: `keras.layers.RandomSaturation`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, -1, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        share = draws.uniform((shape[0],), *self.factor)
        return {"factor": share / (1 - share + 1e-7)}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        hue, saturation, value = rgb_to_hsv(x_nhwc).unbind(-1)
        factor = of_each(transformation["factor"], x_nhwc)[..., 0]
        saturation = (saturation * factor).clamp(*self.value_range)
        return hsv_to_rgb(torch.stack((hue, saturation, value), -1))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomHue(_Colored):
    """While training, hues go around the circle of colours by half of U(lower, upper).

    Either way round, by chance.

    Args:
        factor: f in [0, 1] for (0, f), or (lower, upper); 1 is up to the opposite colour.
        value_range: the darkest and the brightest value that a pixel may have.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, 3), or one image; integers become floats in training.
    Output: the same shape.

    Source: `keras.layers.RandomHue`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        sign = torch.where(draws.uniform((shape[0],)) > 0.5, -1.0, 1.0)
        return {"factor": sign * draws.uniform((shape[0],), *self.factor) * 0.5}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        low, high = self.value_range
        hue, saturation, value = rgb_to_hsv((x_nhwc - low) / (high - low)).unbind(-1)
        hue = hue + of_each(transformation["factor"], x_nhwc)[..., 0]
        y_nhwc = hsv_to_rgb(torch.stack((hue, saturation, value), -1))
        return y_nhwc.clamp(0, 1) * (high - low) + low

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomColorJitter(OfKnownRange):
    """While training, brightness, contrast, saturation and hue are changed, in this order.

    Args:
        value_range: the darkest and the brightest value that a pixel may have.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: those of
            `RandomBrightness`, `RandomContrast`, `RandomSaturation` and `RandomHue`; None leaves
            a step out.
        seed: for a stream of its own; None draws from torch's.
        data_format: "channels_last" or "channels_first".

    Input: (batch, height, width, channels), or one image, 3 channels for saturation and hue;
    integers become floats in training. Output: the same shape.

    Source: `keras.layers.RandomColorJitter`.
    """

    keras_module = "keras.layers"
    keeps_integers = True

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factors = {
            "brightness_factor": brightness_factor,
            "contrast_factor": contrast_factor,
            "saturation_factor": saturation_factor,
            "hue_factor": hue_factor,
        }
        kinds = (RandomBrightness, RandomContrast, RandomSaturation, RandomHue)
        self.steps = [
            kind(factor, self.value_range, dtype=self.dtype_policy, name=name)
            for kind, (name, factor) in zip(kinds, self.factors.items(), strict=True)
            if factor is not None
        ]

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        return {step.name: step.draw(draws, shape) for step in self.steps}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        for step in self.steps:
            step._check_shape(x_nhwc.shape)
            x_nhwc = step.transform(x_nhwc, transformation[step.name])
        return x_nhwc

    def get_config(self) -> dict[str, Any]:
        plain = {  # lists, as a file gives them back
            name: list(factor) if isinstance(factor, tuple) else factor
            for name, factor in self.factors.items()
        }
        return {**super().get_config(), **plain}


def check_channels(layer: Any, shape: Any, legal: tuple[int, ...]) -> None:
    """Raise unless images are in colour, or gray where that is legal; None is not known yet."""
    if shape[-1] is not None and shape[-1] not in legal:
        words = " or ".join(map(str, legal))
        raise ShapeError(layer.where, f"images must have {words} channels", shape[-1])
