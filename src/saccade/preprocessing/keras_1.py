"""Functions of images that scripts for Keras 1 and early 2 import from `preprocessing.image`."""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np

from saccade.data.transforms.affine import warp

NAMES = ("apply_transform", "list_pictures", "transform_matrix_offset_center")


def transform_matrix_offset_center(matrix: Any, x: float, y: float) -> np.ndarray:
    """A (3, 3) matrix that acts around the centre of an image instead of around its corner.

    Args:
        x, y: the image's height and width in px.
    """
    there, back = np.eye(3), np.eye(3)
    there[:2, 2] = x / 2 + 0.5, y / 2 + 0.5
    back[:2, 2] = -there[:2, 2]
    return there @ np.asarray(matrix) @ back


def apply_transform(
    x: np.ndarray,
    transform_matrix: Any,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:
    """One image with its pixels moved: `data.transforms.affine.warp` says the law.

    Args:
        x: one image with three axes.
        transform_matrix: (3, 3), from a place in the result to that in the image.
        channel_axis: which axis of x counts channels.
        fill_mode, cval: what lies outside.
    """
    moved = warp(np.moveaxis(x, channel_axis, 2), np.asarray(transform_matrix), fill_mode, cval)
    return np.moveaxis(moved, 2, channel_axis)


def list_pictures(directory: str, ext: str = "jpg|jpeg|bmp|png|ppm") -> list[str]:
    """The image files in a folder and those below it.

    Args:
        ext: endings, with | between them.
    """
    wanted = re.compile(rf"([\w-]+\.(?:{ext}))", re.IGNORECASE)
    return [
        os.path.join(root, file)
        for root, _, files in os.walk(directory)
        for file in files
        if wanted.match(file)
    ]
