"""How image files become the rows of a batch: size, colours, filter; and labels their columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from saccade.data.decode import (
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
    """

    target_size: tuple[int, int]
    color_mode: str = "rgb"
    interpolation: str = "nearest"
    keep_aspect_ratio: bool = False

    def __post_init__(self) -> None:
        check_target_size(self.target_size)
        check_color_mode(self.color_mode)
        check_interpolation(self.interpolation)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image read."""
        return (*self.target_size, CHANNELS[self.color_mode])

    def read(self, path: str) -> np.ndarray:
        """One file as float32 HWC, in [0, 255] (more for 16- and 32-bit greyscale)."""
        image_hwc = decode(
            path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
        )
        return image_hwc.astype(np.float32)


def encode_labels(
    labels: np.ndarray, class_mode: str, num_classes: int, dtype: np.dtype
) -> np.ndarray:
    """Class numbers in the form that a class mode promises.

    Law: "sparse" and "binary" give the number itself, y_i = label_i; "categorical" one column for
    each class, y_ij = 1 where label_i = j, else 0.

    Args:
        labels: integers (n,).
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
        return labels.astype(dtype)
    return (labels[:, np.newaxis] == np.arange(num_classes)).astype(dtype)
