"""`saccade augment-preview FOLDER`: what the network will see of a few photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saccade.errors import DataError, InvalidArgument

if TYPE_CHECKING:
    import numpy as np

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
ONE, TWO = "One number.", "Two numbers LOW,HIGH."
SPREAD = "One number or LOW,HIGH."


def augment_preview(
    folder: Annotated[Path, typer.Argument(help="A folder of photos, or one photo.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The PNG to write.")] = Path(
        "augment-preview.png"
    ),
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the PNG if it is there.")
    ] = False,
    photos: Annotated[int, typer.Option(help="How many photos, spread over the folder.")] = 4,
    samples: Annotated[int, typer.Option(help="Draws of each photo.")] = 2,
    size: Annotated[str, typer.Option(help="Pixels, or HEIGHTxWIDTH: as in training.")] = "150",
    seed: Annotated[int, typer.Option(help="The same seed, the same sheet.")] = 0,
    rotation_range: Annotated[str | None, typer.Option(help=f"Degrees. {ONE}")] = None,
    width_shift_range: Annotated[
        str | None, typer.Option(help="Share of the width below 1, pixels from 1, or a list.")
    ] = None,
    height_shift_range: Annotated[
        str | None, typer.Option(help="Share of the height below 1, pixels from 1, or a list.")
    ] = None,
    shear_range: Annotated[str | None, typer.Option(help=f"Degrees. {ONE}")] = None,
    zoom_range: Annotated[str | None, typer.Option(help=f"Below 1 enlarges. {SPREAD}")] = None,
    channel_shift_range: Annotated[str | None, typer.Option(help=f"Grey levels. {ONE}")] = None,
    horizontal_flip: Annotated[
        bool, typer.Option("--horizontal-flip", help="Left and right, in half of them.")
    ] = False,
    vertical_flip: Annotated[
        bool, typer.Option("--vertical-flip", help="Top and bottom, in half of them.")
    ] = False,
    brightness_range: Annotated[str | None, typer.Option(help=f"Factors. {TWO}")] = None,
    contrast_range: Annotated[str | None, typer.Option(help=f"Factors. {SPREAD}")] = None,
    blur_range: Annotated[str | None, typer.Option(help=f"Pixels of sigma. {SPREAD}")] = None,
    sharpen_range: Annotated[str | None, typer.Option(help=f"Amount. {SPREAD}")] = None,
    noise_range: Annotated[str | None, typer.Option(help=f"Grey levels of std. {SPREAD}")] = None,
    unchanged: Annotated[str | None, typer.Option(help="Share that stays as it is.")] = None,
    fill_mode: Annotated[
        str, typer.Option(help="What comes in from outside: nearest, reflect, constant, wrap.")
    ] = "nearest",
    cval: Annotated[str, typer.Option(help="The value outside, with constant.")] = "0",
) -> None:
    """Draw a few photos under each augmentation asked for, and under all together.

    The options are the arguments of ImageDataGenerator. Without any: a sensible set of all.
    """
    asked = {
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
    settings: dict[str, object] = {
        name: value if value is True else read_range(name, str(value))
        for name, value in asked.items()
        if value is not None
    } or dict(SENSIBLE)
    if unchanged is not None:
        settings["unchanged"] = read_range("unchanged", unchanged)
    if fill_mode != "nearest":
        settings["fill_mode"] = fill_mode
    if read_range("cval", cval) != 0:
        settings["cval"] = read_range("cval", cval)
    _check_counts(photos, samples, seed)
    size_hw = read_size(size)

    from saccade.drawing.augmentation import check_output, draw_augmentations, preview_rows

    preview_rows(settings)  # a setting that cannot work is told before any photo is read
    check_output(output)
    if output.exists() and not overwrite:
        do = "Choose another --output, or replace it with --overwrite."
        raise DataError(f'"{output}"', "must be a new file", "one that is there", do)
    images = _read(folder, photos, size_hw)
    written = draw_augmentations(images, settings, output, samples, seed)
    typer.echo(f"Wrote {written}")
    arguments = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    typer.echo(f"ImageDataGenerator({arguments})")


def read_range(name: str, text: str) -> float | tuple[float, ...]:
    """A number, or several between commas; 10 stays an int, because shifts count px by ints."""
    values = [_number(name, word) for word in text.strip("()[]").split(",")]
    return values[0] if len(values) == 1 else tuple(values)


def read_size(text: str) -> tuple[int, int]:
    """(height, width) in pixels.

    Raises:
        InvalidArgument: not a number of pixels or two, or out of bounds.
    """
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.strip().isdecimal() for side in sides):
        needed = "must be a number of pixels or HEIGHTxWIDTH"
        raise InvalidArgument("--size", needed, repr(text))
    height, width = int(sides[0]), int(sides[-1])
    if not 1 <= min(height, width) <= max(height, width) <= LARGEST_PX:
        raise InvalidArgument("--size", f"must be from 1 to {LARGEST_PX} pixels", text)
    return height, width


def _number(name: str, word: str) -> float:
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        flag = f"--{name.replace('_', '-')}"
        raise InvalidArgument(flag, "must be a number, or several between commas", word) from None


def _check_counts(photos: int, samples: int, seed: int) -> None:
    for flag, count in (("--photos", photos), ("--samples", samples)):
        if not 1 <= count <= 20:
            raise InvalidArgument(flag, "must be from 1 to 20", count)
    if not 0 <= seed < 2**32:
        raise InvalidArgument("--seed", "must be an integer from 0 to 2**32 - 1", seed)


def _read(folder: Path, count: int, size_hw: tuple[int, int]) -> list[np.ndarray]:
    """Photos spread over the folder; for one that cannot be read the next one is taken."""
    from saccade.data import UnreadableImage, decode
    from saccade.data.folders.pictures import list_pictures

    paths = list(list_pictures([folder]))
    images = []
    for path in spread(paths, count):
        try:
            images.append(decode(path, "rgb", size_hw))
        except UnreadableImage as fault:
            typer.echo(f"Skipped: {fault}", err=True)
        if len(images) == count:
            break
    if not images:
        raise DataError(f'"{folder}"', "must hold a photo that can be decoded", "none")
    return images


def spread(paths: Sequence[str], count: int) -> list[str]:
    """All paths: first `count` of them at even distances, then the others."""
    count = min(count, len(paths))
    places = [(2 * i + 1) * len(paths) // (2 * count) for i in range(count)]
    chosen = set(places)
    return [paths[i] for i in (*places, *(i for i in range(len(paths)) if i not in chosen))]
