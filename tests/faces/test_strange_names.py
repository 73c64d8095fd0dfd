"""Names that a stranger wrote, and models that are no good: what the commands print of them."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from faces.photo_folders import paint
from saccade import layers
from saccade.cli import app
from saccade.drawing import draw_confusion, lettering
from saccade.errors import DataError, NotFinite
from saccade.models import Sequential
from saccade.notes import note_once
from saccade.predictor import Predictor
from saccade.shown_text import cells_of, read_csv_text
from saccade.utils import model_to_dot

STRANGE = ["=1+1", "a\x1b[2Jb", "\u202egpj.exe", "[bold]x[red]", ":cat:", "-2", "猫" * 40,
           "y" * 80, "z" * 200]  # fmt: skip


def strange_model(names: list[str], name: str = "m") -> Any:
    model = Sequential(
        [layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(len(names), "softmax")], name=name
    )
    model.preprocessing = {"target_size": [28, 28], "color_mode": "grayscale"}
    model.class_names = names
    return model


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A model with strange classes, photos of them, and one photo with a strange name."""
    home = tmp_path_factory.mktemp("strange")
    model = strange_model(STRANGE)
    model.save(home / "m.keras")
    model.layers[-1].set_weights([np.full((784, len(STRANGE)), np.nan), np.zeros(len(STRANGE))])
    model.save(home / "nan.keras")
    for name in STRANGE:
        (home / "photos" / name).mkdir(parents=True)
        paint("dot", 1).save(home / "photos" / name / "1.png")
    paint("dot", 0).save(home / "=cmd|'x'!A1.png")
    (home / "bad\x1b]0;x\x07\n.png").write_bytes(b"no picture")
    return home


@pytest.fixture(autouse=True)
def here(made, monkeypatch):
    monkeypatch.chdir(made)


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    assert all(letter.isprintable() or letter == "\n" for letter in done.output), done.output
    return done


def test_predictions_are_shown_escaped_and_are_exact_in_json():
    files = ["=cmd|'x'!A1.png", "bad\x1b]0;x\x07\n.png"]
    lines = run("predict", "m.keras", *files, "--top", "9", code=2).stdout.splitlines()
    assert len(lines) == 2
    assert r"a\x1b[2Jb" in lines[0]
    assert "[bold]x[red]" in lines[0]
    assert ":cat:" in lines[0]
    assert lines[1].startswith(r"bad\x1b]0;x\x07\n.png  cannot be read")
    records = json.loads(run("predict", "m.keras", *files, "--json", "--top", "9", code=2).stdout)
    assert [record["file"] for record in records] == files
    assert sorted(one["class"] for one in records[0]["predictions"]) == sorted(STRANGE)


@pytest.mark.parametrize("cells", [20, 60, 80, 120])
@pytest.mark.parametrize("top", ["1", "3", "9"])
def test_predictions_keep_within_a_terminal(cells, top, monkeypatch):
    """And piped, names are whole."""
    files = ["=cmd|'x'!A1.png", "bad\x1b]0;x\x07\n.png", f"photos/{'z' * 200}/1.png"]
    words = ["predict", "m.keras", *files, "--top", top]
    piped = run(*words, code=2).stdout
    assert len(piped.splitlines()) == 3
    assert f"photos/{'z' * 200}/1.png" in piped
    assert ("y" * 80 in piped) == (top == "9")
    monkeypatch.setattr("saccade.cli.prediction_rows._is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(cells))
    lines = run(*words, code=2).stdout.splitlines()
    assert all(cells_of(line) <= cells for line in lines)
    assert sum(line.count("%") for line in lines) == 2 * int(top)
    assert sum(not line.startswith(" ") for line in lines) == 3
    if top == "3" and cells == 120:
        assert len(lines) == 4  # the reason takes two


def test_a_spreadsheet_shows_names_as_text_and_a_program_reads_them_back():
    files = ["=cmd|'x'!A1.png", "bad\x1b]0;x\x07\n.png"]
    text = run("predict", "m.keras", *files, "--csv", "--top", "9", code=2).stdout
    rows = list(csv.reader(text.splitlines()))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)
    assert [read_csv_text(row[0]) for row in rows[1:]] == files
    assert sorted(map(read_csv_text, rows[1][1:-1:2])) == sorted(STRANGE)


def test_the_numbers_of_the_table_stand_within_80_columns():
    text = run("evaluate", "m.keras", "photos").stdout
    rows = [line for line in text.splitlines() if "…" in line or "[bold]" in line]
    assert len(rows) >= 4
    assert all(cells_of(line) <= 80 for line in text.splitlines() if "accuracy" not in line)
    assert all(line.split()[-1].isdigit() for line in rows)  # the number of images


def test_a_summary_shows_names_as_they_are():
    strange_model(STRANGE, "net[red]\x1b[2J\\").save("named.keras")
    text = run("summary", "named.keras").stdout
    assert 'Model: "net[red]\\x1b[2J\\"' in text
    assert "[bold]x[red], :cat:" in text
    drawing = model_to_dot(strange_model(["a", "b"], 'x"]; evil [label="'))
    assert 'evil [label="' not in str(drawing)


def test_errors_and_notes_are_shown_escaped(caplog):
    assert str(DataError('"a\x1b[2J\n"', "must be\u202e b", "c\nError: d")) == (
        r'"a\x1b[2J\n"' + r": must be\u202e b, got c\nError: d."
    )
    note_once("a file called \x1b[2J\nsaccade: all is well")
    assert r"called \x1b[2J\nsaccade: all" in caplog.records[-1].getMessage()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_classes_with_strange_names_are_trained_and_shown_escaped(tmp_path):
    names = ["a\n  Error: all is lost", "c\x1b[2Jd", "e\u202ef"]
    for number, name in enumerate(names):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for count in range(6):
            paint("dot", 6 * number + count).save(tmp_path / "photos" / name / f"{count}.png")
    out = str(tmp_path / "run")
    told = run("train", str(tmp_path / "photos"), "-o", out, "--epochs", "1", "--size", "28")
    assert r"a\n  Error" in told.output
    assert "\n  Error" not in told.output
    assert json.loads((tmp_path / "run" / "classes.json").read_text()) == names
    photo = tmp_path / "photos" / names[0] / "0.png"
    told = run("predict", out, str(photo))
    assert len(told.stdout.splitlines()) == 1
    for name in (r"a\n  Error: all is lost", r"c\x1b[2Jd", r"e\u202ef"):
        assert name in told.stdout
    [record] = json.loads(run("predict", out, str(photo), "--json").stdout)
    assert sorted(one["class"] for one in record["predictions"]) == sorted(names)
    assert r"c\x1b[2Jd" in run("evaluate", out, str(tmp_path / "photos")).stdout
    assert r"e\u202ef" in run("summary", out).stdout
    (tmp_path / "photos" / names[0]).rename(tmp_path / "photos" / "x\n  Error: y")
    told = run("evaluate", out, str(tmp_path / "photos"), code=2)
    assert r"got x\n  Error: y" in told.stderr
    assert len(told.stderr.splitlines()) == 1


# -- models whose numbers are none ---------------------------------------------------------


@pytest.mark.parametrize("form", ["--json", "--csv", "text"])
def test_a_model_of_nan_gives_no_answer(form):
    words = ["predict", "nan.keras", "=cmd|'x'!A1.png", *([form] if form != "text" else [])]
    done = run(*words, code=2)
    assert "nan%" not in done.output
    assert "weights must be finite numbers, got NaN or infinity in Dense" in done.stderr
    run("evaluate", "nan.keras", "photos", code=2)
    assert "weights must be finite" in run("evaluate", "nan.keras", "photos", code=2).stderr


def test_one_picture_without_an_answer_is_marked():
    class Odd:
        input_shape, output_shape = (None, 2, 2, 1), (None, 2)
        _weights_trained = _weights_kept = ()

        def __init__(self):
            self.preprocessing = {"target_size": [2, 2], "color_mode": "grayscale"}
            self.class_names = ["a", "b"]

        def sublayers_within(self):
            return ()

        def predict(self, x, **_):
            answers = np.full((len(x), 2), 0.5)
            answers[1] = np.nan
            return answers

    found = Predictor(Odd()).predict([np.zeros((2, 2), np.uint8)] * 3)
    assert [one.class_name for one in found] == ["a", None, "a"]
    assert isinstance(found[1].error, NotFinite)


# -- letters of every script in the picture ------------------------------------------------


def write_run(folder: Path, names: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    counts = np.eye(len(names), dtype=int).tolist()
    record = {"classes": names, "test.confusion": counts, "test.accuracy": 1.0}
    (folder / "metrics.json").write_text(json.dumps(record))
    return folder


def test_a_picture_without_a_font_has_numbers_and_a_key(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(lettering, "_other_fonts", list)
    families, undrawn = lettering.find_fonts(["cat", "猫", "고양이", "قطة"])
    assert (families, undrawn[:2]) == ([lettering.OWN_FONT], ["猫", "고양이"])
    draw_confusion(write_run(tmp_path / "run", ["cat", "猫", "고양이"]))
    (said,) = [one.getMessage() for one in caplog.records if "no font" in one.getMessage()]
    assert "猫 is #1, 고양이 is #2" in said
    assert "fonts-noto-cjk" in said


def test_packages_are_named_by_script():
    assert lettering.packages_for(["猫"]) == "fonts-noto-cjk"
    assert lettering.packages_for(["हिन्दी"]) == "fonts-noto-core"


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="asks which fonts there are")
def test_a_picture_with_a_font_has_the_letters(caplog):
    import subprocess

    if not subprocess.run(["fc-list", ":lang=ja"], capture_output=True).stdout:
        pytest.skip("no Japanese font here")
    families, undrawn = lettering.find_fonts(["猫", "ねこ", "고양이", "cat"])
    assert undrawn == []
    assert len(families) > 1
