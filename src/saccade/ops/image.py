"""Images: their sizes, colours and patches, in the words of `keras.ops.image`.

One image is (height, width, channels), several are (batch, height, width, channels); with
`data_format="channels_first"` the channels stand before the height.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.data_formats import is_channels_first
from saccade.errors import InvalidArgument, ShapeError
from saccade.layers import Resizing
from saccade.layers.operations.unwritten_operation import also_on_symbols
from saccade.numerics.convolution.geometry import as_padding, as_pair
from saccade.numerics.images import colors
from saccade.numerics.images.patches import patches_nhwc
from saccade.numerics.images.smoothing import gaussian_kernel, smooth_nhwc
from saccade.numerics.images.warping import warp_nhwc
from saccade.numerics.tensors.tensor_functions import convert_to_tensor

__all__ = [
    "affine_transform",
    "crop_images",
    "extract_patches",
    "gaussian_blur",
    "hsv_to_rgb",
    "pad_images",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
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


def _on_batches(
    where: str, images: Any, data_format: str | None
) -> tuple[torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]:
    """The images as a batch, channels last; and what gives a result the axes of the input."""
    x = convert_to_tensor(images)
    is_first = is_channels_first(data_format, where)
    if x.ndim not in (3, 4):
        axes = "(channels, height, width)" if is_first else "(height, width, channels)"
        raise ShapeError(where, f"images must be {axes}, or a batch of them", str(tuple(x.shape)))
    single = x.ndim == 3
    x_nhwc = x.movedim(-3, -1) if is_first else x

    def as_given(y_nhwc: torch.Tensor) -> torch.Tensor:
        y = y_nhwc[0] if single else y_nhwc
        return y.movedim(-1, -3) if is_first else y

    return (x_nhwc[None] if single else x_nhwc), as_given


@also_on_symbols("ops.image")
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> torch.Tensor:
    """One channel: 0.2989 R + 0.587 G + 0.114 B."""
    x, as_given = _on_batches("rgb_to_grayscale", images, data_format)
    y = colors.gray_of(x)
    return as_given(y)


@also_on_symbols("ops.image")
def rgb_to_hsv(images: Any, data_format: str | None = None) -> torch.Tensor:
    """Hue, saturation and value in [0, 1] of colours in [0, 1]."""
    x, as_given = _on_batches("rgb_to_hsv", images, data_format)
    y = colors.rgb_to_hsv(x)
    return as_given(y)


@also_on_symbols("ops.image")
def hsv_to_rgb(images: Any, data_format: str | None = None) -> torch.Tensor:
    """The colours of hues, saturations and values in [0, 1]."""
    x, as_given = _on_batches("hsv_to_rgb", images, data_format)
    y = colors.hsv_to_rgb(x)
    return as_given(y)


@also_on_symbols("ops.image")
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> torch.Tensor:
    """Each image through its map from places of the result to places of the image.

    Args:
        transform: (8,) or (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1 of
            ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1.
        fill_mode: "constant", "nearest", "reflect" or "wrap".
    """
    x, as_given = _on_batches("affine_transform", images, data_format)
    maps = convert_to_tensor(transform)
    y = warp_nhwc(x.float(), maps, interpolation, fill_mode, fill_value).to(x.dtype)
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
        size: of a patch, (height, width) or one number.
        strides: from one patch to the next; `size` when None, which puts them side by side.
        dilation_rate: from one pixel of a patch to its next.
        padding: "valid", or "same" for patches that reach over the border, over zeros.
    """
    x, as_given = _on_batches("extract_patches", images, data_format)
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
    x, as_given = _on_batches("gaussian_blur", images, data_format)
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
    x, as_given = _on_batches("crop_images", images, data_format)
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
    x, as_given = _on_batches("pad_images", images, data_format)
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
