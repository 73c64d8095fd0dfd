"""Prediction rows: predictions as text, JSON or CSV, written as they come."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable

import typer

from saccade.errors import NotFinite
from saccade.predictor import Prediction
from saccade.shown_text import cells_of, csv_text, shortened, shown

NAME_CELLS = 40  # of a class, beside its probability
Writer = Callable[[Iterable[Prediction], int], int]


def write_text(predictions: Iterable[Prediction], top: int) -> int:
    """A line each: file, then probability and class, the likeliest first.

    Returns:
        How many could not be read; so do the others.
    """
    rows = list(predictions)
    sources = [shown(row.source) for row in rows]
    width = min(60, max(map(cells_of, sources), default=0))
    for source, row in zip(sources, rows, strict=True):
        if row.error is not None:
            cells = typer.style(_reason(row), fg="red")
        else:
            best, *others = (
                f"{share:6.1%} {shortened(name, NAME_CELLS)}" for name, share in row.ranking
            )
            cells = "  ".join([typer.style(best, bold=True), *others])
        typer.echo(f"{source}{' ' * (width - cells_of(source))}  {cells}")
    failed = sum(row.error is not None for row in rows)
    if failed:
        typer.echo(f"{failed} of {len(rows)} {_failed(rows)}.", err=True)
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
        sys.stdout.write(f"{lead}\n  {json.dumps(record, allow_nan=False)}")
        lead = ","
    sys.stdout.write("[]\n" if lead == "[" else "\n]\n")
    return failed


def write_csv(predictions: Iterable[Prediction], top: int) -> int:
    """A header, then a row each: file, `top` pairs of class and probability, error.

    Names are written as `shown_text.csv_text` says, so that a spreadsheet runs none of them.
    """
    table = csv.writer(sys.stdout, lineterminator="\n")
    pairs = [f"{word}_{place}" for place in range(1, top + 1) for word in ("class", "probability")]
    table.writerow(["file", *pairs, "error"])
    failed = 0
    for row in predictions:
        failed += row.error is not None
        cells = [cell for name, share in row.ranking for cell in (csv_text(name), share)]
        reason = "" if row.error is None else csv_text(row.error)
        table.writerow([csv_text(row.source), *(cells or [""] * len(pairs)), reason])
    return failed


def _failed(rows: list[Prediction]) -> str:
    unanswered = any(isinstance(row.error, NotFinite) for row in rows)
    return "have no answer" if unanswered else "could not be read"


def _reason(row: Prediction) -> str:
    fault = row.error
    assert fault is not None
    what = "cannot be answered" if isinstance(fault, NotFinite) else "cannot be read"
    return shown(f"{what}: {fault.needed}, got {fault.got}")


FORMATS: dict[str, Writer] = {"text": write_text, "json": write_json, "csv": write_csv}
