"""Colours: the formulas between red, green and blue, gray, and hue, saturation and value."""

from __future__ import annotations

import torch

from saccade.numerics.images.grey_weights import TENSORFLOW_GREY


def gray_of(x_nhwc: torch.Tensor) -> torch.Tensor:
    """0.2989 r + 0.587 g + 0.114 b, in one channel; an image of one channel is gray as it is."""
    if x_nhwc.shape[-1] == 1:
        return x_nhwc
    return (x_nhwc @ torch.tensor(TENSORFLOW_GREY).to(x_nhwc))[..., None]


def rgb_to_hsv(x_nhwc: torch.Tensor) -> torch.Tensor:
    """Hue in [0, 1), saturation in [0, 1] and value in the units of the pixels.

    value = max(r, g, b), saturation = (value - min(r, g, b)) / value, and hue says how far
    around the circle of red, yellow, green, cyan, blue and magenta the colour lies.

    Args:
        x_nhwc: (..., 3), floats of at least 0: red, green, blue.

    Source: Smith (1978), "Color gamut transform pairs"; `keras.ops.image.rgb_to_hsv`.
    """
    x_nhwc = torch.where(x_nhwc.abs() < torch.finfo(x_nhwc.dtype).eps, 0.0, x_nhwc)
    r, g, b = x_nhwc.unbind(-1)
    value, least = x_nhwc.amax(-1), x_nhwc.amin(-1)
    spread = value - least
    saturation = torch.where(value > 0, spread / torch.where(value > 0, value, 1.0), 0.0)
    sixth = 1 / (6 * torch.where(spread > 0, spread, 1.0))
    hue = torch.where(value == g, sixth * (b - r) + 2 / 6, sixth * (r - g) + 4 / 6)
    hue = torch.where(value == r, sixth * (g - b), hue)
    hue = torch.where(spread > 0, hue, 0.0)
    return torch.stack((hue + (hue < 0), saturation, value), -1)


def hsv_to_rgb(x_nhwc: torch.Tensor) -> torch.Tensor:
    """The inverse of `rgb_to_hsv`; a hue beyond [0, 1) goes around the circle."""
    hue, saturation, value = x_nhwc.unbind(-1)
    sixth = hue.remainder(1) * 6
    shares = ((sixth - 3).abs() - 1, 2 - (sixth - 2).abs(), 2 - (sixth - 4).abs())
    return torch.stack(
        [value * (1 - saturation + saturation * share.clamp(0, 1)) for share in shares], -1
    )
