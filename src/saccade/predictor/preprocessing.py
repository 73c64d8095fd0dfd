"""Preprocessing: how a picture becomes a model's input; it travels in the model file."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import torch

from saccade.applications.imagenet_utils import preprocess_input
from saccade.data.files.decode import (
    CHANNELS,
    check_color_mode,
    check_interpolation,
    check_target_size,
    load_image,
)
from saccade.errors import FileFormatError, InvalidArgument, ShapeError
from saccade.names import unknown_name
from saccade.numerics.tensors.conversion import as_tensor

Picture = str | os.PathLike[str] | np.ndarray
MODES = ("caffe", "tf", "torch")
MOST_RESCALE = 1e30  # so that a value times it is a float32
_KINDS = {
    "target_size": (list, tuple), "color_mode": (str,), "interpolation": (str,), "exif": (bool,),
    "rescale": (float, int), "mode": (str,), "mirrored": (bool,),
}  # fmt: skip


@dataclass(frozen=True)
class Preprocessing:
    """The way from a picture to a model's input, the same in training and in use.

    Law::

        read:   turn as EXIF says -> color_mode -> resize -> 8 bits      (uint8 HWC)
        scale:  x * rescale, then what the mode says                     (float32)

    A JPEG of more than twice the target's size is decoded at a half, a quarter or an eighth of it,
    as `saccade.data.files.decode` says under `fast`; the law is the same for every file of a kind.

    Args:
        target_size: (height, width) in pixels.
        color_mode: "grayscale" or "rgb".
        interpolation: Pillow's filter for resizing, by Keras's name.
        exif: turn a photo upright, as the camera noted.
        rescale: what every value in [0, 255] is multiplied by.
        mirrored: whether the model's answer is the mean of those to the image and to its mirror
            image; see `saccade.predictor.answers`.
        mode: what the weights of a published network ask for: "caffe", "tf" or "torch", as
            `saccade.applications.imagenet_utils.preprocess_input` defines them (with rescale=1);
            "" for nothing more.

    Raises:
        InvalidArgument: a value that cannot work.

    Example:
        >>> preprocessing = Preprocessing((2, 3), "grayscale")
        >>> image_hwc = preprocessing.read(np.full((4, 6), 51, dtype=np.uint8))
        >>> image_hwc.shape, round(float(preprocessing.scale(image_hwc).mean()), 3)
        ((2, 3, 1), 0.2)
    """

    target_size: tuple[int, int]
    color_mode: str = "rgb"
    interpolation: str = "bilinear"
    exif: bool = True
    rescale: float = 1 / 255
    mode: str = ""
    mirrored: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "target_size", check_target_size(self.target_size))
        check_color_mode(self.color_mode)
        check_interpolation(self.interpolation)
        if self.color_mode == "rgba":
            raise InvalidArgument("preprocessing", "color_mode must be grayscale or rgb", "'rgba'")
        if self.mode and self.mode not in MODES:
            raise unknown_name("preprocessing, mode", self.mode, MODES)
        if self.mode and self.color_mode != "rgb":
            raise InvalidArgument(
                "preprocessing", f"mode {self.mode!r} is made for rgb", repr(self.color_mode)
            )

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Preprocessing:
        """The preprocessing that a model file tells of.

        Raises:
            FileFormatError: a key that this version does not know, or a value that cannot work: a
                step left out would make predictions wrong without a word.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(record) - known)
        if unknown or "target_size" not in record:
            raise FileFormatError(
                "preprocessing",
                f"must have target_size and otherwise only {', '.join(sorted(known))}",
                f"{', '.join(record) or 'nothing'}",
                "The model may be of a newer version of saccade." if unknown else "",
            )
        for word, kinds in _KINDS.items():
            if word in record and (type(record[word]) not in kinds):
                got = f"{record[word]!r:.100}"
                raise FileFormatError("preprocessing", f"{word} must be a {kinds[0].__name__}", got)
        if not abs(record.get("rescale", 1)) <= MOST_RESCALE:  # of NaN too
            got = f"{record['rescale']!r:.100}"
            raise FileFormatError("preprocessing", f"rescale must be within {MOST_RESCALE}", got)
        try:
            return cls(**record)
        except (InvalidArgument, TypeError) as fault:
            raise FileFormatError("preprocessing", str(fault)) from fault

    def to_dict(self) -> dict[str, Any]:
        """Plain words and numbers, for the model file; `from_dict` reads them back."""
        record = asdict(self) | {"target_size": list(self.target_size)}
        for later in ("mode", "mirrored"):
            if not record[later]:
                del record[later]  # so that versions before there was one read the file
        return record

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image."""
        return (*self.target_size, CHANNELS[self.color_mode])

    def read(self, picture: Picture) -> np.ndarray:
        """One picture at the model's size.

        Args:
            picture: a file, or an array, which is treated as the file it would be saved to: uint8
                in [0, 255] (uint16 in [0, 65535]), HW, or HWC with 1, 3 (RGB) or 4 (RGBA) channels.

        Returns:
            uint8 HWC in [0, 255]. 16 bits are scaled down, not cut off.

        Raises:
            NoSuchFile, UnreadableImage: a file that is not there, or is no image.
            ShapeError, InvalidArgument: an array of another shape or dtype.
        """
        image = load_image(
            _as_png(picture) if isinstance(picture, np.ndarray) else picture,
            self.color_mode,
            self.target_size,
            self.interpolation,
            exif=self.exif,
            fast=True,
            keep_deep=True,
        )
        image_hwc = _eight_bits(np.array(image).reshape(*self.target_size, -1))
        channels = CHANNELS[self.color_mode]
        if image_hwc.shape[-1] != channels:
            image_hwc = np.repeat(image_hwc, channels, axis=-1)
        return image_hwc

    def scale(self, batch_nhwc: np.ndarray | torch.Tensor) -> torch.Tensor:
        """Values in [0, 255], any shape, channels last -> float32 as the model takes it."""
        x = as_tensor(batch_nhwc).to(torch.float32)
        if self.rescale != 1:
            x = x * float(self.rescale)
        return preprocess_input(x, mode=self.mode) if self.mode else x


def _eight_bits(image_hwc: np.ndarray) -> np.ndarray:
    if image_hwc.dtype == np.uint8:
        return image_hwc
    wide = np.clip(image_hwc.astype(np.int64), 0, 65535)
    return ((wide + 128) // 257).astype(np.uint8)


def _as_png(image: np.ndarray) -> io.BytesIO:
    """An array as an uncompressed PNG, so that arrays and files take one way."""
    from PIL import Image

    if image.dtype not in (np.uint8, np.uint16):
        raise InvalidArgument(
            "image array",
            "must be uint8 in [0, 255], as read from a file",
            image.dtype,
            "Preprocessing is done for you: give the values before any scaling.",
        )
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    deep_color = image.ndim == 3 and image.dtype != np.uint8
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)) or deep_color:
        raise ShapeError(
            "image array",
            "must be (height, width), or uint8 with 1, 3 or 4 channels last",
            f"{image.dtype} {image.shape}",
        )
    content = io.BytesIO()
    Image.fromarray(image).save(content, format="PNG", compress_level=0)
    content.seek(0)
    return content
