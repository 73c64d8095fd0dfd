"""Orientation: how a camera was held, and the picture turned upright."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from saccade.data.files.opening import open_image
from saccade.data.files.silence import quiet
from saccade.disk.regular_file import open_regular

if TYPE_CHECKING:
    from PIL import Image

TAG = 0x0112
HEAD_BYTES = 2**13  # of a file: EXIF and XMP stand in front, or their notes begin there
SIDEWAYS = (5, 6, 7, 8)  # height and width change places
# What turns a stored picture upright: Pillow's `Transpose` by name.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, from 1 (as it is) to 8; 1 where none is written or it is nonsense."""
    try:
        orientation = image.getexif().get(TAG, 1)
    except Exception:  # the notes are broken; the picture need not be
        return 1
    return orientation if orientation in _TURNS else 1


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """The stored picture turned or mirrored as an orientation says."""
    from PIL import Image

    return image.transpose(Image.Transpose[_TURNS[orientation]]) if orientation in _TURNS else image


def upright(image: Image.Image) -> Image.Image:
    """The picture as it was seen: turned or mirrored as its EXIF orientation says.

    Source: EXIF 2.3, tag 274.
    """
    image.load()  # a TIFF is turned by Pillow itself, which then takes the tag away
    return turn(image, orientation_of(image))


def count_rotated(paths: Iterable[str | os.PathLike[str]]) -> int:
    """How many of the files a reader that knows no EXIF would show turned or mirrored.

    Only the first bytes of a file are read where they tell that it has no such note. Files that
    cannot be read count as upright, and so do TIFF files, which Pillow turns by itself.

    Args:
        paths: the files.

    Returns:
        The number of files with an orientation from 2 to 8.

    Example:
        >>> import tempfile; from PIL import Image
        >>> path, exif = tempfile.mkdtemp() + "/photo.jpg", Image.Exif()
        >>> exif[0x0112] = 6
        >>> Image.new("RGB", (4, 2)).save(path, exif=exif)
        >>> count_rotated([path])
        1
    """
    return sum(_is_rotated(path) for path in paths)


def _is_rotated(path: str | os.PathLike[str]) -> bool:
    try:
        with open_regular(path) as file:
            head = file.read(HEAD_BYTES)
            if not _may_tell(head):
                return False
            with quiet():
                image = open_image(file)
                return image.format != "TIFF" and orientation_of(image) != 1
    except Exception:  # reading the whole file says what is wrong
        return False


def _may_tell(head: bytes) -> bool:
    """Whether the start of a file hints at an orientation: most tell at once that it has none."""
    if head[:4] == b"RIFF":  # WebP keeps EXIF behind the pixels, and a flag in front
        return len(head) > 20 and bool(head[20] & 8)
    return any(word in head for word in (b"Exif", b"eXIf", b"ns.adobe.com/xap"))
