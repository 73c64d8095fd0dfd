"""`saccade predict RUN FILE...`: what a trained model says about photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def predict(
    run: Annotated[Path, typer.Argument(help="A run folder, or a .keras file.")],
    files: Annotated[list[Path], typer.Argument(help="Photos, or folders of photos.")],
    top: Annotated[int, typer.Option(help="How many classes to name.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")] = False,
) -> None:
    """Classify photos with a trained model.

    Photos are prepared as in training: how is told in the model file. A file that cannot be read
    gets a row that says so; the others are classified, and the exit code is 2.
    """
    from saccade.cli.prediction_rows import FORMATS
    from saccade.errors import InvalidArgument

    if as_json and as_csv:
        raise InvalidArgument("predict", "takes --json or --csv, not both")
    write = FORMATS["json" if as_json else "csv" if as_csv else "text"]
    from saccade.cli.faults import BAD_INPUT
    from saccade.recipe.run import Run

    trained = Run.load(run)
    if write(trained.stream(files, top), min(top, len(trained.classes))):
        raise typer.Exit(BAD_INPUT)
