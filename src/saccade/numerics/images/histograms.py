"""Histograms: the values of a whole image, 0 to 255, spread over the whole range."""

from __future__ import annotations

import torch


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
    first = torch.arange(len(values), device=values.device)[:, None] * bins
    counts = torch.bincount((index + first).flatten(), minlength=len(values) * bins)
    counts = counts.reshape(-1, bins)
    below = counts.cumsum(1)
    everything = below[:, -1:]
    darkest = torch.where(below > 0, below, everything).amin(1, keepdim=True)
    others = (everything - darkest).clamp(min=1)
    table = ((below - darkest) * 255 / others).round().clamp(0, 255)
    spread = (counts > 0).sum(1, keepdim=True) > 1
    seen = torch.where(spread, table.gather(1, index), values)
    return seen.reshape(n, channels, height, width).permute(0, 2, 3, 1).to(x_nhwc.dtype)
