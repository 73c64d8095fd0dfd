"""Images: their sizes, colours and patches, in the words of `keras.ops.image`.

One image is (height, width, channels), several are (batch, height, width, channels); with
`data_format="channels_first"` the channels stand before the height.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument
from saccade.layers import Resizing
from saccade.layers.operations.unwritten_operation import also_on_symbols
from saccade.numerics.convolution.geometry import as_padding, as_pair
from saccade.numerics.images import colors
from saccade.numerics.images.patches import patches_nhwc
from saccade.numerics.images.smoothing import gaussian_kernel, smooth_nhwc
from saccade.ops.image_axes import on_batches
from saccade.ops.likeness import sobel_edges, ssim
from saccade.ops.volumes import extract_patches_3d
from saccade.ops.warps import (
    affine_transform,
    elastic_transform,
    map_coordinates,
    perspective_transform,
    scale_and_translate,
)

__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]


def resize(
    images: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Images in another size (height, width), by a `Resizing` layer."""
    layer = Resizing(
        *size,
        interpolation=interpolation,
        antialias=antialias,
        crop_to_aspect_ratio=crop_to_aspect_ratio,
        pad_to_aspect_ratio=pad_to_aspect_ratio,
        fill_mode=fill_mode,
        fill_value=fill_value,
        data_format=data_format,
    )
    return layer(images)


@also_on_symbols("ops.image")
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> torch.Tensor:
    """One channel: 0.2989 R + 0.587 G + 0.114 B."""
    x, as_given = on_batches("rgb_to_grayscale", images, data_format)
    y = colors.gray_of(x)
    return as_given(y)


@also_on_symbols("ops.image")
def rgb_to_hsv(images: Any, data_format: str | None = None) -> torch.Tensor:
    """Hue, saturation and value in [0, 1] of colours in [0, 1]."""
    x, as_given = on_batches("rgb_to_hsv", images, data_format)
    y = colors.rgb_to_hsv(x)
    return as_given(y)


@also_on_symbols("ops.image")
def hsv_to_rgb(images: Any, data_format: str | None = None) -> torch.Tensor:
    """The colours of hues, saturations and values in [0, 1]."""
    x, as_given = on_batches("hsv_to_rgb", images, data_format)
    y = colors.hsv_to_rgb(x)
    return as_given(y)


@also_on_symbols("ops.image")
def extract_patches(
    images: Any,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The patches of each image as rows: (batch, rows, columns, height * width * channels).

    Args:
        size: of a patch, (height, width) or one number; three numbers are those of volumes.
        strides: from one patch to the next; `size` when None, which puts them side by side.
        dilation_rate: from one pixel of a patch to its next.
        padding: "valid", or "same" for patches that reach over the border, over zeros.
    """
    if isinstance(size, Sequence) and len(size) == 3:
        return extract_patches_3d(images, size, strides, dilation_rate, padding, data_format)
    x, as_given = on_batches("extract_patches", images, data_format)
    pair = as_pair("extract_patches", "size", size)
    step = pair if strides is None else as_pair("extract_patches", "strides", strides)
    rate = as_pair("extract_patches", "dilation_rate", dilation_rate)
    is_same = as_padding("extract_patches", padding) == "same"
    y = patches_nhwc(x, pair, step, rate, is_same)
    return as_given(y)


@also_on_symbols("ops.image")
def gaussian_blur(
    images: Any,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> torch.Tensor:
    """Each pixel as the mean of those around it, under a bell; zeros lie beyond the border."""
    x, as_given = on_batches("gaussian_blur", images, data_format)
    rows, columns = (
        gaussian_kernel(int(n), torch.tensor(float(s)))
        for n, s in zip(kernel_size, sigma, strict=True)
    )
    y = smooth_nhwc(x.float(), rows[:, None] * columns)
    return as_given(y)


@also_on_symbols("ops.image")
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> torch.Tensor:
    """A part of the images: two of the three of each axis are given."""
    x, as_given = on_batches("crop_images", images, data_format)
    top, height = _part("crop_images", x.shape[1], top_cropping, bottom_cropping, target_height)
    left, width = _part("crop_images", x.shape[2], left_cropping, right_cropping, target_width)
    y = x[:, top : top + height, left : left + width]
    return as_given(y)


@also_on_symbols("ops.image")
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> torch.Tensor:
    """The images with zeros around them: two of the three of each axis are given."""
    x, as_given = on_batches("pad_images", images, data_format)
    top, bottom = _border("pad_images", x.shape[1], top_padding, bottom_padding, target_height)
    left, right = _border("pad_images", x.shape[2], left_padding, right_padding, target_width)
    y = F.pad(x, (0, 0, left, right, top, bottom))
    return as_given(y)


def _part(
    where: str, size: int, before: int | None, after: int | None, target: int | None
) -> tuple[int, int]:
    """(first, count) of an axis."""
    if (before, after, target).count(None) != 1:
        raise InvalidArgument(where, "give two of before, after and target for each axis")
    if target is None:
        target = size - (before or 0) - (after or 0)
    first = size - target - (after or 0) if before is None else before
    if first < 0 or target < 1 or first + target > size:
        raise InvalidArgument(
            where, f"the part must lie within {size} pixels", f"{first}, {target}"
        )
    return first, target


def _border(
    where: str, size: int, before: int | None, after: int | None, target: int | None
) -> tuple[int, int]:
    """(before, after) of an axis."""
    if (before, after, target).count(None) != 1:
        raise InvalidArgument(where, "give two of before, after and target for each axis")
    if target is not None:
        before = target - size - (after or 0) if before is None else before
        after = target - size - before
    if min(before or 0, after or 0) < 0:
        raise InvalidArgument(where, "the border must not be negative", f"{before}, {after}")
    return before or 0, after or 0
