"""Warping: images seen through a map of the plane.

A map says for each pixel of the result where in the input it looks: with (x, y) = (column, row),

    x_in = (a0*x + a1*y + a2) / k,   y_in = (b0*x + b1*y + b2) / k,   k = c0*x + c1*y + 1,

written as eight numbers (a0, a1, a2, b0, b1, b2, c0, c1). c0 = c1 = 0 is an affine map.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

INTERPOLATIONS = ("bilinear", "nearest")
FILL_MODES = ("constant", "nearest", "reflect", "wrap")
# torch's words; its "reflection" of squares repeats the pixel at the edge, as ours does
_PADDING = {"constant": "zeros", "nearest": "border", "reflect": "reflection", "wrap": "border"}


def warp_nhwc(
    x_nhwc: torch.Tensor,
    maps: torch.Tensor,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
) -> torch.Tensor:
    """Each image through its own map.

    Args:
        x_nhwc: (batch, height, width, channels), floats of any range.
        maps: (batch, 8), or (8,) for all images: a0, a1, a2, b0, b1, b2, c0, c1.
        interpolation: "bilinear", between four pixels, or "nearest".
        fill_mode: beyond the border of a b c d is, to the right, with "constant" k k k k, with
            "nearest" d d d d, with "reflect" d c b a, with "wrap" a b c d.
        fill_value: k, in the units of the pixels.

    Returns:
        Images of the same shape and dtype.

    Example:
        >>> x_nhwc = torch.tensor([1.0, 2, 3]).reshape(1, 1, 3, 1)
        >>> warp_nhwc(x_nhwc, torch.tensor([1.0, 0, 1, 0, 1, 0, 0, 0])).flatten().tolist()
        [2.0, 3.0, 3.0]

    Source: `jax.scipy.ndimage.map_coordinates`; `keras.ops.image.affine_transform` on JAX.
    """
    height, width = x_nhwc.shape[1:3]
    maps = maps.to(x_nhwc.device, torch.float32).reshape(-1, 8, 1, 1)
    a0, a1, a2, b0, b1, b2, c0, c1 = maps.expand(len(x_nhwc), 8, 1, 1).unbind(1)
    x = torch.arange(width, device=x_nhwc.device, dtype=torch.float32)
    y = torch.arange(height, device=x_nhwc.device, dtype=torch.float32)[:, None]
    k = c0 * x + c1 * y + 1
    at = ((a0 * x + a1 * y + a2) / k, (b0 * x + b1 * y + b2) / k)
    seen = x_nhwc.float()  # places are too fine for half precision
    if interpolation == "nearest":
        seen = _nearest(seen, *at, fill_mode, fill_value)
    else:
        seen = _bilinear(seen, *at, fill_mode, fill_value)
    return seen.to(x_nhwc.dtype)


def rotation_maps(angles: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Maps (batch, 8) that turn images around their middle, by degrees counter-clockwise."""
    radians = angles.float() * (torch.pi / 180)
    cos, sin, zero = radians.cos(), radians.sin(), torch.zeros_like(radians)
    x, y = 0.5 * (width - 1), 0.5 * (height - 1)
    rows = (cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos, zero, zero)
    return torch.stack(rows, 1)


def perspective_maps(start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Maps (batch, 8) that bring four points (batch, 4, 2), each x and y, to four others.

    The map looks back, from an end to its start, so that it solves for the eight numbers
    start_x * k = a0*x + a1*y + a2 and start_y * k = b0*x + b1*y + b2 at the ends.
    """
    x, y = end.float().unbind(-1)
    one, zero = torch.ones_like(x), torch.zeros_like(x)
    start_x, start_y = start.float().unbind(-1)
    rows_x = torch.stack((x, y, one, zero, zero, zero, -start_x * x, -start_x * y), -1)
    rows_y = torch.stack((zero, zero, zero, x, y, one, -start_y * x, -start_y * y), -1)
    return torch.linalg.solve(torch.cat((rows_x, rows_y), 1), torch.cat((start_x, start_y), 1))


def _bilinear(
    x_nhwc: torch.Tensor, x: torch.Tensor, y: torch.Tensor, fill_mode: str, fill_value: float
) -> torch.Tensor:
    height, width = x_nhwc.shape[1:3]
    if fill_mode == "wrap":  # torch has no such mode: a copy of the first row and column follows
        x, y = x.remainder(width), y.remainder(height)
        x_nhwc = torch.cat((x_nhwc, x_nhwc[:, :1]), 1)
        x_nhwc = torch.cat((x_nhwc, x_nhwc[:, :, :1]), 2)
        height, width = height + 1, width + 1
    shift = fill_value if fill_mode == "constant" else 0.0  # torch fills with zeros only
    places = torch.stack(((2 * x + 1) / width - 1, (2 * y + 1) / height - 1), -1)
    x_nchw = (x_nhwc - shift if shift else x_nhwc).permute(0, 3, 1, 2)
    seen = F.grid_sample(x_nchw, places, "bilinear", _PADDING[fill_mode], align_corners=False)
    return (seen + shift if shift else seen).permute(0, 2, 3, 1)


def _nearest(
    x_nhwc: torch.Tensor, x: torch.Tensor, y: torch.Tensor, fill_mode: str, fill_value: float
) -> torch.Tensor:
    """Of two pixels as near as each other the one farther from 0, as TensorFlow and JAX take."""
    n, height, width, channels = x_nhwc.shape
    column, row = (torch.trunc(at + torch.copysign(torch.full_like(at, 0.5), at)) for at in (x, y))
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row = _within(column, width, fill_mode), _within(row, height, fill_mode)
    places = (row * width + column).reshape(n, -1, 1).expand(-1, -1, channels)
    seen = x_nhwc.reshape(n, -1, channels).gather(1, places).reshape(x_nhwc.shape)
    if fill_mode == "constant":
        seen = torch.where(inside[..., None], seen, fill_value)
    return seen


def _within(index: torch.Tensor, size: int, fill_mode: str) -> torch.Tensor:
    """The pixel of the image that stands for one beyond its border."""
    if fill_mode == "wrap":
        index = index.remainder(size)
    elif fill_mode == "reflect":
        index = index.remainder(2 * size)
        index = torch.minimum(index, 2 * size - 1 - index)
    return index.clamp(0, size - 1).long()
