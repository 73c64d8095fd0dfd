"""Histograms: the values of an image or its parts, 0 to 255, spread over the whole range."""

from __future__ import annotations

import torch

from saccade.numerics.images.sampling import BORDERS


def stretched(x_nhwc: torch.Tensor) -> torch.Tensor:
    """y = 255 (x - low) / (high - low), with each channel's own low and high; flat ones as given.

    Source: `PIL.ImageOps.autocontrast`; `keras.layers.AutoContrast`.
    """
    low, high = x_nhwc.amin((1, 2), keepdim=True), x_nhwc.amax((1, 2), keepdim=True)
    spread = high - low
    scale = 255 / torch.where(spread > 0, spread, 1.0)
    return torch.where(spread > 0, (x_nhwc * scale - low * scale).clamp(0, 255), x_nhwc)


def equalized(x_nhwc: torch.Tensor, bins: int) -> torch.Tensor:
    """Each value becomes the share of its channel's pixels that are not brighter, times 255.

    With N(v) pixels up to the bin of v, and N0 in the darkest bin that holds any of `all`:
    y = round(255 (N(v) - N0) / (all - N0)). A channel of one bin stays as it is.

    Args:
        x_nhwc: (batch, height, width, channels), floats in [0, 255].
        bins: into how many the values are sorted.

    Source: `PIL.ImageOps.equalize`; `keras.layers.Equalization`.
    """
    n, height, width, channels = x_nhwc.shape
    values = x_nhwc.float().permute(0, 3, 1, 2).reshape(n * channels, -1)  # one row a channel
    index = (values * (bins - 1) / 255).clamp(0, bins - 1).long()
    counts = _counts(index, bins)
    below = counts.cumsum(1)
    everything = below[:, -1:]
    darkest = torch.where(below > 0, below, everything).amin(1, keepdim=True)
    others = (everything - darkest).clamp(min=1)
    table = ((below - darkest) * 255 / others).round().clamp(0, 255)
    spread = (counts > 0).sum(1, keepdim=True) > 1
    seen = torch.where(spread, table.gather(1, index), values)
    return seen.reshape(n, channels, height, width).permute(0, 2, 3, 1).to(x_nhwc.dtype)


def equalized_by_tiles(
    x_nhwc: torch.Tensor, clip_limit: float, grid: tuple[int, int]
) -> torch.Tensor:
    """Each value becomes the share of the pixels around that are not brighter, times 255.

    The image is cut into tiles, after its right and lower border has been mirrored where they do
    not fit. In a tile of `area` pixels, C(v) of them in the bin of v, 256 bins::

        C = min(C, limit) + (what is above the limit) / 256,   limit = clip_limit * area / 256
        y(v) = 255 * (N(v) - N(0)) / (area - N(0)),            N(v) = C(0) + ... + C(v)

    A pixel gets y of the four tiles whose middles are around it, each weighted as it is near.

    Args:
        x_nhwc: (batch, height, width, channels), numbers in [0, 255]; fractions are cut off.
        clip_limit: how many times as frequent as the mean a value may count; 0 for any.
        grid: how many rows and columns of tiles.

    Returns:
        float32, the same shape.

    Source: Zuiderveld (1994), "Contrast Limited Adaptive Histogram Equalization";
    `keras.layers.ContrastLimitedAdaptiveHistogramEqualization`.
    """
    n, height, width, channels = x_nhwc.shape
    device, (rows, columns) = x_nhwc.device, grid
    tile_h, tile_w = -(-height // rows), -(-width // columns)
    pixels = x_nhwc.clamp(0, 255).nan_to_num(0).long()
    in_height = BORDERS["reflect"](torch.arange(rows * tile_h, device=device), height)
    in_width = BORDERS["reflect"](torch.arange(columns * tile_w, device=device), width)
    whole = pixels[:, in_height][:, :, in_width]
    tiles = whole.reshape(n, rows, tile_h, columns, tile_w, channels).permute(0, 1, 3, 5, 2, 4)
    counts = _counts(tiles.reshape(-1, tile_h * tile_w), 256).float()
    if clip_limit > 0:
        clipped = counts.clamp(max=clip_limit * tile_h * tile_w / 256)
        counts = clipped + (counts - clipped).sum(1, keepdim=True) / 256
    below = counts.cumsum(1)
    others = tile_h * tile_w - below[:, :1]
    table = (below - below[:, :1]) * 255 / torch.where(others == 0, 1.0, others)
    table = table.clamp(0, 255).reshape(n, rows, columns, channels, 256)

    top, bottom, down = _around(height, tile_h, rows, device)
    left, right, across = _around(width, tile_w, columns, device)
    image = torch.arange(n, device=device)[:, None, None, None]
    channel = torch.arange(channels, device=device)

    def seen(row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
        return table[image, row[:, None, None], column[:, None], channel, pixels]

    down, across = down[:, None, None], across[:, None]
    upper = seen(top, left) * (1 - across) + seen(top, right) * across
    lower = seen(bottom, left) * (1 - across) + seen(bottom, right) * across
    return upper * (1 - down) + lower * down


def _counts(index: torch.Tensor, bins: int) -> torch.Tensor:
    """How often each of 0, 1, ..., bins - 1 is in each row: (rows, bins)."""
    first = torch.arange(len(index), device=index.device)[:, None] * bins
    counts = torch.bincount((index + first).flatten(), minlength=len(index) * bins)
    return counts.reshape(-1, bins)


def _around(
    size: int, of_tile: int, tiles: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """For each pixel of a side the tiles before and after it, and how far it is from the first.

    Beyond the middles of the outermost tiles both are that tile.
    """
    place = (torch.arange(size, device=device) - of_tile / 2) / of_tile
    before = place.floor()
    first, second = (tile.long().clamp(0, tiles - 1) for tile in (before, before + 1))
    return first, second, place - before
