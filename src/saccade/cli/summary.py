"""`saccade summary RUN`: what is in a model, and how good it was found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def summary(
    run: Annotated[Path, typer.Argument(help="A run folder, or a .keras file.")],
) -> None:
    """Show a trained model: its layers, classes, preprocessing and numbers."""
    import json

    from saccade.cli.tables import in_four
    from saccade.data.folders.folder_errors import list_some
    from saccade.models import load_model
    from saccade.predictor.predictor import find_model
    from saccade.recipe.run_folder import METRICS

    file = find_model(run)
    model = load_model(file, compile=False)
    model.summary()
    names = model.class_names or []
    typer.echo(f" Classes: {len(names)} ({list_some(names, most=20)})" if names else " No classes.")
    for word, value in (model.preprocessing or {}).items():
        typer.echo(f" {word}: {value}")
    try:
        metrics = json.loads((file.parent / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # a model without its run
    for part in ("validation", "test"):
        if f"{part}.accuracy" in metrics:
            accuracy, loss = metrics[f"{part}.accuracy"], metrics[f"{part}.loss"]
            images = metrics[f"{part}.images"]
            typer.echo(
                f" {part}: accuracy {accuracy:.4f}, loss {in_four(loss)} on {images:,} images"
            )
    typer.echo(f" Trained by: {metrics.get('command', 'unknown')}")
