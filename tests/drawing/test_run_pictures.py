"""The pictures of a run: drawn from its folder alone, true to its numbers, always readable."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from PIL import Image

from saccade.drawing import confusion, curves, draw_confusion, draw_curves
from saccade.drawing.lettering import find_fonts
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile

HISTORY = """epoch,loss,accuracy,val_loss,val_accuracy
1,1.5,0.3,1.2,0.5
2,0.9,0.6,0.8,0.7
3,0.5,0.8,0.9,0.75
"""


def write_metrics(folder: Path, counts: np.ndarray, names: list[str], part: str = "test") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    accuracy = np.trace(counts) / max(1, counts.sum())
    metrics = {
        "classes": names,
        f"{part}.accuracy": accuracy,
        f"{part}.confusion": counts.tolist(),
    }
    (folder / "metrics.json").write_text(json.dumps(metrics))
    return folder


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved, to look into."""
    figures = []
    save = Figure.savefig

    def keep(self, *args, **options):
        figures.append(self)
        return save(self, *args, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


def written(axes):
    """The counts in the cells, a collection for each number and colour."""
    return [one for one in axes.collections if isinstance(one, PathCollection)]


def read_counts(axes) -> dict[tuple[int, int], int]:
    """The number that stands in each cell (row, column)."""
    return {
        (round(row), round(column)): int(one.get_label())
        for one in written(axes)
        for column, row in one.get_offsets()
    }


def test_curves_show_the_history_and_mark_its_best_epoch(tmp_path, drawn):
    (tmp_path / "history.csv").write_text(HISTORY)
    assert draw_curves(tmp_path) == tmp_path / "curves.png"
    loss, accuracy = drawn[0].axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in loss.lines}
    assert lines["training"] == [[1, 1.5], [2, 0.9], [3, 0.5]]
    assert lines["validation"] == [[1, 1.2], [2, 0.8], [3, 0.9]]
    assert lines["best epoch: 2 (0.8000)"] == [[2, 0.8]]
    assert accuracy.lines[-1].get_xydata().tolist() == [[2, 0.7]]


def test_curves_mark_where_a_later_phase_begins(tmp_path, drawn):
    (tmp_path / "history.csv").write_text(HISTORY)
    phases = [{"name": "last layer", "epochs": 2}, {"name": "fine-tuning", "epochs": 1}]
    (tmp_path / "metrics.json").write_text(json.dumps({"phases": phases}))
    draw_curves(tmp_path)
    for axes in drawn[0].axes:
        lines = {line.get_label(): line for line in axes.lines}
        assert set(lines["fine-tuning from epoch 3"].get_xdata()) == {2.5}
        assert "fine-tuning from epoch 3" in {text.get_text() for text in axes.legend_.texts}
        assert not any("last layer" in str(label) for label in lines)


@pytest.mark.parametrize("told", ["", "{}", '{"phases": 3}', '{"phases": [{"name": "all"}]}'])
def test_curves_need_no_phases(tmp_path, drawn, told):
    (tmp_path / "history.csv").write_text(HISTORY)
    (tmp_path / "metrics.json").write_text(told)
    draw_curves(tmp_path)
    assert [len(axes.lines) for axes in drawn[0].axes] == [4, 4]  # two, the best and its mark


@pytest.mark.parametrize("epochs", [1, 2, 3, 7, 40, 250])
def test_epochs_are_whole_numbers_from_one(tmp_path, drawn, epochs):
    rows = "".join(f"{epoch},{1 / epoch},0.5\n" for epoch in range(1, epochs + 1))
    (tmp_path / "history.csv").write_text(f"epoch,loss,accuracy\n{rows}")
    draw_curves(tmp_path)
    for axes in drawn[0].axes:
        low, high = axes.get_xlim()
        shown = [tick for tick in axes.get_xticks() if low <= tick <= high]
        assert shown
        assert all(tick == int(tick) and tick >= 1 for tick in shown)
        assert low <= 1 <= epochs <= high


def test_without_validation_no_epoch_is_called_best(tmp_path, drawn):
    (tmp_path / "history.csv").write_text("epoch,loss,accuracy\n1,0.5,0.5\n2,0.4,0.6\n")
    draw_curves(tmp_path)
    assert [line.get_label() for line in drawn[0].axes[0].lines] == ["training"]


@pytest.mark.parametrize("n", [2, 3, 10, 40, 100])
def test_a_matrix_of_any_size_is_readable(tmp_path, drawn, n):
    counts = np.random.default_rng(n).integers(0, 30, (n, n))  # full: the most there is to draw
    names = [f"a rather long class name, number {i}" for i in range(n)]
    draw_confusion(write_metrics(tmp_path, counts, names))
    with Image.open(tmp_path / "confusion.png") as picture:
        assert 300 <= min(picture.size) <= max(picture.size) <= 3000
    axes = drawn[0].axes[0]
    cell_points = axes.get_position().width * drawn[0].get_size_inches()[0] / n * 72
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        assert confusion.SMALLEST_POINTS <= label.get_fontsize() <= cell_points
    assert read_counts(axes) == {
        (row, column): counts[row, column] for row, column in np.argwhere(counts).tolist()
    }
    heights = [path.get_extents().height for one in written(axes) for path in one.get_paths()]
    assert min(heights) > 0.65 * confusion.SMALLEST_POINTS  # a digit's share of its font's size


def test_counts_stand_in_their_cells_and_colours_are_shares_of_the_row(tmp_path, drawn):
    counts = np.array([[3, 1], [0, 200]])
    draw_confusion(write_metrics(tmp_path, counts, ["few", "many"]))
    axes = drawn[0].axes[0]
    assert read_counts(axes) == {(0, 0): 3, (0, 1): 1, (1, 1): 200}
    assert np.allclose(axes.images[0].get_array(), [[0.75, 0.25], [0, 1]])
    assert axes.get_title() == "test: 204 images, accuracy 0.9951"


def test_counts_that_do_not_fit_are_left_out(tmp_path, drawn):
    counts = np.full((60, 60), 123_456)
    draw_confusion(write_metrics(tmp_path, counts, [str(i) for i in range(60)]))
    assert not written(drawn[0].axes[0])


def test_a_class_without_images_is_a_blank_row(tmp_path, drawn):
    draw_confusion(write_metrics(tmp_path, np.array([[2, 0], [0, 0]]), ["a", "b"]))
    assert np.allclose(drawn[0].axes[0].images[0].get_array(), [[1, 0], [0, 0]])


@pytest.mark.parametrize("name", ["日本", "$x_1$ & {y", r"$\frac{$", "a" * 300, "<b>\\n", "naïve"])
def test_any_name_can_be_drawn(tmp_path, drawn, name):
    draw_confusion(write_metrics(tmp_path, np.eye(2, dtype=int), [name, "b"]))
    label = drawn[0].axes[0].get_yticklabels()[0].get_text()
    if find_fonts([name])[1]:  # no font of this machine has the letters
        assert label == "#0"
    else:
        assert label == name or (len(label) == confusion.LONGEST_NAME and "…" in label)


def test_long_names_stay_apart():
    names = [f"the very same long beginning, number {i}" for i in range(12)]
    assert len(set(confusion._drawable(names)[1])) == 12


def test_the_test_part_comes_first(tmp_path, drawn):
    write_metrics(tmp_path, np.eye(2, dtype=int), ["a", "b"], part="validation")
    draw_confusion(tmp_path)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    metrics |= {"test.confusion": [[5, 5], [5, 5]], "test.accuracy": 0.5}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    draw_confusion(tmp_path)
    draw_confusion(tmp_path, part="validation")
    titles = [figure.axes[0].get_title().partition(":")[0] for figure in drawn]
    assert titles == ["validation", "test", "validation"]
    with pytest.raises(InvalidArgument, match="train"):
        draw_confusion(tmp_path, part="train")


@pytest.mark.parametrize("n", [201, 1500])
def test_the_picture_of_many_classes_is_no_larger(tmp_path, drawn, n):
    """Side and memory grew with the classes: 20 GB for a thousand."""
    names = [f"class {i}" for i in range(n)]
    folder = write_metrics(tmp_path, np.eye(n, dtype=int), names)
    draw_confusion(folder)
    whole = (tmp_path / "confusion.png").read_bytes()
    with Image.open(tmp_path / "confusion.png") as picture:
        assert 3000 < max(picture.size) < 5000
    labels = [tick.get_text() for tick in drawn[0].axes[0].get_xticklabels()]
    assert labels[1] == str(round(drawn[0].axes[0].get_xticks()[1]))
    assert 10 < len(labels) < 30
    (text,) = drawn[0].axes[0].texts
    assert f"{n:,} classes, numbered" in text.get_text()
    metrics = json.loads((folder / "metrics.json").read_text())
    del metrics["test.confusion"]
    metrics["test.confused"] = [[i, i, 1] for i in range(n)]
    (folder / "metrics.json").write_text(json.dumps(metrics))
    draw_confusion(folder)
    assert (tmp_path / "confusion.png").read_bytes() == whole


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("history.csv", ""),
        ("history.csv", "epoch,loss\n1,2\n"),
        ("history.csv", "epoch,loss,accuracy\n1,two,3\n"),
        ("history.csv", "epoch,loss,accuracy\n1,2,3,4\n"),
        ("history.csv", "epoch," + "x" * 200_000 + "\n1,2\n"),
        ("metrics.json", "{"),
        ("metrics.json", "[]"),
        ("metrics.json", "{}"),
        ("metrics.json", '{"test.confusion": [[1]], "test.accuracy": 1, "classes": ["a", "b"]}'),
        ("metrics.json", '{"test.confusion": "x", "test.accuracy": 1, "classes": ["a"]}'),
        ("metrics.json", '{"test.confused": [[0, 1, 2]], "test.accuracy": 1, "classes": ["a"]}'),
        ("metrics.json", '{"test.confused": [[0, -1, 2]], "test.accuracy": 1, "classes": ["a"]}'),
        ("metrics.json", '{"test.confused": [[0, 0]], "test.accuracy": 1, "classes": ["a"]}'),
    ],
    ids=lambda text: text[:40],
)
def test_a_damaged_run_is_told_by_file(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    draw = draw_curves if name == curves.HISTORY else draw_confusion
    with pytest.raises(FileFormatError, match=name):
        draw(tmp_path)


def test_a_folder_that_is_no_run(tmp_path):
    for draw in (draw_curves, draw_confusion):
        with pytest.raises(NoSuchFile, match="must hold"):
            draw(tmp_path)


def test_no_state_of_matplotlibs_is_touched(tmp_path):
    (tmp_path / "history.csv").write_text(HISTORY)
    code = (
        "import sys; from saccade.drawing import draw_curves\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"draw_curves({str(tmp_path)!r})\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
