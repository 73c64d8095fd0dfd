"""Opening: what an image file is, and whether it may be decoded, before a pixel of it is."""

from __future__ import annotations

import io
import os
from contextlib import AbstractContextManager, nullcontext
from typing import IO, TYPE_CHECKING

from saccade.data.files.unreadable_image import PROGRAMS, UnreadableImage
from saccade.disk.regular_file import open_small_in_memory

if TYPE_CHECKING:
    from PIL import Image

_IN_MEMORY_BYTES = 2**25  # files up to this size are read whole
_SPARE_BYTES = 2**26  # what a file may hold beside its pixels
_PIXEL_BYTES = 8  # RGBA of 16 bits, not compressed
_NEEDED = "must be an image file"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Every format that Pillow reads by itself, in the order in which it asks them in a new process.
# Pillow learns of most by the endings of the files that it is given; some know their own files
# by little (TGA), so what a file is would depend on what was opened before it.
_USUAL = ("BMP", "DIB", "GIF", "JPEG", "PPM", "PNG")
_OTHERS = (
    *("AVIF", "BLP", "BUFR", "CUR", "PCX", "DCX", "DDS", "EPS", "FITS", "FLI", "FTEX", "GBR"),
    *("GRIB", "HDF5", "JPEG2000", "ICNS", "ICO", "IM", "IMT", "IPTC", "MCIDAS", "MPEG", "TIFF"),
    *("MSP", "PCD", "PIXAR", "PSD", "QOI", "SGI", "SPIDER", "SUN", "TGA", "WEBP", "WMF", "XBM"),
    *("XPM", "XVTHUMB"),
)


def open_source(
    source: str | bytes | os.PathLike[str] | io.BytesIO,
) -> tuple[AbstractContextManager[IO[bytes]], str]:
    """A context that gives the open file, and what to call it in an error.

    Raises:
        NoSuchFile: there is nothing of that name.
        UnreadableImage: no regular file; one that may not be read; one of more bytes than an
            image of the most pixels can have.
    """
    if isinstance(source, io.BytesIO):
        return nullcontext(source), "the given bytes"
    if not isinstance(source, str | bytes | os.PathLike):
        raise TypeError(f"path must be a path or io.BytesIO, got {type(source).__name__}")
    where = f'"{os.fsdecode(source)}"'
    # Pillow takes its bytes in many little pieces: better out of memory.
    file = open_small_in_memory(source, where, _NEEDED, UnreadableImage, _IN_MEMORY_BYTES)
    if isinstance(file, io.BytesIO):
        return nullcontext(file), where
    size_bytes = os.fstat(file.fileno()).st_size
    most_bytes = _most_bytes()
    if most_bytes is not None and size_bytes > most_bytes and file.read(4) not in _TIFF:
        file.close()  # of a TIFF, only the first picture is read; others may be read whole
        limit = f"must have no more than {most_bytes:,} bytes"
        raise UnreadableImage(where, limit, f"{size_bytes:,}", "Shrink it first.")
    file.seek(0)
    return file, where


def _most_bytes() -> int | None:
    """The size of the largest image file that is read; None where Pillow was told no limit."""
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    return None if limit is None else _PIXEL_BYTES * limit + _SPARE_BYTES


def open_image(file: IO[bytes]) -> Image.Image:
    """Pillow's image of an open file, no pixel read: what it is, its content alone says.

    Formats that the program has registered with Pillow come after the usual ones.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(file, formats=_known(_USUAL))
    except UnidentifiedImageError:
        Image.init()
    theirs = sorted(set(Image.OPEN).difference(_USUAL, _OTHERS))
    return Image.open(file, formats=(*theirs, *_known(_OTHERS)))


def _known(formats: tuple[str, ...]) -> list[str]:
    """Those that this build of Pillow reads; not all of them before `Image.init`."""
    from PIL import Image

    Image.preinit()
    return [one for one in formats if one in Image.OPEN]


def identify(file: IO[bytes]) -> Image.Image:
    """The opened image, no pixel read yet; an error where reading them would do harm."""
    from PIL import Image, UnidentifiedImageError

    image = open_image(file)
    limit = Image.MAX_IMAGE_PIXELS
    pixels = max(image.width * image.height, _tile_pixels(image))
    if limit is not None and pixels > limit:  # Pillow itself reads up to twice as many
        raise Image.DecompressionBombError(f"{pixels:,}, and the limit is {limit:,}")
    if image.format in PROGRAMS:
        raise UnidentifiedImageError(PROGRAMS[image.format])
    return image


def _tile_pixels(image: Image.Image) -> int:
    """A TIFF is decoded tile by tile, and its tiles may be larger than the picture."""
    tags = getattr(image, "tag_v2", {})
    width, height = tags.get(322, 0), tags.get(323, 0)  # TileWidth, TileLength
    return width * height if isinstance(width, int) and isinstance(height, int) else 0
