"""`saccade predict`, `evaluate` and `summary`: a trained run in use."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from faces.photo_folders import make_photos
from saccade.cli import app


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A folder with `photos` and a well trained `run`."""
    home = tmp_path_factory.mktemp("home")
    make_photos(home / "photos", count=15)
    words = ["train", str(home / "photos"), "-o", str(home / "run"), "--batch-size", "8"]
    done = CliRunner().invoke(app, [*words, "--epochs", "40"], catch_exceptions=False)
    assert done.exit_code == 0
    return home


@pytest.fixture(autouse=True)
def here(home, monkeypatch):
    monkeypatch.chdir(home)


def saccade(*words: str, code: int = 0):
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def test_a_line_a_photo_with_the_likeliest_class_first():
    lines = saccade("predict", "run", "photos/dot/00.png", "photos/bar/01.png").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].split()[0] == "photos/dot/00.png"
    assert [line.split()[2] for line in lines] == ["dot", "bar"]
    assert all(line.count("%") == 3 for line in lines)


@pytest.mark.parametrize("top", [1, 2, 5])
def test_json_is_all_that_stands_on_stdout(top):
    done = saccade("predict", "run", "photos/dot/00.png", "--json", "--top", str(top))
    (record,) = json.loads(done.stdout)
    assert record["file"] == "photos/dot/00.png"
    assert record["predictions"][0]["class"] == "dot"
    assert len(record["predictions"]) == min(top, 3)
    assert all(0 <= each["probability"] <= 1 for each in record["predictions"])


def test_csv_is_all_that_stands_on_stdout():
    done = saccade(
        "predict", "run", "photos/dot/00.png", "photos/rim/00.png", "--csv", "--top", "2"
    )
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert list(rows[0]) == [
        "file", "class_1", "probability_1", "class_2", "probability_2", "error",
    ]  # fmt: skip
    assert [row["class_1"] for row in rows] == ["dot", "rim"]
    assert [row["error"] for row in rows] == ["", ""]


@pytest.mark.parametrize("form", ["--json", "--csv", "text"])
def test_a_bad_file_has_a_row_and_the_code_is_2_at_the_end(home, form):
    (home / "bad.png").write_bytes(b"nothing")
    files = ["photos/dot/00.png", "bad.png", "missing.png", "photos/rim/00.png"]
    done = saccade("predict", "run", *files, *([] if form == "text" else [form]), code=2)
    assert "Traceback" not in done.output
    if form == "--json":
        records = json.loads(done.stdout)
        assert [record["file"] for record in records] == files
        assert ["error" in record for record in records] == [False, True, True, False]
    elif form == "--csv":
        rows = list(csv.DictReader(done.stdout.splitlines()))
        assert [row["file"] for row in rows] == files
        assert [bool(row["error"]) for row in rows] == [False, True, True, False]
        assert [row["class_1"] for row in rows] == ["dot", "", "", "rim"]
    else:
        assert len(done.stdout.splitlines()) == 4
        assert done.stdout.count("cannot be read") == 2
        assert "2 of 4 could not be read" in done.stderr


def test_a_folder_stands_for_the_images_in_it(home):
    done = saccade("predict", "run", "photos/dot", "photos", "--json")
    files = [record["file"] for record in json.loads(done.stdout)]
    assert files[:15] == [f"photos/dot/{k:02d}.png" for k in range(15)]
    assert len(files) == 60
    (home / "empty").mkdir(exist_ok=True)
    assert "must hold images" in saccade("predict", "run", "empty", code=2).stderr


def test_a_model_file_alone_is_enough(home, tmp_path):
    shutil.copy(home / "run" / "model.keras", tmp_path / "mine.keras")
    alone = saccade("predict", str(tmp_path / "mine.keras"), "photos/dot", "--json").stdout
    assert alone == saccade("predict", "run", "photos/dot", "--json").stdout
    assert "Classes: 3" in saccade("summary", str(tmp_path / "mine.keras")).stdout


def test_the_photo_may_have_any_size_and_colours(home):
    make_photos(
        home / "large", classes=("dot",), count=2, size=(90, 120), colors=True, ending="jpg"
    )
    done = saccade("predict", "run", "large", "--json")
    assert [each["predictions"][0]["class"] for each in json.loads(done.stdout)] == ["dot", "dot"]


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--top", "0"], "top"), (["--json", "--csv"], "not both")],
)
def test_wrong_options(options, words):
    assert words in saccade("predict", "run", "photos/dot/00.png", *options, code=2).stderr


def test_evaluate_prints_the_table_or_json(home):
    make_photos(home / "other", count=20)
    said = saccade("evaluate", "run", "other").stdout
    found = json.loads(saccade("evaluate", "run", "other", "--json").stdout)
    assert found["images"] == 60
    assert found["accuracy"] >= 0.9
    assert f"accuracy {found['accuracy']:.4f}" in said
    rows = {line.split()[0]: line.split() for line in said.splitlines() if line.strip()}
    for each in found["classes"]:
        shown = [f"{each[key]:.3f}" for key in ("precision", "recall", "f1")]
        assert rows[each["name"]] == [each["name"], *shown, "20"]


def test_evaluate_takes_some_of_the_classes(home):
    make_photos(home / "some", classes=("dot",), count=3)
    found = json.loads(saccade("evaluate", "run", "some", "--json").stdout)
    assert found["images"] == 3
    assert [each["recall"] for each in found["classes"]] == [None, 1.0, None]


def test_evaluate_skips_broken_files_and_says_so(home):
    make_photos(home / "hurt", count=3)
    (home / "hurt" / "dot" / "bad.png").write_bytes(b"x")
    done = saccade("evaluate", "run", "hurt", "--json")
    found = json.loads(done.stdout)
    assert found["images"] == 9
    assert [each["file"] for each in found["skipped"]] == ["dot/bad.png"]
    assert "Skipped 1 file" in saccade("evaluate", "run", "hurt").stdout


def test_evaluate_refuses_classes_that_the_model_does_not_know(home):
    make_photos(home / "alien", classes=("dot", "rimm"), count=2)
    said = saccade("evaluate", "run", "alien", code=2).stderr
    assert "got rimm" in said
    assert 'Did you mean "rim"?' in said
    make_photos(home / "parts" / "test", count=2)
    assert 'Did you mean "parts/test"?' in saccade("evaluate", "run", "parts", code=2).stderr


def test_evaluating_the_training_photos_is_pointed_out(caplog):
    saccade("evaluate", "run", "photos")
    assert "is what the model was trained on" in caplog.text


def test_summary_shows_layers_classes_preprocessing_and_numbers():
    said = saccade("summary", "run").stdout
    for words in ("conv2d", "61,111", "bar, dot, rim", "target_size: [28, 28]", "color_mode"):
        assert words in said
    assert "test: accuracy" in said
    assert "saccade train" in said
