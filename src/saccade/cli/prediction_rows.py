"""Prediction rows: predictions as text, JSON or CSV, written as they come."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable

import typer

from saccade.predictor import Prediction

Writer = Callable[[Iterable[Prediction], int], int]


def write_text(predictions: Iterable[Prediction], top: int) -> int:
    """A line each: file, then probability and class, the likeliest first.

    Returns:
        How many could not be read; so do the others.
    """
    rows = list(predictions)
    width = min(60, max((len(row.source) for row in rows), default=0))
    for row in rows:
        if row.error is not None:
            cells = typer.style(f"cannot be read: {_reason(row)}", fg="red")
        else:
            shown = [f"{share:6.1%} {name}" for name, share in row.ranking]
            cells = "  ".join([typer.style(shown[0], bold=True), *shown[1:]])
        typer.echo(f"{row.source:{width}}  {cells}")
    failed = sum(row.error is not None for row in rows)
    if failed:
        typer.echo(f"{failed} of {len(rows)} could not be read.", err=True)
    return failed


def write_json(predictions: Iterable[Prediction], top: int) -> int:
    """A list with an object each: file, and predictions or error."""
    failed, lead = 0, "["
    for row in predictions:
        record: dict = {"file": row.source}
        if row.error is not None:
            failed += 1
            record["error"] = str(row.error)
        else:
            record["predictions"] = [
                {"class": name, "probability": share} for name, share in row.ranking
            ]
        sys.stdout.write(f"{lead}\n  {json.dumps(record)}")
        lead = ","
    sys.stdout.write("[]\n" if lead == "[" else "\n]\n")
    return failed


def write_csv(predictions: Iterable[Prediction], top: int) -> int:
    """A header, then a row each: file, `top` pairs of class and probability, error."""
    table = csv.writer(sys.stdout, lineterminator="\n")
    pairs = [f"{word}_{place}" for place in range(1, top + 1) for word in ("class", "probability")]
    table.writerow(["file", *pairs, "error"])
    failed = 0
    for row in predictions:
        failed += row.error is not None
        cells = [cell for pair in row.ranking for cell in pair] or [""] * len(pairs)
        table.writerow([row.source, *cells, "" if row.error is None else str(row.error)])
    return failed


def _reason(row: Prediction) -> str:
    fault = row.error
    assert fault is not None
    return f"{fault.needed}, got {fault.got}"


FORMATS: dict[str, Writer] = {"text": write_text, "json": write_json, "csv": write_csv}
