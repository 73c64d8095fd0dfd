"""Session sizes: TensorFlow 1's functions that resize images, whose pixels are points.

Point j of the result is point j n / m of the image, where `tf.image.resize` of today takes pixels
for squares; with `align_corners` the corners stay, and it is j (n - 1) / (m - 1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.names import unknown_name
from saccade.tensorflow_alias.parts.images.sizes import of_batch, resize
from saccade.tensorflow_alias.parts.tensors.tensors import sizes_of

_SHARPNESS = -0.75
"""The slope of the cubic kernel one pixel away, TensorFlow 1's."""

_METHODS = ("bilinear", "nearest", "bicubic", "area")
"""In the order of TensorFlow 1's numbers for them."""


def resize_images(
    images: Any, size: Any, method: Any = 0, align_corners: bool = False,
    preserve_aspect_ratio: bool = False, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Images in another size; those that have it already come back as they are.

    Args:
        images: HWC or NHWC, of any range.
        size: (height, width) in pixels.
        method: 0 or "bilinear", 1 or "nearest", 2 or "bicubic", 3 or "area".
        align_corners: the middles of the corners' pixels stay where they are.
        preserve_aspect_ratio: as large as fits into the size.

    Returns:
        float32 and not rounded; for "nearest", and in the same size, the dtype of the images.

    Raises:
        InvalidArgument: another method. NotSupported: "area" with aligned corners.

    Source: `tf.compat.v1.image.resize_images`.
    """
    names = dict(enumerate(_METHODS))
    word = str(names.get(method, method)).lower()
    if word not in _METHODS:
        raise unknown_name("tf.image.resize_images method", method, _METHODS)

    def resized(x_nhwc: torch.Tensor) -> torch.Tensor:
        height, width = sizes_of(size)
        if preserve_aspect_ratio:
            share = min(height / x_nhwc.shape[1], width / x_nhwc.shape[2])
            height, width = (max(round(n * share), 1) for n in x_nhwc.shape[1:3])
        if x_nhwc.shape[1:3] == (height, width):
            return x_nhwc
        return _BY_NAME[word](x_nhwc, (height, width), align_corners)

    return of_batch("tf.image.resize_images", images, resized)


def resize_nearest_neighbor(
    images: Any, size: Any, align_corners: bool = False, *_: Any, **__: Any
) -> torch.Tensor:
    """The nearest point, in the images' dtype; without aligned corners the one before."""

    def resized(x_nhwc: torch.Tensor) -> torch.Tensor:
        for axis, m in zip((1, 2), sizes_of(size), strict=True):
            at = _places(x_nhwc.shape[axis], m, align_corners).to(x_nhwc.device)
            rounded = torch.floor(at + 0.5) if align_corners else torch.floor(at)
            x_nhwc = x_nhwc.index_select(axis, rounded.long().clamp(max=x_nhwc.shape[axis] - 1))
        return x_nhwc

    return of_batch("tf.image.resize_nearest_neighbor", images, resized)


def resize_bilinear(
    images: Any, size: Any, align_corners: bool = False, *_: Any, **__: Any
) -> torch.Tensor:
    """Straight lines between the points; float32."""
    return _between("tf.image.resize_bilinear", images, size, align_corners, (0, 1), _line)


def resize_bicubic(
    images: Any, size: Any, align_corners: bool = False, *_: Any, **__: Any
) -> torch.Tensor:
    """Cubic curves between the points, the border's repeated beyond it; float32."""
    taps = (-1, 0, 1, 2)
    return _between("tf.image.resize_bicubic", images, size, align_corners, taps, _curve)


def resize_area(
    images: Any, size: Any, align_corners: bool = False, *_: Any, **__: Any
) -> torch.Tensor:
    """The mean of what a pixel covers; float32.

    Raises:
        NotSupported: aligned corners.
    """
    if align_corners:
        raise NotSupported("tf.image.resize_area", "align_corners=True is not supported", None,
                           "Leave it out, or use tf.image.resize_bilinear.")  # fmt: skip
    return resize(images, size, "area")


def _places(n: int, m: int, align_corners: bool) -> torch.Tensor:
    """Where m points of the result lie among n, counted in float32 as TensorFlow does."""
    share = (n - 1) / (m - 1) if align_corners and m > 1 else n / m
    return torch.arange(m, dtype=torch.float32) * torch.tensor(share, dtype=torch.float32)


def _between(
    where: str, images: Any, size: Any, align_corners: bool, taps: tuple[int, ...],
    weight: Callable[[torch.Tensor], torch.Tensor],
) -> torch.Tensor:  # fmt: skip
    """Each point from those at these steps of the one before it, weighted by their distance."""

    def resized(x_nhwc: torch.Tensor) -> torch.Tensor:
        x_nhwc = x_nhwc.float()
        for axis, m in zip((1, 2), sizes_of(size), strict=True):
            n = x_nhwc.shape[axis]
            at = _places(n, m, align_corners).to(x_nhwc.device)
            before = torch.floor(at)
            shape = [1, 1, 1, 1]
            shape[axis] = m
            found = torch.zeros((), device=x_nhwc.device)
            for tap in taps:
                points = x_nhwc.index_select(axis, (before + tap).long().clamp(0, n - 1))
                found = found + points * weight((at - before - tap).abs()).view(shape)
            x_nhwc = found
        return x_nhwc

    return of_batch(where, images, resized)


def _line(distance: torch.Tensor) -> torch.Tensor:
    return 1 - distance


def _curve(distance: torch.Tensor) -> torch.Tensor:
    """The cubic kernel of Keys, for distances below 2."""
    a, d = _SHARPNESS, distance
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return torch.where(d <= 1, near, far)


_BY_NAME = {
    "bilinear": resize_bilinear,
    "nearest": resize_nearest_neighbor,
    "bicubic": resize_bicubic,
    "area": resize_area,
}
