"""Photo changes: other views of a photo, as a photographer might have taken it."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from saccade.numerics.images.grey_weights import BT601

DRAWS = 8  # numbers that an image needs
LEAST_AREA, MOST_OBLONG = 0.2, 4 / 3
MOST_BRIGHTER, MOST_CONTRAST, MOST_COLOR = 0.3, 0.25, 0.3
RED, GREEN, BLUE = BT601


def change_photos(
    batch_nhwc: torch.Tensor, draws: torch.Tensor, size_hw: tuple[int, int]
) -> torch.Tensor:
    """Cut a random window out of each photo, mirror every second one, and change its light.

    Law, with draws d in [0, 1)::

        window   area 0.2 + 0.8 d1 of the photo's, width : height changed by (4/3)^(2 d2 - 1),
                 no side longer than the photo's, placed by d3 (from the left) and d4 (the top)
        mirror   left and right change places where d5 < 0.5
        light    x (1 + 0.3 (2 d6 - 1)); then the distance from the photo's mean times
                 1 + 0.25 (2 d7 - 1); then that from the pixel's grey times 1 + 0.3 (2 d8 - 1)

    and the window is brought to `size_hw` by bilinear interpolation.

    Args:
        batch_nhwc: float (n, height, width, 3) in [0, 255], RGB.
        draws: float (n, 8) in [0, 1).
        size_hw: (height, width) of the result, in pixels.

    Returns:
        float (n, *size_hw, 3) in [0, 255].

    Source: the windows of Szegedy et al., Going Deeper with Convolutions, 2014; the amounts:
    docs/accuracy.md.
    """
    area, oblong, across, down, mirror, bright, contrast, color = draws.unbind(1)
    share = LEAST_AREA + (1 - LEAST_AREA) * area
    stretch = torch.exp(math.log(MOST_OBLONG) * (2 * oblong - 1) / 2)
    wide, high = (share.sqrt() * stretch).clamp(max=1), (share.sqrt() / stretch).clamp(max=1)
    # torch counts places from -1 to 1, so a window's centre has 1 - its side to move each way.
    right, below = (1 - wide) * (2 * across - 1), (1 - high) * (2 * down - 1)
    flipped = torch.where(mirror < 0.5, -wide, wide)
    none = torch.zeros_like(wide)
    maps = torch.stack(
        [torch.stack([flipped, none, right], dim=1), torch.stack([none, high, below], dim=1)],
        dim=1,
    )
    places = functional.affine_grid(maps, [len(draws), 3, *size_hw], align_corners=False)
    x_nchw = functional.grid_sample(
        batch_nhwc.permute(0, 3, 1, 2), places, padding_mode="border", align_corners=False
    )
    return _relight(x_nchw, bright, contrast, color).permute(0, 2, 3, 1).contiguous()


def _relight(
    x_nchw: torch.Tensor, bright: torch.Tensor, contrast: torch.Tensor, color: torch.Tensor
) -> torch.Tensor:
    def factor(draws: torch.Tensor, most: float) -> torch.Tensor:
        return (1 + most * (2 * draws - 1)).reshape(-1, 1, 1, 1)

    x = x_nchw * factor(bright, MOST_BRIGHTER)
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    x = (x - mean) * factor(contrast, MOST_CONTRAST) + mean
    grey = RED * x[:, :1] + GREEN * x[:, 1:2] + BLUE * x[:, 2:]
    x = (x - grey) * factor(color, MOST_COLOR) + grey
    return x.clamp(0, 255)
