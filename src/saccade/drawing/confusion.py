"""Confusion: which classes a run's model takes for which."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saccade.data.folders.folder_errors import count_of, list_some
from saccade.disk.regular_file import read_regular
from saccade.drawing.lettering import find_fonts, packages_for
from saccade.drawing.saved_picture import save_picture
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile
from saccade.notes import note_once
from saccade.plain_json import read_json
from saccade.shown_text import cells_of, shortened, shown

METRICS, PICTURE = "metrics.json", "confusion.png"
DOTS_PER_INCH = 120
POINTS = 72  # to an inch
LONGEST_NAME = 28  # of a class, in letters of usual width
MOST_IN_KEY = 60  # names
MOST_NAMED = 200  # classes; the picture of more is no larger, and shows numbers
LEAST_CELL = 0.17  # inches, to write a name beside
SMALLEST_POINTS, LARGEST_POINTS = 5.0, 11.0  # of text that is still read with ease
WIDTH_TO_HEIGHT = 0.62  # of a character of the font


def draw_confusion(run: str | os.PathLike[str], part: str | None = None) -> Path:
    """Draw the confusion matrix in a run's metrics.json as confusion.png.

    Law: the cell in row i, column j shows how many images of class i were taken for class j; its
    colour is that count's share of row i, on a scale of square roots, so that rare mistakes show.
    Right answers lie on the diagonal. A count is written where it fits its cell. A class whose
    letters no font of this machine has is shown by its number, as #3, with a key below; a note
    says which package brings a font. More than 200 classes are numbered as in classes.json, from 0.

    Args:
        run: the run folder.
        part: "test" or "validation"; None takes the test part if there is one.

    Returns:
        The path of the picture.

    Raises:
        NoSuchFile: there is no metrics.json.
        FileFormatError: it is damaged.
        InvalidArgument: it has no such part.

    Example:
        >>> draw_confusion("runs/photos-1")  # doctest: +SKIP
        PosixPath('runs/photos-1/confusion.png')
    """
    run = Path(run)
    names, counts, title = _read(run, part)
    figure = _draw(names, counts, title)
    path = run / PICTURE
    save_picture(figure, path, DOTS_PER_INCH, bbox_inches="tight", pad_inches=0.2)
    return path


def _read(run: Path, part: str | None) -> tuple[list[str], np.ndarray, str]:
    """Class names, the matrix as int (n, n), and the title."""
    path = run / METRICS
    try:
        metrics = read_json(f'"{path}"', METRICS, read_regular(path, wrong=FileFormatError))
        kinds = (".confusion", ".confused")
        parts = [key.partition(".")[0] for key in metrics if key.endswith(kinds)]
        part = str(part or ("test" if "test" in parts else parts[0]))
        if part not in parts:
            raise InvalidArgument(f'"{path}"', f"must have numbers of {', '.join(parts)}", part)
        names = [str(name) for name in metrics["classes"]]
        counts = _matrix(metrics, part, len(names))
        accuracy = float(metrics[f"{part}.accuracy"])
    except FileNotFoundError as fault:
        raise NoSuchFile(f'"{run}"', f"must hold {METRICS}", "none", "Train first.") from fault
    except InvalidArgument:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as fault:
        what = f"{type(fault).__name__}: {fault}"
        raise FileFormatError(f'"{path}"', "must hold a run's numbers", what) from fault
    if counts.shape != (len(names), len(names)):
        raise FileFormatError(f'"{path}"', f"must have {len(names)} rows and columns", counts.shape)
    return names, counts, f"{part}: {counts.sum():,} images, accuracy {accuracy:.4f}"


def _matrix(metrics: dict[str, Any], part: str, classes: int) -> np.ndarray:
    """The matrix, int (classes, classes); of many classes the cells that are not 0 are known."""
    if f"{part}.confused" not in metrics:
        return np.array(metrics[f"{part}.confusion"], dtype=np.int64)
    i, j, images = np.array(metrics[f"{part}.confused"], dtype=np.int64).reshape(-1, 3).T
    if min(i.min(initial=0), j.min(initial=0)) < 0:
        raise ValueError("a class below 0")
    counts = np.zeros((classes, classes), dtype=np.int64)
    counts[i, j] = images
    return counts


def _draw(names: Sequence[str], counts: np.ndarray, title: str) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    n = len(names)
    is_named = n <= MOST_NAMED
    cell = min(1.1, max(LEAST_CELL, 6.5 / n))  # inches
    text = min(LARGEST_POINTS, max(SMALLEST_POINTS + 1, cell * POINTS * 0.75))
    places = range(0, n, 1 if is_named else -(-n // MOST_NAMED) * 10)
    if is_named:
        fonts, names, key = _drawable(names)
    else:
        cell *= MOST_NAMED / n
        fonts, names = ["DejaVu Sans"], [str(place) for place in places]
        key = f"{n:,} classes, numbered as in classes.json from 0"
    label = max(map(cells_of, names)) * text * WIDTH_TO_HEIGHT / POINTS + 0.1
    is_upright = label <= cell  # names below their columns need not be turned
    left, bottom = label + 0.4, (0.25 if is_upright else label) + 0.4
    side = cell * n
    width, height = left + side + 1.2, bottom + side + 0.5  # room is only reserved: see savefig

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left / width, bottom / height, side / width, side / height))
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    norm = PowerNorm(0.5, 0, 1)
    image = axes.imshow(shares, cmap="Blues", norm=norm, interpolation="nearest")
    axes.set_xticks(places, names, fontsize=text, rotation=0 if is_upright else 90)
    axes.set_yticks(places, names, fontsize=text)
    if key:
        axes.text(0, -(bottom + 0.2) / side, key, fontsize=9, va="top", transform=axes.transAxes)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_parse_math(False)
        tick.set_fontfamily(fonts)
    axes.set_xlabel("taken for")
    axes.set_ylabel("is")
    axes.set_title(title, fontsize=12, pad=10)
    if is_named:
        _rule(axes, n)
    _write_counts(axes, counts, shares, cell)

    scale = figure.add_axes(
        ((left + side + 0.2) / width, bottom / height, 0.16 / width, side / height)
    )
    bar = figure.colorbar(image, cax=scale, ticks=[0, 0.05, 0.25, 0.5, 1])
    bar.ax.set_yticklabels(["0", "5 %", "25 %", "50 %", "100 %"], fontsize=8)
    bar.set_label("share of the row", fontsize=9)
    bar.outline.set_linewidth(0.5)
    return figure


def _rule(axes: Any, n: int) -> None:
    """Thin lines between the cells, so that a far cell can be followed to its names."""
    edges = np.arange(n + 1) - 0.5
    for draw in (axes.hlines, axes.vlines):
        draw(edges, -0.5, n - 0.5, color="#cccccc", linewidth=0.5)
    axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
    axes.tick_params(length=2)


def _write_counts(axes: Any, counts: np.ndarray, shares: np.ndarray, cell_inches: float) -> None:
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import IdentityTransform

    digits = len(str(int(counts.max(initial=0))))
    points = min(LARGEST_POINTS, cell_inches * POINTS * 0.85 / (digits * WIDTH_TO_HEIGHT))
    points = min(points, cell_inches * POINTS * 0.6)
    if points < SMALLEST_POINTS:
        return
    # One collection for each number and colour: ten thousand Text objects take half a minute.
    for number in np.unique(counts[counts > 0]):
        outline = _outline(str(number), points)
        for is_dark, color in ((True, "white"), (False, "#1a1a1a")):
            rows, columns = np.nonzero((counts == number) & ((shares > 0.4) == is_dark))
            if len(rows):
                places = np.column_stack([columns, rows])
                collection = PathCollection(
                    [outline], sizes=[1], offsets=places, offset_transform=axes.transData,
                    transform=IdentityTransform(), facecolors=color, linewidths=0,
                    label=str(number),
                )  # fmt: skip
                axes.add_collection(collection, autolim=False)


def _outline(text: str, points: float) -> Any:
    """A text's letters as a path around its middle, in points."""
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    path = TextPath((0, 0), text, size=points)
    box = path.get_extents()
    return path.transformed(Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2))


def _drawable(names: Sequence[str]) -> tuple[list[str], list[str], str]:
    """The fonts, the names as they are drawn, and the key to those that are numbers."""
    names = [shown(name) for name in names]
    fonts, undrawn = find_fonts(names)
    numbers = [place for place, name in enumerate(names) if name in undrawn]
    if numbers:
        told = list_some([f"{names[place]} is #{place}" for place in numbers])
        note_once(
            f"{PICTURE}: no font here has all letters of {count_of(len(numbers), 'class name')}, "
            f"so numbers stand for them: {told}. On Debian and Ubuntu these letters come with "
            f"{packages_for(undrawn)}; on other systems with the Noto fonts of their scripts."
        )
    key = [
        f"#{place}: {names[place].encode('ascii', 'backslashreplace').decode()}"
        for place in numbers
    ]
    if len(key) > MOST_IN_KEY:
        key = [*key[:MOST_IN_KEY], "... as in classes.json, counted from 0"]
    drawn = [
        f"#{place}" if place in numbers else shortened(name, LONGEST_NAME)
        for place, name in enumerate(names)
    ]
    return fonts, drawn, "\n".join(shortened(line, 100) for line in key)
