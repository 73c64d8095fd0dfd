"""The contact sheet of an augmentation: the same photos under each setting, as trained on."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from saccade.data.generator.augmentation import Augmentation
from saccade.disk.whole_file import write_whole
from saccade.errors import InvalidArgument, NoSuchFile, ShapeError

WHERE = "augment-preview"
# These say how the others are carried out; a row of their own would show nothing.
MANNERS = ("fill_mode", "cval", "interpolation_order")
# Keras exchanges the axes after drawing; whoever looks at the sheet must not look for a fault.
SURPRISES = {
    "width_shift_range": "\n(moves up and down)",
    "height_shift_range": "\n(moves left and right)",
}
SMALLEST_TILE_PX, LARGEST_TILE_PX = 84, 150
LABEL_PX, MARGIN_PX, GROUP_GAP_PX, TILE_GAP_PX, ROW_GAP_PX = 176, 16, 16, 3, 10
DOTS_PER_INCH = 100


def draw_augmentations(
    images: Sequence[np.ndarray],
    settings: Mapping[str, Any],
    output: str | Path,
    samples: int = 2,
    seed: int = 0,
) -> Path:
    """Draw photos under each of some augmentation settings and under all of them, as one PNG.

    The law: the first row shows the photos as they are; each further row `samples` draws of every
    photo under `Augmentation(that setting alone)`; the last, where there are two or more, under
    all together. A row draws from numpy.random.RandomState([seed, crc32 of its label]), so it is
    the same whatever the other rows are. Photos larger than 150 px are shown smaller, those of
    less than 84 px in whole multiples.

    Args:
        images: uint8 arrays (height, width, channels) of one shape, as large as the network gets
            them; 1 or 3 channels, values in [0, 255].
        settings: what `ImageDataGenerator` takes, by name: rotation_range=20, horizontal_flip=True.
        output: where to write; the name ends in .png and its folder exists. A picture that is there
            already is replaced.
        samples: draws of each photo in a row.
        seed: 0 to 2**32 - 1.

    Returns:
        The path of the PNG.

    Raises:
        InvalidArgument: no image, a setting that cannot work, or an output that cannot be a PNG.
        ShapeError: images of different shapes.
        NoSuchFile: the output's folder is not there.

    Example:
        >>> photo = np.zeros((150, 150, 3), "uint8")
        >>> draw_augmentations([photo], {"rotation_range": 20}, "sheet.png")  # doctest: +SKIP
        PosixPath('sheet.png')

    Source: the lesson's augmentations, looked at before they are trained with.
    """
    output = check_output(output)
    if not images:
        raise InvalidArgument(WHERE, "needs at least one photo", "none")
    shapes = {image_hwc.shape for image_hwc in images}
    if len(shapes) > 1 or len(images[0].shape) != 3:
        raise ShapeError(WHERE, "needs photos HWC of one shape", sorted(shapes))
    tile_hw = tile_size(images[0].shape[:2])
    rows = [("as it is", [[_shown(image_hwc, tile_hw)] for image_hwc in images])]
    for label, augmentation in preview_rows(settings):
        stream = np.random.RandomState([seed, zlib.crc32(label.encode())])
        drawn = [_samples(one, augmentation, stream, samples, tile_hw) for one in images]
        rows.append((label, drawn))
    _draw_sheet(rows, samples, output)
    return output


def preview_rows(settings: Mapping[str, Any]) -> list[tuple[str, Augmentation]]:
    """What each row is called and does: every setting alone, then all together.

    Raises:
        InvalidArgument: a setting that cannot work, or none that does anything.
    """
    legal = [field.name for field in fields(Augmentation)]
    for name in settings:
        if name not in legal:
            raise InvalidArgument(WHERE, f"settings are {', '.join(legal)}", repr(name))
    together = Augmentation(**settings)
    manners = {name: settings[name] for name in MANNERS if name in settings}
    rows = []
    for name, value in settings.items():
        alone = Augmentation(**manners, **({} if name in manners else {name: value}))
        if not alone.is_identity:
            rows.append((f"{name}\n= {value}{SURPRISES.get(name, '')}", alone))
    if not rows:
        raise InvalidArgument(WHERE, "needs a setting that changes something", dict(settings))
    if len(rows) > 1 or together.unchanged:
        kept = f"\nunchanged = {together.unchanged}" if together.unchanged else ""
        rows.append((f"all together{kept}", together))
    return rows


def check_output(output: str | Path) -> Path:
    """The path, where it can become a PNG.

    Raises:
        InvalidArgument: it does not end in .png.
        NoSuchFile: its folder is not there.
    """
    output = Path(output)
    if output.is_dir() or output.suffix.lower() != ".png":
        raise InvalidArgument(WHERE, "the output must be a file name that ends in .png", output)
    if not output.parent.is_dir():
        do = "Make the folder first, or choose another."
        raise NoSuchFile(WHERE, "the folder of the output must exist", output.parent, do)
    return output


def _samples(
    image_hwc: np.ndarray,
    augmentation: Augmentation,
    stream: np.random.RandomState,
    count: int,
    tile_hw: tuple[int, int],
) -> list[np.ndarray]:
    image_hwc = image_hwc.astype(np.float32)
    return [
        _shown(augmentation.apply(image_hwc, augmentation.draw(stream, image_hwc.shape)), tile_hw)
        for _ in range(count)
    ]


def _draw_sheet(rows: list[tuple[str, list[list[np.ndarray]]]], samples: int, output: Path) -> None:
    """One canvas of pixels, and the labels beside it."""
    from PIL import Image

    photos = len(rows[0][1])
    height, width = rows[0][1][0][0].shape[:2]
    group = samples * (width + TILE_GAP_PX) - TILE_GAP_PX
    page_width = MARGIN_PX + LABEL_PX + photos * (group + GROUP_GAP_PX)
    page_height = 2 * MARGIN_PX + len(rows) * (height + ROW_GAP_PX) - ROW_GAP_PX
    canvas_hwc = np.full((page_height, page_width, 3), 255, np.uint8)
    for number, (label, groups) in enumerate(rows):
        top = MARGIN_PX + number * (height + ROW_GAP_PX)
        canvas_hwc[top : top + height, : MARGIN_PX + LABEL_PX] = _label(label, height)
        for place, tiles in enumerate(groups):
            left = MARGIN_PX + LABEL_PX + place * (group + GROUP_GAP_PX)
            for tile, shown_hwc in enumerate(tiles):
                x = left + tile * (width + TILE_GAP_PX)
                canvas_hwc[top : top + height, x : x + width] = shown_hwc
    content = io.BytesIO()
    Image.fromarray(canvas_hwc).save(content, "PNG")
    write_whole(f'"{output}"', output, content.getvalue())


def _label(text: str, height: int) -> np.ndarray:
    """The words of a row, as pixels: matplotlib takes 150 bytes for each, and draws no more."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # No pyplot: it would choose a backend and keep the figure for the whole process.
    width = MARGIN_PX + LABEL_PX
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    figure.text(MARGIN_PX / width, 0.5, text, fontsize=9, va="center", linespacing=1.5)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def tile_size(size_hw: Sequence[int]) -> tuple[int, int]:
    """(height, width) in which an image is shown, in dots."""
    longest = max(size_hw)
    scale = min(1.0, LARGEST_TILE_PX / longest)
    if longest < SMALLEST_TILE_PX:
        scale = -(-SMALLEST_TILE_PX // longest)  # whole, so that every pixel is a square
    height, width = (max(1, round(side * scale)) for side in size_hw)
    return height, width


def _shown(image_hwc: np.ndarray, tile_hw: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    byte_hwc = np.clip(np.rint(image_hwc), 0, 255).astype(np.uint8)
    image = Image.fromarray(byte_hwc[..., 0] if byte_hwc.shape[2] == 1 else byte_hwc).convert("RGB")
    grows = tile_hw[0] > image.height
    way = Image.Resampling.NEAREST if grows else Image.Resampling.BOX
    return np.asarray(image.resize((tile_hw[1], tile_hw[0]), way))
