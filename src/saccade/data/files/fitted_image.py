"""FittedImage: one file as a float image of one size, as Keras's dataset functions make it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from saccade.data.files.decode import CHANNELS, check_color_mode, load_image
from saccade.data.files.jpeg import read_plain_jpeg
from saccade.errors import InvalidArgument
from saccade.names import unknown_name
from saccade.numerics.images.resampling import middle_of, resize_hwc

INTERPOLATIONS = (
    *("bilinear", "nearest", "bicubic", "area"),
    *("lanczos3", "lanczos5", "gaussian", "mitchellcubic"),
)
_DEEPEST = 255


@dataclass(frozen=True)
class FittedImage:
    """How files become float images: checked when it is made, then `read` for each file.

    Law::

        decode -> 8 bits -> color_mode -> [crop] -> resize, neither antialiased nor rounded -> [pad]

    Attributes:
        size_hw: (height, width) in pixels.
        color_mode: "rgb", "rgba" or "grayscale".
        interpolation: one of `INTERPOLATIONS`.
        crop: cut to the new proportions first, around the middle.
        pad: keep the proportions and put black on two sides, as `tf.image.resize_with_pad`.
    """

    size_hw: tuple[int, int]
    color_mode: str = "rgb"
    interpolation: str = "bilinear"
    crop: bool = False
    pad: bool = False

    def __post_init__(self) -> None:
        check_color_mode(self.color_mode)
        if self.interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", self.interpolation, INTERPOLATIONS)
        if self.crop and self.pad:
            raise InvalidArgument(
                "crop_to_aspect_ratio", "and pad_to_aspect_ratio exclude each other", "both"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image."""
        return (*self.size_hw, CHANNELS[self.color_mode])

    def read(self, path: str) -> np.ndarray:
        """A file as (height, width, channels), float32 in [0, 255].

        Raises:
            NoSuchFile, UnreadableImage: the file is gone, or is no image.
        """
        return self.fit(self._pixels(path))

    def fit(self, image_hwc: np.ndarray) -> np.ndarray:
        """An image (height, width, channels) in the new size, float32."""
        if self.pad:
            return self._padded(image_hwc)
        if self.crop:
            rows, columns = middle_of(image_hwc.shape[0], image_hwc.shape[1], *self.size_hw)
            image_hwc = image_hwc[rows, columns]
        return resize_hwc(image_hwc, *self.size_hw, self.interpolation)

    def _pixels(self, path: str) -> np.ndarray:
        plain_hwc = read_plain_jpeg(path) if self.color_mode == "rgb" else None
        if plain_hwc is not None:
            return plain_hwc
        pixels = np.asarray(load_image(path, self.color_mode, keep_deep=True))
        channels = CHANNELS[self.color_mode]
        if pixels.dtype != np.uint8:  # 16 bits a pixel, of which TensorFlow keeps the upper 8
            pixels = (pixels >> 8).clip(0, _DEEPEST).astype(np.uint8)
        if pixels.ndim == 3:
            return pixels
        grey_hwc = pixels[:, :, np.newaxis]
        if channels == 1:
            return grey_hwc
        opaque = np.full_like(grey_hwc, _DEEPEST)
        return np.concatenate([grey_hwc] * 3 + [opaque] * (channels - 3), axis=2)

    def _padded(self, image_hwc: np.ndarray) -> np.ndarray:
        height, width = np.float32(image_hwc.shape[0]), np.float32(image_hwc.shape[1])
        target_height, target_width = (np.float32(side) for side in self.size_hw)
        ratio = max(width / target_width, height / target_height)
        inner_height, inner_width = height / ratio, width / ratio
        top = max(0, math.floor((target_height - inner_height) / 2))
        left = max(0, math.floor((target_width - inner_width) / 2))
        rows, columns = math.floor(inner_height), math.floor(inner_width)
        if min(rows, columns) < 1:
            raise InvalidArgument(
                "pad_to_aspect_ratio",
                "leaves no pixel of an image",
                f"{image_hwc.shape[0]} x {image_hwc.shape[1]} into {self.size_hw}",
            )
        padded_hwc = np.zeros((*self.size_hw, image_hwc.shape[2]), dtype=np.float32)
        padded_hwc[top : top + rows, left : left + columns] = resize_hwc(
            image_hwc, rows, columns, self.interpolation
        )
        return padded_hwc
