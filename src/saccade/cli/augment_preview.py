"""`saccade augment-preview FOLDER`: what the network will see of a few photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saccade.errors import InvalidArgument
from saccade.shown_text import shown_lines

NUMBERS = ("_range", "unchanged", "cval")  # options that are numbers, or several
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
    words = {
        name: read_range(name, word) if name.endswith(NUMBERS) and isinstance(word, str) else word
        for name, word in dict(locals()).items()
    }
    from saccade.recipe.augmentation_preview import augment_preview as draw
    from saccade.recipe.listener import Lines

    class _Told(Lines):
        def warns(self, text: str) -> None:
            typer.echo(shown_lines(text), err=True)

    draw(**words, listener=_Told())  # pyright: ignore[reportArgumentType]


def read_range(name: str, text: str) -> float | tuple[float, ...]:
    """A number, or several between commas; 10 stays an int, because shifts count px by ints."""
    values = [_number(name, word) for word in text.strip("()[]").split(",")]
    return values[0] if len(values) == 1 else tuple(values)


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
