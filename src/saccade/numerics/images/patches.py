"""Patches: the windows of images, each as one row."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.geometry import same_padding


def patches_nhwc(
    x_nhwc: torch.Tensor,
    size: Sequence[int],
    strides: Sequence[int],
    rates: Sequence[int] = (1, 1),
    same: bool = False,
) -> torch.Tensor:
    """Every window of the images, its pixels and channels in one row.

    Args:
        x_nhwc: (batch, height, width, channels).
        size, strides, rates: of the windows: pixels, pixels from one to the next, pixels from one
            pixel of a window to its next.
        same: whether windows reach over the border, over zeros, as a convolution's do.

    Returns:
        (batch, rows, columns, height of a window * its width * channels).
    """
    if same:
        (top, bottom), (left, right) = (
            same_padding(n, k, s, r)
            for n, k, s, r in zip(x_nhwc.shape[1:3], size, strides, rates, strict=True)
        )
        x_nhwc = F.pad(x_nhwc, (0, 0, left, right, top, bottom))
    n, h, w, c = x_nhwc.shape
    if tuple(rates) == (1, 1):
        windows = x_nhwc.unfold(1, size[0], strides[0]).unfold(2, size[1], strides[1])
        return windows.permute(0, 1, 2, 4, 5, 3).flatten(3)
    at = [
        torch.arange(0, m - r * (k - 1), s, device=x_nhwc.device)[:, None]
        + torch.arange(k, device=x_nhwc.device) * r
        for m, k, s, r in zip((h, w), size, strides, rates, strict=True)
    ]
    found = x_nhwc[:, at[0][:, None, :, None], at[1][None, :, None, :]]
    return found.reshape(n, len(at[0]), len(at[1]), size[0] * size[1] * c)
