"""Layers that make images sharper or softer."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.augmentation.draws import Draws
from saccade.layers.augmentation.factors import factor_range
from saccade.layers.augmentation.light import OfKnownRange
from saccade.layers.augmentation.random_transform import is_each, of_each
from saccade.layers.core.checks import positive_integer
from saccade.numerics.images.smoothing import gaussian_kernel, smooth_nhwc

_AROUND, _MIDDLE = 1 / 13, 5 / 13


class RandomSharpness(OfKnownRange):
    """While training, y = x + (1 - 2 d) * (smooth - x) with d of U(lower, upper), cut to range.

    d = 0 is smooth, 0.5 changes nothing, 1 is sharper. Smooth is the mean of 3 times 3 pixels in
    which the middle one counts five times.

    Args:
        factor: f in [0, 1] for (0, f), or (lower, upper).
        value_range: the darkest and the brightest value that a pixel may have.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Source: `keras.layers.RandomSharpness`.
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
        return {"factor": draws.uniform((shape[0],), *self.factor)}

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        kernel_hw = torch.full((3, 3), _AROUND)
        kernel_hw[1, 1] = _MIDDLE
        smooth = smooth_nhwc(x_nhwc, kernel_hw)
        share = 1 - 2 * of_each(transformation["factor"], x_nhwc)
        return (x_nhwc + share * (smooth - x_nhwc)).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomGaussianBlur(OfKnownRange):
    """While training, images are smoothed, each with a probability of its own.

    Weights fall with the distance as exp(-d^2 / (2 s^2)); s, of U(lower, upper), is drawn once
    for a batch along each axis. Beyond the border there are zeros.

    Args:
        factor: the probability is U(lower, upper): f in [0, 1] for (0, f), or (lower, upper).
        kernel_size: of the columns and the rows that count: an odd number, or two.
        sigma: s: f in [0, 1] for (0, f), or (lower, upper).
        value_range: the darkest and the brightest value that a pixel may have.
        data_format: "channels_last" or "channels_first".
        seed: for a stream of its own; None draws from torch's.

    Input: (batch, height, width, channels), or one image; integers become floats.
    Output: the same shape.

    Source: `keras.layers.RandomGaussianBlur`, as it computes on JAX.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(value_range, seed, data_format, **placement)
        self.factor = factor_range(self, "factor", factor, 0, 1)
        sizes = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
        self.kernel_size = tuple(positive_integer(self, "kernel_size", size) for size in sizes)
        if len(self.kernel_size) != 2 or not all(size % 2 for size in self.kernel_size):
            needed = "kernel_size must be an odd number, or two of them"
            raise InvalidArgument(self.where, needed, repr(kernel_size))
        self.sigma = factor_range(self, "sigma", sigma, 0, 1)

    def draw(self, draws: Draws, shape: tuple[int, ...]) -> dict[str, Any]:
        probability = draws.uniform((shape[0],), *self.factor)
        changed = draws.uniform((shape[0],)) < probability
        return {"should_apply_blur": changed,
                "blur_factor": draws.uniform((2,), *self.sigma) + 1e-6}  # fmt: skip

    def transform(self, x_nhwc: torch.Tensor, transformation: Any) -> torch.Tensor:
        sigmas = transformation["blur_factor"]
        columns, rows = (
            gaussian_kernel(size, sigma)
            for size, sigma in zip(self.kernel_size, sigmas, strict=True)
        )
        smooth = smooth_nhwc(x_nhwc, torch.outer(rows, columns))
        changed = is_each(transformation["should_apply_blur"], x_nhwc)
        return torch.where(changed, smooth, x_nhwc).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "factor": self.factor,
            "kernel_size": self.kernel_size,
            "sigma": self.sigma,
        }
