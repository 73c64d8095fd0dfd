"""Unreadable image: the error that says what is wrong with an image file."""

from __future__ import annotations

import os

from saccade.errors import DataError

# Pillow would start another program to draw these.
PROGRAMS = {"EPS": "PostScript", "WMF": "a Windows metafile"}


class UnreadableImage(DataError, OSError):
    """A file that is no image, or a broken one; also an OSError, as Pillow's own error is."""


def unreadable(name: str, fault: Exception) -> UnreadableImage:
    """The error for the file called `name`, which Pillow could not read for `fault`."""
    from PIL import Image, UnidentifiedImageError

    bomb = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    do = "Open it in a viewer; replace it or take it out of the folder."
    if isinstance(fault, UnidentifiedImageError):
        got = "a file of another kind or a damaged one"
        if os.path.basename(name.strip('"')).startswith("._"):
            do = "It is a side file of macOS, not a picture: delete it."
        elif str(fault) in PROGRAMS.values():
            got, do = f"{fault}, a program that draws a picture", "Convert it to PNG or JPEG."
        elif name.strip('"').lower().endswith((".heic", ".heif", ".avif", ".svg", ".dng")):
            do = "Convert it to PNG or JPEG."
    elif isinstance(fault, bomb):
        got = f"too many pixels ({fault})"
        do = "If you trust the file, shrink it first, or raise PIL.Image.MAX_IMAGE_PIXELS."
    elif isinstance(fault, MemoryError):
        got, do = "more pixels than there is memory for", "Shrink it first."
    else:
        got = f"{type(fault).__name__}: {fault}"
    return UnreadableImage(name, "must be an image that can be decoded", got, do)
