"""Image sizes: images and batches of them, resized, cut and padded; HWC or NHWC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, ShapeError
from saccade.layers.sizes.batch_resampling import resize_nhwc
from saccade.names import unknown_name
from saccade.numerics.images.resampling import KERNELS
from saccade.tensorflow_alias.parts.tensors.tensors import sizes_of, tensor_of


class ResizeMethod:
    """The filters by TensorFlow's names."""

    AREA, BICUBIC, BILINEAR, GAUSSIAN = "area", "bicubic", "bilinear", "gaussian"
    LANCZOS3, LANCZOS5, MITCHELLCUBIC = "lanczos3", "lanczos5", "mitchellcubic"
    NEAREST_NEIGHBOR = "nearest"


_METHODS = (*KERNELS, "area", "nearest")


def of_batch(
    where: str, images: Any, function: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """`function` of a batch NHWC; a single image HWC goes in and out as one.

    Raises:
        ShapeError: neither three nor four axes.
    """
    value = tensor_of(images)
    if value.ndim not in (3, 4):
        raise ShapeError(where, "needs images (height, width, channels), or a batch of them",
                         str(tuple(value.shape)))  # fmt: skip
    return function(value) if value.ndim == 4 else function(value[None])[0]


def resize(
    images: Any, size: Any, method: str = "bilinear", preserve_aspect_ratio: bool = False,
    antialias: bool = False, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Images in another size; pixels are squares, whose middles lie at (j + 0.5) n / m - 0.5.

    Args:
        images: HWC or NHWC, of any range.
        size: (height, width) in pixels.
        method: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or
            "mitchellcubic".
        preserve_aspect_ratio: as large as fits into the size.
        antialias: a kernel that grows with the pixels where the result is smaller.

    Returns:
        float32 and not rounded; for "nearest" the dtype of the images.

    Source: `tf.image.resize`.
    """
    word = str(method).lower()
    if word not in _METHODS:
        raise unknown_name("tf.image.resize method", method, _METHODS)
    height, width = sizes_of(size)

    def resized(x_nhwc: torch.Tensor) -> torch.Tensor:
        h, w = height, width
        if preserve_aspect_ratio:
            share = min(h / x_nhwc.shape[1], w / x_nhwc.shape[2])
            h, w = (max(round(n * share), 1) for n in x_nhwc.shape[1:3])
        x_nhwc = x_nhwc if word == "nearest" else x_nhwc.float()
        return resize_nhwc(x_nhwc, h, w, word, antialias and word not in ("nearest", "area"))

    return of_batch("tf.image.resize", images, resized)


def resize_with_pad(
    image: Any, target_height: int, target_width: int, method: str = "bilinear",
    antialias: bool = False,
) -> torch.Tensor:  # fmt: skip
    """As large as fits without distortion, black around it."""

    def padded(x_nhwc: torch.Tensor) -> torch.Tensor:
        rows, columns = x_nhwc.shape[1:3]
        share = max(rows / target_height, columns / target_width)
        height, width = int(rows / share), int(columns / share)
        x_nhwc = resize(x_nhwc, (height, width), method, antialias=antialias)
        # the border is counted before the size is cut off to whole pixels, as TensorFlow does
        top = int(max((target_height - rows / share) / 2, 0))
        left = int(max((target_width - columns / share) / 2, 0))
        return pad_to_bounding_box(x_nhwc, top, left, target_height, target_width)

    return of_batch("tf.image.resize_with_pad", image, padded)


def pad_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> torch.Tensor:
    """Zeros around an image, so that it begins at an offset in a larger one."""

    def padded(x_nhwc: torch.Tensor) -> torch.Tensor:
        below = target_height - offset_height - x_nhwc.shape[1]
        right = target_width - offset_width - x_nhwc.shape[2]
        if min(below, right, offset_height, offset_width) < 0:
            raise ShapeError("tf.image.pad_to_bounding_box", "the image must fit into the target",
                             str(tuple(x_nhwc.shape[1:3])))  # fmt: skip
        return F.pad(x_nhwc, (0, 0, offset_width, right, offset_height, below))

    return of_batch("tf.image.pad_to_bounding_box", image, padded)


def crop_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> torch.Tensor:
    """A block of an image."""
    bottom, right = offset_height + target_height, offset_width + target_width

    def cropped(x_nhwc: torch.Tensor) -> torch.Tensor:
        rows, columns = x_nhwc.shape[1:3]
        if bottom > rows or right > columns or min(offset_height, offset_width) < 0:
            raise ShapeError("tf.image.crop_to_bounding_box", "the box must lie in the image",
                             f"one to {bottom}, {right} of {rows}, {columns}")  # fmt: skip
        return x_nhwc[:, offset_height:bottom, offset_width:right]

    return of_batch("tf.image.crop_to_bounding_box", image, cropped)


def resize_with_crop_or_pad(image: Any, target_height: int, target_width: int) -> torch.Tensor:
    """The middle of an image that is too large, zeros around one that is too small."""

    def fitted(x_nhwc: torch.Tensor) -> torch.Tensor:
        rows, columns = x_nhwc.shape[1:3]
        h, w = min(rows, target_height), min(columns, target_width)
        x_nhwc = crop_to_bounding_box(x_nhwc, (rows - h) // 2, (columns - w) // 2, h, w)
        top, left = (target_height - h) // 2, (target_width - w) // 2
        return pad_to_bounding_box(x_nhwc, top, left, target_height, target_width)

    return of_batch("tf.image.resize_with_crop_or_pad", image, fitted)


def central_crop(image: Any, central_fraction: float) -> torch.Tensor:
    """The middle of an image, this share of its height and width.

    Raises:
        InvalidArgument: a share outside (0, 1].
    """
    share = float(central_fraction)
    if not 0 < share <= 1:
        raise InvalidArgument("tf.image.central_crop", "the fraction must be in (0, 1]", str(share))

    def cropped(x_nhwc: torch.Tensor) -> torch.Tensor:
        rows, columns = x_nhwc.shape[1:3]
        top, left = int((rows - rows * share) / 2), int((columns - columns * share) / 2)
        return x_nhwc[:, top : rows - top, left : columns - left]

    return of_batch("tf.image.central_crop", image, cropped)


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> torch.Tensor:
    """A block of this size, of a tensor of any axes, somewhere in it."""
    tensor, sizes = tensor_of(value), sizes_of(size)
    if len(sizes) != tensor.ndim or any(n > m for n, m in zip(sizes, tensor.shape, strict=True)):
        raise ShapeError("tf.image.random_crop", f"{sizes} must fit into the tensor",
                         str(tuple(tensor.shape)))  # fmt: skip
    stream = None if seed is None else torch.Generator().manual_seed(int(seed))
    for axis, n in enumerate(sizes):
        start = int(torch.randint(tensor.shape[axis] - n + 1, (), generator=stream))
        tensor = tensor.narrow(axis, start, n)
    return tensor
