"""Prediction rows: predictions as text, JSON or CSV, written as they come."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator

import typer

from saccade.errors import NotFinite
from saccade.predictor import Prediction
from saccade.shown_text import cells_of, csv_text, shortened, shown

FILE_CELLS = 60  # of a column of files; a longer name stands out of it
NAME_CELLS = 40  # of a class on a terminal, beside its probability
LEAST_CELLS = 8  # of a class; what has no room for them goes on in the next line
Writer = Callable[[Iterable[Prediction], int], int]


def write_text(predictions: Iterable[Prediction], top: int) -> int:
    """A line each: file, then probability and class, the likeliest first.

    On a terminal they keep within its width: long names lose their middle, and what has no room
    then stands below. Elsewhere names are whole.

    Returns:
        How many could not be read; so do the others.
    """
    rows = list(predictions)
    cells = shutil.get_terminal_size().columns if _is_terminal() else None
    for line in _lines(rows, cells):
        typer.echo(line)
    failed = sum(row.error is not None for row in rows)
    if failed:
        typer.echo(f"{failed} of {len(rows)} {_failed(rows)}.", err=True)
    return failed


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _lines(rows: list[Prediction], cells: int | None) -> Iterator[str]:
    """The lines of a table that many cells wide; None for as wide as it takes."""
    sources = [shown(row.source) for row in rows]
    widest = max(map(cells_of, sources), default=0)
    if cells is None:
        column, name, room = min(FILE_CELLS, widest), sys.maxsize, sys.maxsize
    else:
        column = min(FILE_CELLS, widest, max(LEAST_CELLS, cells // 3))
        sources = [shortened(source, column) for source in sources]
        room = max(LEAST_CELLS, cells - column - 2)
        name = _name_cells(rows, room)
    for source, row in zip(sources, rows, strict=True):
        if row.error is None:
            parts, gap = [_answer(share, each, name) for each, share in row.ranking], "  "
        else:
            parts, gap = [_reason(row)], " "
            if cells is not None:
                parts = [shortened(word, room) for word in parts[0].split(" ")]
        lead = source + " " * (column - cells_of(source))
        is_first = True
        for line in _flowing(parts, gap, room):
            if row.error is not None:
                text = typer.style(gap.join(line), fg="red")
            elif is_first:
                text = gap.join([typer.style(line[0], bold=True), *line[1:]])
            else:
                text = gap.join(line)
            yield f"{lead}  {text}"
            lead, is_first = " " * column, False


def _answer(share: float, name: str, most: int) -> str:
    return f"{share:6.1%} {shortened(name, most)}"


def _name_cells(rows: list[Prediction], room: int) -> int:
    """How long a class's name may be: as long as all rows have room for, or for one in a line."""

    long = {name: cells_of(shown(name)) for row in rows for name, _ in row.ranking or ()}
    rankings = {tuple(long[name] for name, _ in row.ranking or ()) for row in rows}

    def widest(most: int) -> int:
        return max((sum(9 + min(one, most) for one in some) - 2 for some in rankings), default=0)

    for cells in range(NAME_CELLS, LEAST_CELLS - 1, -1):
        if widest(cells) <= room:
            return cells
    return max(1, min(NAME_CELLS, room - 7))


def _flowing(parts: list[str], gap: str, room: int) -> Iterator[list[str]]:
    """The parts in lines of at most so many cells."""
    line: list[str] = []
    for part in parts:
        if line and cells_of(gap.join([*line, part])) > room:
            yield line
            line = []
        line.append(part)
    yield line


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
