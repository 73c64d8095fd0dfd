"""docs/command-line.md: every command and every example on the page runs."""

from __future__ import annotations

import re
import shlex

from typer.testing import CliRunner

from faces.photo_folders import make_photos
from saccade.cli import app

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^print\(.*\)  # (.*)$", re.MULTILINE)


def test_the_page_holds(root, tmp_path, monkeypatch, capsys):
    page = (root / "docs" / "command-line.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for folder in ("photos", "other-photos", "divided/train", "divided/val", "divided/test"):
        make_photos(tmp_path / folder, classes=("cat", "dog"), count=5, ending="jpg")
    commands = re.findall(r"^\$ saccade (.*)$", "".join(CONSOLE.findall(page)), re.MULTILINE)
    assert {command.split()[0] for command in commands} == {
        "train", "predict", "evaluate", "augment-preview", "summary", "contours", "doctor",
    }  # fmt: skip
    for command in commands:
        words = shlex.split(command)
        if words[0] == "train" and "--epochs" not in words:
            words += ["--epochs", "2"]  # the page's own would go on until nothing improves
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0, (command, done.output)
    for option in re.findall(r"`(--[a-z-]+)", page):
        help_pages = (
            CliRunner().invoke(app, words).output
            for words in (["--help"], ["train", "--help"], ["predict", "--help"])
        )
        assert any(option in text for text in help_pages), option
    names: dict[str, object] = {}
    examples = PYTHON.findall(page)
    for example in examples:
        exec(example, names)
    assert capsys.readouterr().out.splitlines() == PRINTED.findall("".join(examples))


def test_the_table_lists_the_files_of_a_run(root, tmp_path, monkeypatch):
    page = (root / "docs" / "command-line.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "photos", count=5)
    CliRunner().invoke(app, ["train", "photos", "--epochs", "1"], catch_exceptions=False)
    listed = re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in (tmp_path / "runs/photos-1").iterdir())
