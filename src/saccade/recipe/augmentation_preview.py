"""Augmentation preview: what the network will see of a few photos."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saccade.data import UnreadableImage, decode
from saccade.drawing.augmentation import check_output, draw_augmentations, preview_rows
from saccade.errors import DataError, InvalidArgument
from saccade.recipe.listener import Lines, Listener
from saccade.recipe.photos.picture_files import list_pictures

# Each as strong as a photo usually bears; upside down few subjects are themselves.
SENSIBLE = {
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "shear_range": 10,
    "zoom_range": 0.2,
    "channel_shift_range": 30,
    "horizontal_flip": True,
    "brightness_range": (0.7, 1.3),
    "contrast_range": 0.3,
    "blur_range": 1.5,
    "sharpen_range": 1.0,
    "noise_range": 15,
}
LARGEST_PX = 1024
Range = float | Sequence[float] | None


def augment_preview(
    folder: str | os.PathLike[str],
    output: str | os.PathLike[str] = "augment-preview.png",
    overwrite: bool = False,
    photos: int = 4,
    samples: int = 2,
    size: int | str | tuple[int, int] = 150,
    seed: int = 0,
    rotation_range: Range = None,
    width_shift_range: Range = None,
    height_shift_range: Range = None,
    shear_range: Range = None,
    zoom_range: Range = None,
    channel_shift_range: Range = None,
    horizontal_flip: bool = False,
    vertical_flip: bool = False,
    brightness_range: Range = None,
    contrast_range: Range = None,
    blur_range: Range = None,
    sharpen_range: Range = None,
    noise_range: Range = None,
    unchanged: float | None = None,
    fill_mode: str = "nearest",
    cval: float = 0,
    *,
    listener: Listener | None = None,
) -> Path:
    """Draw a few photos under each augmentation asked for, and under all together.

    The ranges are the arguments of `ImageDataGenerator`. Without any: a sensible set of all.

    Args:
        folder: a folder of photos, or one photo.
        output: the PNG to write.
        overwrite: whether one that is there may be replaced.
        photos: how many photos, spread over the folder.
        samples: draws of each photo.
        size: pixels of a side, (height, width), or "HEIGHTxWIDTH": as in training.
        seed: the same seed, the same picture.
        listener: who is told which files are left out and what was drawn; None prints it.

    Returns:
        The path of the PNG.

    Raises:
        InvalidArgument: a setting that cannot work. DataError: no photo that can be decoded, or a
        PNG that is there already.
    """
    asked: dict[str, Any] = {
        "rotation_range": rotation_range,
        "width_shift_range": width_shift_range,
        "height_shift_range": height_shift_range,
        "shear_range": shear_range,
        "zoom_range": zoom_range,
        "channel_shift_range": channel_shift_range,
        "horizontal_flip": horizontal_flip or None,
        "vertical_flip": vertical_flip or None,
        "brightness_range": brightness_range,
        "contrast_range": contrast_range,
        "blur_range": blur_range,
        "sharpen_range": sharpen_range,
        "noise_range": noise_range,
    }
    settings = {name: value for name, value in asked.items() if value is not None} or dict(SENSIBLE)
    if unchanged is not None:
        settings["unchanged"] = unchanged
    if fill_mode != "nearest":
        settings["fill_mode"] = fill_mode
    if cval != 0:
        settings["cval"] = cval
    listener = listener or Lines()
    _check_counts(photos, samples, seed)
    size_hw = read_size(size)
    preview_rows(settings)  # a setting that cannot work is told before any photo is read
    output = check_output(Path(output))
    if output.exists() and not overwrite:
        do = "Choose another output=, or replace it with overwrite=True."
        raise DataError(f'"{output}"', "must be a new file", "one that is there", do)
    images = _read(Path(folder), photos, size_hw, listener)
    written = draw_augmentations(images, settings, output, samples, seed)
    listener.says(f"Wrote {written}")
    arguments = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    listener.says(f"ImageDataGenerator({arguments})")
    return written


def read_size(size: int | str | tuple[int, int]) -> tuple[int, int]:
    """(height, width) in pixels.

    Raises:
        InvalidArgument: not a number of pixels or two, or out of bounds.
    """
    sides = size.lower().split("x") if isinstance(size, str) else np.atleast_1d(size).tolist()
    if len(sides) > 2 or not all(str(side).strip().isdecimal() for side in sides):
        needed = "must be a number of pixels or HEIGHTxWIDTH"
        raise InvalidArgument(_named("size"), needed, repr(size))
    height, width = int(sides[0]), int(sides[-1])
    if not 1 <= min(height, width) <= max(height, width) <= LARGEST_PX:
        raise InvalidArgument(_named("size"), f"must be from 1 to {LARGEST_PX} pixels", size)
    return height, width


def _check_counts(photos: int, samples: int, seed: int) -> None:
    for option, count in (("photos", photos), ("samples", samples)):
        if not 1 <= count <= 20:
            raise InvalidArgument(_named(option), "must be from 1 to 20", count)
    if not 0 <= seed < 2**32:
        raise InvalidArgument(_named("seed"), "must be an integer from 0 to 2**32 - 1", seed)


def _named(option: str) -> str:
    return f"augment_preview({option}=)"


def _read(
    folder: Path, count: int, size_hw: tuple[int, int], listener: Listener
) -> list[np.ndarray]:
    """Photos spread over the folder; for one that cannot be read the next one is taken."""
    images = []
    for path in spread(list(list_pictures(folder)), count):
        try:
            images.append(decode(path, "rgb", size_hw))
        except UnreadableImage as fault:
            listener.warns(f"Skipped: {fault}")
        if len(images) == count:
            break
    if not images:
        raise DataError(f'"{folder}"', "must hold a photo that can be decoded", "none")
    return images


def spread(paths: Sequence[Any], count: int) -> list[Any]:
    """All paths: first `count` of them at even distances, then the others."""
    count = min(count, len(paths))
    places = [(2 * i + 1) * len(paths) // (2 * count) for i in range(count)]
    chosen = set(places)
    return [paths[i] for i in (*places, *(i for i in range(len(paths)) if i not in chosen))]
