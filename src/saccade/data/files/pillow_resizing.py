"""Resizing: a picture at the size that a model wants, as Pillow does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image


def resize(
    image: Image.Image,
    size_hw: tuple[int, int],
    interpolation: str,
    keep_aspect_ratio: bool,
    whole_wh: tuple[int, int],
    scale: int = 1,
) -> Image.Image:
    """Crop and resize an image that was decoded at 1/scale of the size `whole_wh`."""
    from PIL import Image

    target_height, target_width = size_hw
    width, height = whole_wh
    if image.size == (target_width, target_height):
        return image
    (top, crop_height), (left, crop_width) = _crop(height, width, size_hw, keep_aspect_ratio)
    right, bottom = left + crop_width, top + crop_height
    resample = Image.Resampling[interpolation.upper()]
    box = (left / scale, top / scale, right / scale, bottom / scale)
    return image.resize((target_width, target_height), resample, box=box)


def take_nearest(
    image_hwc: np.ndarray, size_hw: tuple[int, int], keep_aspect_ratio: bool = False
) -> np.ndarray:
    """What Pillow's resizing by "nearest" gives, by taking rows and columns.

    Law: row r of the result is row floor(begin + step/2 + step + ... + step), r steps of
    length / rows, summed up one by one as Pillow does it, since the last bit decides ties.
    """
    boxes = _crop(image_hwc.shape[0], image_hwc.shape[1], size_hw, keep_aspect_ratio)
    for axis, ((begin, length), target) in enumerate(zip(boxes, size_hw, strict=True)):
        step = length / target
        steps = np.full(target, step)
        steps[0] = begin + step * 0.5
        image_hwc = image_hwc.take(np.add.accumulate(steps).astype(np.intp), axis)
    return image_hwc


def _crop(
    height: int, width: int, size_hw: tuple[int, int], keep_aspect_ratio: bool
) -> tuple[tuple[int, int], tuple[int, int]]:
    """(top, height) and (left, width) of the part of an image that is resized."""
    if not keep_aspect_ratio:
        return (0, height), (0, width)
    target_height, target_width = size_hw
    crop_height = min(height, width * target_height // target_width)
    crop_width = min(width, height * target_width // target_height)
    return ((height - crop_height) // 2, crop_height), ((width - crop_width) // 2, crop_width)
