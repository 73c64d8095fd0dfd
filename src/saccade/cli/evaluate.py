"""`saccade evaluate RUN FOLDER`: how good a trained model is on other photos."""

from __future__ import annotations

import json
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
    from saccade.cli.live import ConsoleListener
    from saccade.cli.tables import make_console, print_scores
    from saccade.recipe.run import Run

    console = make_console(error=as_json)
    listener = ConsoleListener(console)
    if as_json:
        listener.skips = lambda faults: None  # the record has them
    scores = Run.load(run).evaluate(folder, listener=listener)
    if as_json:
        typer.echo(json.dumps(scores.to_dict(), indent=1, allow_nan=False))
    else:
        print_scores(console, scores, str(folder))
