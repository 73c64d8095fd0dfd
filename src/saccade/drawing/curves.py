"""Curves: loss and accuracy over the epochs of a run."""

from __future__ import annotations

import csv
import io
import math
import os
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import read_text
from saccade.drawing.saved_picture import save_picture
from saccade.errors import FileFormatError, NoSuchFile
from saccade.plain_json import read_record
from saccade.shown_text import shortened

HISTORY, METRICS, PICTURE = "history.csv", "metrics.json", "curves.png"
TRAINING, VALIDATION, BEST, PHASE = "#3b6ea8", "#d1701f", "#555555", "#999999"
PANELS = (("loss", "loss (mean cross-entropy)"), ("accuracy", "accuracy"))


def draw_curves(run: str | os.PathLike[str]) -> Path:
    """Draw a run's history.csv as curves.png: loss on the left, accuracy on the right.

    The dashed line marks the best epoch, the first with the smallest validation loss: that
    epoch's model was kept. Without validation there is no such line. Where metrics.json tells of
    several phases, a dotted line with its name marks where each but the first begins.

    Args:
        run: the run folder; history.csv has the columns epoch, loss, accuracy and, with
            validation, val_loss, val_accuracy.

    Returns:
        The path of the picture.

    Raises:
        NoSuchFile: there is no history.
        FileFormatError: the history is damaged or empty.

    Example:
        >>> draw_curves("runs/photos-1")  # doctest: +SKIP
        PosixPath('runs/photos-1/curves.png')
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    run = Path(run)
    history = read_history(run)
    best = _best_epoch(history)
    begun = _phases(run)
    # No pyplot: it would choose a backend and keep the figure for the whole process.
    figure = Figure(figsize=(10, 4), layout="constrained")
    FigureCanvasAgg(figure)
    for place, (name, label) in enumerate(PANELS, start=1):
        axes = figure.add_subplot(1, 2, place)
        _draw(axes, history, name, "training", TRAINING)
        _draw(axes, history, f"val_{name}", "validation", VALIDATION)
        if best is not None:
            _mark(axes, history, f"val_{name}", best)
        for epoch, phase in begun:
            _begin(axes, epoch, phase)
        axes.set_xlabel("epoch")
        axes.set_ylabel(label)
        ticks = MaxNLocator(steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
        axes.xaxis.set_major_locator(ticks)
        first, last = min(history["epoch"]), max(history["epoch"])
        room = max(0.5, 0.03 * (last - first))
        axes.set_xlim(max(0.5, first - room), last + room)
        axes.set_ylim(bottom=0 if name == "loss" else None, top=None if name == "loss" else 1.0)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        for line in axes.legend(frameon=False).get_texts():
            line.set_parse_math(False)  # a phase's name is what stands in metrics.json
    path = run / PICTURE
    save_picture(figure, path, 120)
    return path


def read_history(run: Path) -> dict[str, list[float]]:
    """The columns of a run's history.csv; an empty cell is NaN.

    Raises:
        NoSuchFile, FileFormatError: not there, damaged or without an epoch.
    """
    path = run / HISTORY
    try:
        text = read_text(path, wrong=FileFormatError)
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        history = {
            name: [float(row[name] or "nan") for row in rows] for name in (rows[0] if rows else {})
        }
    except FileNotFoundError as fault:
        raise NoSuchFile(f'"{run}"', f"must hold {HISTORY}", "none", "Train first.") from fault
    except FileFormatError:
        raise
    except (csv.Error, ValueError, TypeError, AttributeError) as fault:
        raise FileFormatError(f'"{path}"', "must be a table of numbers", fault) from fault
    if not {"epoch", "loss", "accuracy"} <= set(history):
        columns = ", ".join(history) or "none"
        raise FileFormatError(f'"{path}"', "must have epoch, loss and accuracy columns", columns)
    return history


def _best_epoch(history: dict[str, list[float]]) -> int | None:
    """The row of the smallest validation loss, the first of equals."""
    losses = history.get("val_loss", [])
    known = [row for row, loss in enumerate(losses) if not math.isnan(loss)]
    return min(known, key=lambda row: losses[row]) if known else None


def _phases(run: Path) -> list[tuple[int, str]]:
    """The first epoch and the name of each phase after the first; none where none are told."""
    try:
        phases = read_record(run / METRICS)["phases"]
        epochs = [int(phase["epochs"]) for phase in phases]
        names = [str(phase["name"]) for phase in phases]
    except (OSError, ValueError, TypeError, KeyError):
        return []  # a run of one phase, or one whose numbers were never written
    return [(sum(epochs[:place]) + 1, names[place]) for place in range(1, len(names))]


def _begin(axes: Any, epoch: int, phase: str) -> None:
    """A line between two epochs: those from the given one on are the phase's."""
    label = f"{shortened(phase, 40)} from epoch {epoch}"
    axes.axvline(epoch - 0.5, color=PHASE, linestyle=":", linewidth=1.5, zorder=1, label=label)


def _draw(axes: Any, history: dict[str, list[float]], name: str, label: str, color: str) -> None:
    if name in history:
        marker = "o" if len(history["epoch"]) < 20 else None
        axes.plot(
            history["epoch"], history[name], color=color, label=label, marker=marker, markersize=3.5
        )


def _mark(axes: Any, history: dict[str, list[float]], name: str, best: int) -> None:
    epoch, value = history["epoch"][best], history[name][best]
    label = f"best epoch: {epoch:.0f} ({value:.4f})"
    axes.axvline(epoch, color=BEST, linestyle="--", linewidth=1, zorder=1)
    axes.plot(
        [epoch], [value], "o", color=VALIDATION, markersize=7, label=label, zorder=3, clip_on=False
    )
