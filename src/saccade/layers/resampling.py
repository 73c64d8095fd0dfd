"""Resampling: images of another size, as weighted sums of their rows and columns.

Pixels are squares: pixel i of n spans [i, i + 1], and output pixel j of m looks at the middle of
its share, (j + 0.5) * n / m. What lies beyond the border is left out, and the weights of the rest
are divided by their sum.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

INTERPOLATIONS = ("area", "bicubic", "bilinear", "lanczos3", "lanczos5", "nearest")


def resize_nhwc(
    x_nhwc: torch.Tensor, height: int, width: int, interpolation: str, antialias: bool = False
) -> torch.Tensor:
    """Float images in another size.

    Args:
        x_nhwc: (batch, height, width, channels), floats of any range.
        height, width: of the result.
        interpolation: one of `INTERPOLATIONS`.
        antialias: whether a kernel grows with the pixels when the result is smaller.

    Source: `jax.image.resize`; `tf.image.resize` for "area".
    """
    if interpolation == "nearest":
        rows, columns = (
            ((2 * torch.arange(m, device=x_nhwc.device) + 1) * n) // (2 * m)
            for n, m in zip(x_nhwc.shape[1:3], (height, width), strict=True)
        )
        return x_nhwc[:, rows][:, :, columns]
    if interpolation == "bilinear" and not antialias:  # torch has it, and faster
        x_nchw = x_nhwc.permute(0, 3, 1, 2)
        return F.interpolate(x_nchw, (height, width), mode="bilinear").permute(0, 2, 3, 1)
    by_rows, by_columns = (
        torch.as_tensor(resampling_weights(n, m, interpolation, antialias)).to(x_nhwc)
        for n, m in zip(x_nhwc.shape[1:3], (height, width), strict=True)
    )
    x_nhwc = torch.einsum("ah,nhwc->nawc", by_rows, x_nhwc)
    return torch.einsum("bw,nawc->nabc", by_columns, x_nhwc)


def resampling_weights(n: int, m: int, interpolation: str, antialias: bool) -> np.ndarray:
    """How much each of `n` pixels counts in each of `m`: an array (m, n) whose rows sum to 1."""
    share = n / m  # how many pixels make one
    if interpolation == "area":
        edges = np.arange(m + 1)[:, None] * share
        covered = np.clip(edges - np.arange(n), 0, 1)
        return np.diff(covered, axis=0) / share
    kernel = _KERNELS[interpolation]
    stretch = max(share, 1.0) if antialias else 1.0
    middles = (np.arange(m)[:, None] + 0.5) * share - 0.5
    weights = kernel(np.abs(middles - np.arange(n)) / stretch)
    return weights / weights.sum(1, keepdims=True)


def middle_of(
    height: int, width: int, target_height: int, target_width: int
) -> tuple[slice, slice]:
    """Rows and columns of the largest part in the middle that has the target's proportions."""
    rows = max(min(height, width * target_height // target_width), 1)
    columns = max(min(width, height * target_width // target_height), 1)
    top, left = (height - rows) // 2, (width - columns) // 2
    return slice(top, top + rows), slice(left, left + columns)


def pad_to_shape_of(
    x_nhwc: torch.Tensor, target_height: int, target_width: int, fill_value: float
) -> torch.Tensor:
    """Images with a border of `fill_value` on two sides, so that they have the proportions."""
    height, width = x_nhwc.shape[1:3]
    rows = (max(height, width * target_height // target_width) - height) // 2
    columns = (max(width, height * target_width // target_height) - width) // 2
    return F.pad(x_nhwc, (0, 0, columns, columns, rows, rows), value=fill_value)


def _triangle(d: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1 - d)


def _cubic(d: np.ndarray) -> np.ndarray:
    """Keys's kernel with a = -1/2."""
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d >= 2, 0.0, np.where(d >= 1, far, near))


def _lanczos(radius: int, d: np.ndarray) -> np.ndarray:
    return np.where(d > radius, 0.0, np.sinc(d) * np.sinc(d / radius))


_KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": partial(_lanczos, 3),
    "lanczos5": partial(_lanczos, 5),
}
