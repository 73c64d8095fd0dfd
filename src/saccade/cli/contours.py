"""`saccade contours PHOTO`: what the lesson's two kernels see in a photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saccade.shown_text import shown


def contours(
    photo: Annotated[Path, typer.Argument(help="The photo, any format that Pillow reads.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The PNG to write; PHOTO's name + -contours.png."),
    ] = None,
) -> None:
    """Draw a photo's horizontal and vertical contours and their magnitude."""
    from saccade.drawing.contours import contours as draw  # loads matplotlib and Pillow

    typer.echo(f"Wrote {shown(draw(photo, output))}")
