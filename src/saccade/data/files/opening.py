"""Opening: what an image file is, and whether it may be decoded, before a pixel of it is."""

from __future__ import annotations

import io
import os
from contextlib import AbstractContextManager, nullcontext
from typing import IO, TYPE_CHECKING

from saccade.data.files.unreadable_image import PROGRAMS, UnreadableImage
from saccade.errors import NoSuchFile

if TYPE_CHECKING:
    from PIL import Image

_IN_MEMORY_BYTES = 2**25  # files up to this size are read whole


def open_source(
    source: str | bytes | os.PathLike[str] | io.BytesIO,
) -> tuple[AbstractContextManager[IO[bytes]], str]:
    """A context that gives the open file, and what to call it in an error."""
    if isinstance(source, io.BytesIO):
        return nullcontext(source), "the given bytes"
    if not isinstance(source, str | bytes | os.PathLike):
        raise TypeError(f"path must be a path or io.BytesIO, got {type(source).__name__}")
    name = os.fsdecode(source)
    try:
        if os.stat(name).st_size > _IN_MEMORY_BYTES:
            return open(name, "rb"), f'"{name}"'
        with open(name, "rb") as file:  # Pillow takes its bytes in many little pieces
            return nullcontext(io.BytesIO(file.read())), f'"{name}"'
    except FileNotFoundError as fault:
        raise NoSuchFile(f'"{name}"', "must be an image file", "nothing of that name") from fault
    except OSError as fault:
        raise UnreadableImage(
            f'"{name}"', "must be readable", fault.strerror, "Check its permissions."
        ) from fault


def identify(file: IO[bytes]) -> Image.Image:
    """The opened image, no pixel read yet; an error where reading them would do harm."""
    from PIL import Image, UnidentifiedImageError

    image = Image.open(file)
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
