"""Tables: scores as text, as wide as the terminal and no wider."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from saccade.data.folders.folder_errors import count_of
from saccade.recipe.pixels import Pixels
from saccade.recipe.scores import Scores


def make_console(error: bool = False) -> Any:
    """A rich console; into a pipe or file it writes plain lines that are never broken."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else 200
    return Console(stderr=error, width=width, highlight=False, soft_wrap=False, markup=False)


def in_four(number: float) -> str:
    """A number with four decimals; one too large for that, four digits and a power of ten."""
    return f"{number:.4f}" if abs(number) < 1e4 else f"{number:.3e}"


def in_words(scores: Scores, title: str) -> str:
    """Accuracy and loss in a line."""
    return f"{title}: accuracy {scores.accuracy:.4f}, loss {in_four(scores.loss)}"


def print_scores(console: Any, scores: Scores, title: str) -> None:
    """Print accuracy, and for each class precision, recall, F1 and the number of images."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_footer=True)
    means = [_mean(scores, key) for key in ("precision", "recall", "f1")]
    table.add_column("class", footer="mean of classes", overflow="ellipsis", no_wrap=True)
    for head, mean in zip(("precision", "recall", "F1"), means, strict=True):
        table.add_column(head, footer=mean, justify="right", no_wrap=True)
    table.add_column("images", footer=f"{scores.images:,}", justify="right", no_wrap=True)
    for each in scores.classes:
        table.add_row(
            Text(each.name),
            *(_share(value) for value in (each.precision, each.recall, each.f1)),
            f"{each.images:,}",
        )
    console.print(f"\n{in_words(scores, title)}\n", style="bold")
    console.print(table)


def print_skipped(console: Any, pixels: Pixels, folder: Path, most: int = 10) -> None:
    """Print which files were skipped, and why."""
    if not pixels.faults:
        return
    files = count_of(len(pixels.faults), "file")
    console.print(f"Skipped {files} that cannot be decoded:", style="yellow")
    for row, fault in list(pixels.faults.items())[:most]:
        console.print(
            f"  {os.path.relpath(pixels.files[row], folder)}: {fault.got or fault.needed}"
        )
    if len(pixels.faults) > most:
        console.print(f"  and {len(pixels.faults) - most} more")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _mean(scores: Scores, key: str) -> str:
    values = [getattr(each, key) for each in scores.classes]
    known = [value for value in values if value is not None]
    return _share(sum(known) / len(known) if known else None)
