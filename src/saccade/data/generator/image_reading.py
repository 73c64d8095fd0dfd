"""How a file becomes a row of a batch (size, colours, filter), and a label its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from saccade.data.files.decode import (
    CHANNELS,
    check_color_mode,
    check_interpolation,
    check_target_size,
    decode,
)

CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


@dataclass(frozen=True)
class ImageReading:
    """The choices that every image of a batch shares, checked when they are made.

    Attributes:
        target_size: (height, width) in pixels.
        color_mode: "rgb", "rgba" or "grayscale".
        interpolation: one of Pillow's filters by Keras's name.
        keep_aspect_ratio: crop the centre instead of distorting.
        exif: turn a photo upright, as the camera noted.
        fast: decode a large JPEG at a reduced scale.
    """

    target_size: tuple[int, int]
    color_mode: str = "rgb"
    interpolation: str = "nearest"
    keep_aspect_ratio: bool = False
    exif: bool = False
    fast: bool = False

    def __post_init__(self) -> None:
        check_target_size(self.target_size)
        check_color_mode(self.color_mode)
        check_interpolation(self.interpolation)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image read."""
        return (*self.target_size, CHANNELS[self.color_mode])

    def read(self, path: str) -> np.ndarray:
        """One file as HWC: uint8 in [0, 255], or uint16 and int32 for such a greyscale file."""
        return decode(
            path,
            self.color_mode,
            self.target_size,
            self.interpolation,
            self.keep_aspect_ratio,
            self.exif,
            **({"fast": True} if self.fast else {}),
        )


def encode_labels(
    labels: Sequence[Any] | np.ndarray, class_mode: str, num_classes: int, dtype: np.dtype
) -> np.ndarray:
    """Class numbers in the form that a class mode promises.

    Law: "sparse" and "binary" give the number itself, y_i = label_i; "categorical" one column for
    each class, y_ij = 1 where j is label_i or among the labels of an image that has several.

    Args:
        labels: integers (n,), or for "categorical" a list of integers for an image.
        class_mode: "sparse", "binary" or "categorical".
        num_classes: the number of columns.
        dtype: of the result, float32 in Keras whatever the mode.

    Returns:
        (n,) or (n, num_classes).

    Example:
        >>> encode_labels(np.array([1, 0]), "categorical", 3, np.dtype("float32")).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if class_mode != "categorical":
        return np.asarray(labels).astype(dtype)
    y = np.zeros((len(labels), num_classes), dtype)
    for row, label in zip(y, labels, strict=True):
        row[label] = 1
    return y
