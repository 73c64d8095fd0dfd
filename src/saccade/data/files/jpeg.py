"""JPEG decoded straight into an array, where the result is Pillow's to the bit.

Pillow and OpenCV bring the same decoder, libjpeg-turbo, with the same settings; OpenCV hands its
rows over in larger pieces and without a copy, which takes two thirds of the time. Whatever is not
an ordinary, whole JPEG is left to Pillow, so that there is one judge of odd files.
"""

from __future__ import annotations

import os
import re
import struct
from typing import IO

import numpy as np

from saccade.data.files.opencv import opencv
from saccade.disk.regular_file import read_regular
from saccade.errors import SaccadeError

_LONGEST_FILE = 2**25
_LONGEST_HEADER = 2**16  # EXIF is in one segment, which comes first
_FRAMES = frozenset((0xC0, 0xC1, 0xC2))  # baseline, extended, progressive; Huffman coded
_SCALABLE = _FRAMES | {0xC9, 0xCA}  # the same with arithmetic coding
_TABLES = frozenset((0xC4, 0xC8, 0xCC))  # between the frames' numbers
_ADOBE = 0xEE
_ALONE = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))  # markers without a length
_SCAN = 0xDA
# Pillow refuses a marker astray among the pixels, which OpenCV reads past. Stuffing, padding and
# restarts belong there; in a progressive image tables and further scans too.
_STRAY = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_STRAY_PROGRESSIVE = re.compile(rb"\xff[^\x00\xd0-\xd7\xff\xc4\xda\xdd]")


def read_plain_jpeg(path: object, exif: bool = False) -> np.ndarray | None:
    """The RGB pixels of a file that is named and made like most photos; None for any other.

    Args:
        path: the file.
        exif: whether the camera's orientation matters; then a photo with a note of it is None.
    """
    if not isinstance(path, str | os.PathLike):
        return None
    name = os.fspath(path)
    if not isinstance(name, str) or not name.lower().endswith((".jpg", ".jpeg")):
        return None
    try:
        content = read_regular(name, most_bytes=_LONGEST_FILE)
    except SaccadeError:  # Pillow's way says what is wrong
        return None
    if exif and b"Exif\0" in content[:_LONGEST_HEADER]:
        return None
    from PIL import Image

    return decode_jpeg(content, Image.MAX_IMAGE_PIXELS)


def decode_jpeg(content: bytes, most_pixels: int | None) -> np.ndarray | None:
    """The RGB pixels of an ordinary JPEG; None for anything else, which says nothing about it.

    Args:
        content: the file.
        most_pixels: larger images are None too, before a pixel is decoded.

    Returns:
        uint8 (height, width, 3), the image as it is stored, whatever EXIF says; or None.
    """
    size_hw = _ordinary_size(content)
    if size_hw is None or (most_pixels is not None and size_hw[0] * size_hw[1] > most_pixels):
        return None
    cv2 = opencv()
    if not hasattr(cv2, "IMREAD_COLOR_RGB"):  # an old one
        return None
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    image_hwc = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), flags)
    if image_hwc is None or image_hwc.shape != (*size_hw, 3):
        return None
    return image_hwc


def is_scalable(file: IO[bytes]) -> bool:
    """Whether a JPEG can be decoded at a part of its size; False for a lossless one (SOF3).

    One that is made so oddly that it cannot be told is left to Pillow.

    Args:
        file: open; it stands where it stood afterwards.
    """
    before = file.tell()
    try:
        place = 2
        while True:
            file.seek(place)
            head = file.read(4)
            if len(head) < 4 or head[0] != 0xFF:
                return True
            if head[1] == 0xFF:  # padding
                place += 1
            elif head[1] in _ALONE:
                place += 2
            elif 0xC0 <= head[1] <= 0xCF and head[1] not in _TABLES:
                return head[1] in _SCALABLE
            elif head[1] == _SCAN:
                return True
            else:
                place += 2 + int.from_bytes(head[2:], "big")
    finally:
        file.seek(before)


def _ordinary_size(content: bytes) -> tuple[int, int] | None:
    """(height, width) of a whole grey or YCbCr JPEG of 8 bits; None for other content."""
    if content[:3] != b"\xff\xd8\xff" or content[-2:] != b"\xff\xd9":
        return None
    place, size_hw, progressive = 2, None, False
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _ALONE or marker == 0xFF:
            return None
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == _SCAN:
            stray = _STRAY_PROGRESSIVE if progressive else _STRAY
            return None if stray.search(content, place + 2, len(content) - 2) else size_hw
        body = content[place + 4 : place + 2 + length]
        if marker == _ADOBE and body[:5] == b"Adobe" and body[-1:] != b"\x01":
            return None  # CMYK, or RGB that was never turned into YCbCr
        if marker in _FRAMES:
            size_hw, progressive = _frame_size(body), marker == 0xC2
            if size_hw is None:
                return None
        elif 0xC0 <= marker <= 0xCF and marker not in _TABLES:
            return None  # lossless, arithmetic, hierarchical
        place += 2 + length
    return None


def _frame_size(body: bytes) -> tuple[int, int] | None:
    if len(body) < 6:
        return None
    bits, height, width, components = struct.unpack(">BHHB", body[:6])
    names = body[6 : 6 + 3 * components : 3]
    if bits != 8 or not height or not width or components not in (1, 3) or names == b"RGB":
        return None
    return height, width
