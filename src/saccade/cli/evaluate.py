"""`saccade evaluate RUN FOLDER`: how good a trained model is on other photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder, or a .keras file.")],
    folder: Annotated[Path, typer.Argument(help="One subfolder of photos for each class.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Measure a trained model on a folder of photos.

    The subfolders must be named like the model's classes; not all need be there.
    """
    from saccade.recipe.evaluation import evaluate_photos

    evaluate_photos(run, folder, as_json)
