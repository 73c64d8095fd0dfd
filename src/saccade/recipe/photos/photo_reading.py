"""Reading: which size and colours suit a folder of photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from saccade.data.files.opening import open_image
from saccade.data.files.orientation import SIDEWAYS, orientation_of
from saccade.data.files.silence import quiet
from saccade.data.pool import workers
from saccade.disk.regular_file import open_regular
from saccade.errors import SaccadeError
from saccade.predictor import Preprocessing
from saccade.recipe.architectures import Defaults

LENET_PX, LARGEST_NATIVE_PX = 28, 64
ENLARGED = 9 / 7  # 224 -> 288: how much larger photos are read that are large enough
SHRINK = 7 / 9  # 288 -> 224: windows enlarge what is on them, and smaller ones take less time
GREY_MODES = ("1", "L", "LA", "La", "F")  # and all that start with "I"


@dataclass(frozen=True)
class Header:
    """What the first bytes of an image tell: its size in pixels, upright, and its mode."""

    height: int
    width: int
    grey: bool


@dataclass(frozen=True)
class Reading:
    """A choice of preprocessing, and why.

    Attributes:
        preprocessing: the choice; in colour where only the pixels can tell.
        look_for_grey: whether to go on in grey if all pixels turn out grey.
        why: the reason for the size, in words; empty where the user chose it.
    """

    preprocessing: Preprocessing
    look_for_grey: bool
    why: str


def choose_reading(
    headers: Sequence[Header | None], size_hw: tuple[int, int] | None, color: str
) -> Reading:
    """Choose size and colours by the images' headers.

    Law::

        size:   as asked; else the images' own if all have one with sides from 28 to 64; else 28x28
        colour: as asked; else grey if all images are grey

    Args:
        headers: of the images; None for those without.
        size_hw: (height, width), or None to choose.
        color: "grayscale", "rgb" or "auto".

    Source: on 1,253 shop photos of fruit, LeNet's validation accuracy was 0.69 at 28 pixels, 0.65
    at 48 and 0.68 at 64, so larger photos get 28.
    """
    known = [header for header in headers if header is not None]
    why = ""
    if size_hw is None:
        sizes = {(header.height, header.width) for header in known}
        native = sizes.pop() if len(sizes) == 1 else None
        if native and LENET_PX <= min(native) <= max(native) <= LARGEST_NATIVE_PX:
            size_hw, why = native, "the size of all photos"
        else:
            size_hw = LENET_PX, LENET_PX
            found = f"all are {native[0]} × {native[1]}" if native else "they differ in size"
            why = f"{found}; LeNet is made for {LENET_PX}"
    if color != "auto":
        return Reading(Preprocessing(size_hw, color), False, why)
    grey = bool(known) and all(header.grey for header in known)
    return Reading(Preprocessing(size_hw, "grayscale" if grey else "rgb"), not grey, why)


def published_reading(
    headers: Sequence[Header | None],
    network: Defaults,
    mode: str,
    size_hw: tuple[int, int] | None = None,
    mirrored: bool = False,
) -> Reading:
    """As a network's published weights ask for, in colour.

    Law of the size: as asked; else 9/7 of the side s that the network is made for, if half of the
    images have no shorter side; else s x s. A network of one size is given s.

    Args:
        headers: of the images; None for those without.
        network: with published weights.
        mode: of its input record: "caffe", "tf", "torch", or "raw" for pixels as they are.
        size_hw: (height, width), or None to choose.
        mirrored: whether the training shows mirror images, so that use may, too.

    Source: docs/accuracy.md, what larger photos give.
    """
    why = ""
    if size_hw is None:
        side, large = network.made_for_px, round(network.made_for_px * ENLARGED)
        why = f"what {network.name} is made for"
        if network.any_size and median_side(headers) >= large:
            side = large
            why = f"more than {network.name} is made for, as large photos show more"
        size_hw = side, side
    preprocessing = Preprocessing(
        size_hw, "rgb", rescale=1.0, mode="" if mode == "raw" else mode, mirrored=mirrored
    )
    return Reading(preprocessing, False, why)


def window_size(network: Defaults, size_hw: tuple[int, int]) -> tuple[int, int]:
    """The size, (height, width) in pixels, to which windows of photos of another size are brought
    for a training; a network of one size is given that."""
    if not network.any_size:
        return size_hw
    height, width = (max(network.smallest_px, round(side * SHRINK)) for side in size_hw)
    return height, width


def any_in_colour(files: Sequence[str]) -> bool:
    """Whether an image has a pixel that is not grey; looks no further than the first."""
    return any(map(_is_in_colour, files))


def median_side(headers: Sequence[Header | None]) -> float:
    """The median of the images' shorter sides, in pixels; 0 where none is known."""
    sides = [min(header.height, header.width) for header in headers if header is not None]
    return float(np.median(sides)) if sides else 0.0


def read_headers(files: Sequence[str]) -> list[Header | None]:
    """The header of each file, read in threads; None where there is none."""
    return list(workers().map(_read_header, files))


def _read_header(file: str) -> Header | None:
    try:
        with open_regular(file) as content, quiet(), open_image(content) as image:
            width, height = image.size
            # A PNG may keep its EXIF behind the pixels, so asking would decode it all.
            tells = image.format != "PNG" or "exif" in image.info
            if width != height and tells and orientation_of(image) in SIDEWAYS:
                width, height = height, width
            return Header(height, width, image.mode in GREY_MODES or image.mode.startswith("I"))
    except Exception:  # decoding it tells in words what is wrong
        return None


def _is_in_colour(file: str) -> bool:
    try:
        image_hwc = Preprocessing((LENET_PX, LENET_PX), "rgb").read(file)
    except SaccadeError:  # decoding it tells in words what is wrong
        return False
    return bool((image_hwc != image_hwc[:, :, :1]).any())
