"""`saccade summary RUN`: what is in a model, and how good it was found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saccade.shown_text import shown


def summary(
    run: Annotated[Path, typer.Argument(help="A run folder, or a .keras file.")],
) -> None:
    """Show a trained model: its layers, classes, preprocessing and numbers."""
    from saccade.recipe.run import Run

    trained = Run.load(run)
    trained.model.summary()  # in colours where it is a terminal
    for fact in trained.summary().facts:
        typer.echo(shown(f" {fact}"))
