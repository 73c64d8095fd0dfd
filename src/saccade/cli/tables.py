"""Tables: scores as text, as wide as the terminal and no wider."""

from __future__ import annotations

import sys
from typing import Any

from saccade.recipe.scores import Scores
from saccade.shown_text import shortened

NAME_CELLS = 40  # of a class: the numbers beside it fit into 80 with it


def make_console(error: bool = False) -> Any:
    """A rich console; into a pipe or file it writes plain lines that are never broken."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else 200
    return Console(
        stderr=error, width=width, highlight=False, soft_wrap=False, markup=False, emoji=False
    )


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
            Text(shortened(each.name, NAME_CELLS)),
            *(_share(value) for value in (each.precision, each.recall, each.f1)),
            f"{each.images:,}",
        )
    console.print(f"\n{scores.in_words(title)}\n", style="bold")
    console.print(table)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _mean(scores: Scores, key: str) -> str:
    values = [getattr(each, key) for each in scores.classes]
    known = [value for value in values if value is not None]
    return _share(sum(known) / len(known) if known else None)
