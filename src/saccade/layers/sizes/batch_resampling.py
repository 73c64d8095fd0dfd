"""Resampling of whole batches; `numerics.images.resampling` says where each pixel comes from."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from saccade.numerics.images.resampling import (
    middle_of as middle_of,  # for the layers beside this one
)
from saccade.numerics.images.resampling import resampling_weights

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


def pad_to_shape_of(
    x_nhwc: torch.Tensor, target_height: int, target_width: int, fill_value: float
) -> torch.Tensor:
    """Images with a border of `fill_value` on two sides, so that they have the proportions."""
    height, width = x_nhwc.shape[1:3]
    rows = (max(height, width * target_height // target_width) - height) // 2
    columns = (max(width, height * target_width // target_height) - width) // 2
    return F.pad(x_nhwc, (0, 0, columns, columns, rows, rows), value=fill_value)
