"""One file into one array: what Keras's `load_img` and `img_to_array` give, to the bit."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np

from saccade.data.files.jpeg import is_scalable, read_plain_jpeg
from saccade.data.files.opening import identify, open_source
from saccade.data.files.orientation import SIDEWAYS, orientation_of, turn, upright
from saccade.data.files.pillow_resizing import resize, take_nearest
from saccade.data.files.silence import quiet, silent_libtiff
from saccade.data.files.unreadable_image import UnreadableImage as UnreadableImage
from saccade.data.files.unreadable_image import unreadable
from saccade.errors import InvalidArgument
from saccade.names import unknown_name

if TYPE_CHECKING:
    from PIL import Image

COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
# Greyscale that Keras keeps as it is: 16 and 32 bits are not squeezed into 8.
_GREY_MODES = ("L", "I;16", "I")


def decode(
    path: str | os.PathLike[str],
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    exif: bool = False,
    fast: bool = False,
) -> np.ndarray:
    """Read an image file into an array.

    Law::

        open -> [turn as EXIF says] -> convert to color_mode -> [crop] -> resize -> array HWC

    The crop of `keep_aspect_ratio` is the largest centred one of the target's proportions. Keras
    never turns an image; `exif=True` shows it upright. Of an animation the first picture is read.
    What a file is, its content says, not its name.

    `fast=True` decodes a JPEG at 1/s of its size before all else, s the largest of 1, 2, 4 and 8
    that leaves at least twice the target in each direction: the filter then averages over pixels
    that are averages themselves. Other formats take no notice.

    Args:
        path: the file.
        color_mode: "rgb", "rgba" or "grayscale". Grayscale keeps 16 and 32 bits where the file
            has them, as Keras does. Transparency is left out, not blended, but for "rgba".
        target_size: (height, width) in pixels; None keeps the size.
        interpolation: one of `INTERPOLATIONS`, Pillow's filters; used only when the size changes.
        keep_aspect_ratio: crop first, instead of distorting.
        exif: apply the orientation that the camera wrote down.
        fast: decode large JPEGs at a reduced scale; nearly the same picture, in half the time.

    Returns:
        An array of its own, HWC: uint8 in [0, 255]; int32 or uint16 for such a greyscale file.
        As float32 it equals Keras's `img_to_array(load_img(...))`, unless `exif` or `fast` is set.

    Raises:
        NoSuchFile: there is no such file.
        UnreadableImage: it cannot be decoded (a DataError), or has more than
            `PIL.Image.MAX_IMAGE_PIXELS` pixels, 89,478,485 unless the program set another number.
        InvalidArgument: an option is wrong; no file has been touched then.

    Example:
        >>> import tempfile; from PIL import Image
        >>> path = tempfile.mkdtemp() + "/red.png"
        >>> Image.new("RGB", (4, 2), "red").save(path)
        >>> decode(path, target_size=(1, 2)).tolist()
        [[[255, 0, 0], [255, 0, 0]]]

    Source: Keras 3, utils/image_utils.py, load_img.
    """
    # "nearest" takes pixels out of an array; the other filters are Pillow's, and handing it an
    # array costs more than quick decoding saves: 3.0 ms against 1.7 for 640 x 480 pixels.
    if color_mode == "rgb" and interpolation == "nearest" and not fast:
        size_hw = None if target_size is None else check_target_size(target_size)
        plain_hwc = read_plain_jpeg(path, exif)
        if plain_hwc is not None:
            return (
                plain_hwc
                if size_hw is None
                else take_nearest(plain_hwc, size_hw, keep_aspect_ratio)
            )
    image = load_image(path, color_mode, target_size, interpolation, keep_aspect_ratio, exif, fast)
    image_hwc = np.array(image)
    return image_hwc if image_hwc.ndim == 3 else image_hwc[:, :, np.newaxis]


def load_image(
    source: str | bytes | os.PathLike[str] | io.BytesIO,
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    exif: bool = False,
    fast: bool = False,
    keep_deep: bool = False,
) -> Image.Image:
    """What `decode` does, up to the Pillow image; its pixels are read when this returns.

    `keep_deep` leaves a greyscale of 16 or 32 bits as it is in every colour mode: Pillow's way to
    RGB would cut it off at 255.
    """
    check_color_mode(color_mode)
    check_interpolation(interpolation)
    size_hw = None if target_size is None else check_target_size(target_size)
    opened, name = open_source(source)
    with opened as file, quiet():
        try:
            image = identify(file)
            is_fast = fast and image.format in ("JPEG", "MPO") and is_scalable(file)
            if is_fast and size_hw is not None:
                orientation = orientation_of(image) if exif else 1
                if orientation in SIDEWAYS:
                    size_hw = size_hw[1], size_hw[0]
                whole_wh, scale = image.size, _draft(image, size_hw)
                image.load()  # nothing below need read a pixel, and the file is closed soon
                image = _convert(image, color_mode, keep_deep)
                image = resize(image, size_hw, interpolation, keep_aspect_ratio, whole_wh, scale)
                return turn(image, orientation)
            with silent_libtiff() if image.format == "TIFF" else nullcontext():
                image.load()
            if exif:
                image = upright(image)
            image = _convert(image, color_mode, keep_deep)
            if size_hw is not None:
                image = resize(image, size_hw, interpolation, keep_aspect_ratio, image.size)
            return image
        except Exception as fault:  # Pillow's readers raise nearly anything on broken files
            raise unreadable(name, fault) from fault


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


def _draft(image: Image.Image, size_hw: tuple[int, int]) -> int:
    """Have a JPEG decoded at 1/s of its size in each direction; the largest s is returned."""
    height, width = size_hw
    whole_width = image.width
    drafted = image.draft(None, (2 * width, 2 * height))  # None: colours as in the file
    return 1 if drafted is None else round(whole_width / drafted[1][2])


def _convert(image: Image.Image, color_mode: str, keep_deep: bool) -> Image.Image:
    if color_mode == "grayscale" and image.mode in _GREY_MODES:
        return image
    if keep_deep and image.mode.startswith("I"):
        return image if image.mode in _GREY_MODES else image.convert("I")
    if image.mode == "LAB" and color_mode == "grayscale":
        image = image.convert("RGB")  # Pillow's only way there
    pillow_mode = COLOR_MODES[color_mode]
    return image if image.mode == pillow_mode else image.convert(pillow_mode)
