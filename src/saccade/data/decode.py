"""One file into one array: what Keras's `load_img` and `img_to_array` give, to the bit."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saccade.errors import DataError, InvalidArgument, NoSuchFile
from saccade.names import unknown_name

if TYPE_CHECKING:
    from PIL import Image

COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
# Greyscale that Keras keeps as it is: 16 and 32 bits are not squeezed into 8.
_GREY_MODES = ("L", "I;16", "I")


class UnreadableImage(DataError, OSError):
    """A file that is no image, or a broken one; also an OSError, as Pillow's own error is."""


def decode(
    path: str | os.PathLike[str],
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    exif: bool = False,
) -> np.ndarray:
    """Read an image file into an array.

    Law::

        open -> [turn as EXIF says] -> convert to color_mode -> [crop] -> resize -> array HWC

    The crop of `keep_aspect_ratio` is the largest centred one of the target's proportions. Keras
    never turns an image; `exif=True` shows it upright.

    Args:
        path: the file.
        color_mode: "rgb", "rgba" or "grayscale". Grayscale keeps 16 and 32 bits where the file
            has them, as Keras does.
        target_size: (height, width) in pixels; None keeps the size.
        interpolation: one of `INTERPOLATIONS`, Pillow's filters; used only when the size changes.
        keep_aspect_ratio: crop first, instead of distorting.
        exif: apply the orientation that the camera wrote down.

    Returns:
        An array of its own, HWC: uint8 in [0, 255]; int32 or uint16 for such a greyscale file.
        As float32 it equals Keras's `img_to_array(load_img(...))`.

    Raises:
        NoSuchFile: there is no such file.
        UnreadableImage: it cannot be decoded (a DataError).
        InvalidArgument: an option is wrong; no file has been touched then.

    Example:
        >>> import tempfile; from PIL import Image
        >>> path = tempfile.mkdtemp() + "/red.png"
        >>> Image.new("RGB", (4, 2), "red").save(path)
        >>> decode(path, target_size=(1, 2)).tolist()
        [[[255, 0, 0], [255, 0, 0]]]

    Source: Keras 3, utils/image_utils.py, load_img.
    """
    image = load_image(path, color_mode, target_size, interpolation, keep_aspect_ratio, exif)
    image_hwc = np.array(image)
    return image_hwc if image_hwc.ndim == 3 else image_hwc[:, :, np.newaxis]


def load_image(
    source: str | bytes | os.PathLike[str] | io.BytesIO,
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    exif: bool = False,
) -> Image.Image:
    """What `decode` does, up to the Pillow image; its pixels are read when this returns."""
    check_color_mode(color_mode)
    check_interpolation(interpolation)
    size_hw = None if target_size is None else check_target_size(target_size)
    content, name = _read(source)

    from PIL import Image, ImageOps

    try:
        image = Image.open(content)
        if exif:
            image = ImageOps.exif_transpose(image)
        image = _convert(image, color_mode)
        if size_hw is not None:
            image = _resize(image, size_hw, interpolation, keep_aspect_ratio)
        image.load()
    except Exception as fault:  # Pillow's readers raise nearly anything on broken files
        raise _unreadable(name, fault) from fault
    return image


def check_color_mode(color_mode: str) -> None:
    """Raise UnknownName unless it is a colour mode."""
    if color_mode not in COLOR_MODES:
        raise unknown_name("color_mode", color_mode, COLOR_MODES)


def check_interpolation(interpolation: str) -> None:
    """Raise UnknownName unless it is one of Pillow's filters."""
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)


def check_target_size(target_size: Sequence[int]) -> tuple[int, int]:
    """The target size as (height, width); raise InvalidArgument unless two positive integers."""
    try:
        height, width = (int(side.__index__()) for side in target_size)
    except (TypeError, ValueError, AttributeError):
        height = width = 0
    if min(height, width) < 1:
        raise InvalidArgument(
            "target_size", "must be (height, width), two positive integers", repr(target_size)
        )
    return height, width


def _read(source: str | bytes | os.PathLike[str] | io.BytesIO) -> tuple[io.BytesIO, str]:
    """The content of a file, closed again, and what to call it in an error."""
    if isinstance(source, io.BytesIO):
        return source, "the given bytes"
    if not isinstance(source, str | bytes | os.PathLike):
        raise TypeError(f"path must be a path or io.BytesIO, got {type(source).__name__}")
    name = os.fsdecode(source)
    try:
        return io.BytesIO(Path(name).read_bytes()), f'"{name}"'
    except FileNotFoundError as fault:
        raise NoSuchFile(f'"{name}"', "must be an image file", "nothing of that name") from fault
    except OSError as fault:
        raise UnreadableImage(
            f'"{name}"', "must be readable", fault.strerror, "Check its permissions."
        ) from fault


def _convert(image: Image.Image, color_mode: str) -> Image.Image:
    if color_mode == "grayscale" and image.mode in _GREY_MODES:
        return image
    pillow_mode = COLOR_MODES[color_mode]
    return image if image.mode == pillow_mode else image.convert(pillow_mode)


def _resize(
    image: Image.Image,
    size_hw: tuple[int, int],
    interpolation: str,
    keep_aspect_ratio: bool,
) -> Image.Image:
    from PIL import Image

    target_height, target_width = size_hw
    width, height = image.size
    if (height, width) == size_hw:
        return image
    box = None
    if keep_aspect_ratio:
        crop_height = min(height, width * target_height // target_width)
        crop_width = min(width, height * target_width // target_height)
        top, left = (height - crop_height) // 2, (width - crop_width) // 2
        box = (left, top, left + crop_width, top + crop_height)
    resample = Image.Resampling[interpolation.upper()]
    return image.resize((target_width, target_height), resample, box=box)


def _unreadable(name: str, fault: Exception) -> UnreadableImage:
    from PIL import Image, UnidentifiedImageError

    do = "Open it in a viewer; replace it or take it out of the folder."
    if isinstance(fault, UnidentifiedImageError):
        got = "a file of another kind or a damaged one"
        if os.path.basename(name.strip('"')).startswith("._"):
            do = "It is a side file of macOS, not a picture: delete it."
        elif name.strip('"').lower().endswith((".heic", ".avif", ".svg")):
            do = "Convert it to PNG or JPEG."
    elif isinstance(fault, Image.DecompressionBombError):
        got = f"far too many pixels ({fault})"
        do = "If you trust the file, shrink it first."
    else:
        got = f"{type(fault).__name__}: {fault}"
    return UnreadableImage(name, "must be an image that can be decoded", got, do)
