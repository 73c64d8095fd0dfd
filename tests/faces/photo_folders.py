"""Folders of little photos for the tests of the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("bar", "dot", "rim")


def paint(name: str, k: int, size: tuple[int, int] = (28, 28), colors: bool = False) -> Image.Image:
    """The k-th photo of a class: a bright bar, dot or rim on dark noise, easy to tell apart."""
    height, width = size
    stream = np.random.default_rng([k, *os.fsencode(name)])
    image_hwc = stream.integers(0, 60, (height, width, 3 if colors else 1))
    bright = np.zeros((height, width), dtype=bool)
    if name.startswith("bar"):
        bright[:, width // 3 : width // 2] = True
    elif name.startswith("dot"):
        bright[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = True
    else:
        bright[:3] = bright[-3:] = bright[:, :3] = bright[:, -3:] = True
    image_hwc[bright] += 190
    pixels = image_hwc.astype(np.uint8)
    return Image.fromarray(pixels if colors else pixels[:, :, 0])


def make_photos(
    folder: Path,
    classes: Sequence[str] = CLASSES,
    count: int = 10,
    size: tuple[int, int] = (28, 28),
    colors: bool = False,
    ending: str = "png",
) -> Path:
    """Write `count` photos of each class into folder/class/; returns the folder."""
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            paint(name, k, size, colors).save(folder / name / f"{k:02d}.{ending}")
    return folder
