"""`saccade train` on a folder as people have it: many formats, turned photos, broken files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from faces.photo_folders import make_photos, paint
from saccade.cli import app
from saccade.data.folders.walk import ALL_EXTENSIONS, PICTURE_EXTENSIONS

SAVED_AS = ("webp", "gif", "bmp", "tga", "tif", "jp2", "pgm", "ico", "jpe", "jfif")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_photos(tmp_path / "photos", count=5)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_format_trains_and_what_cannot_be_read_is_listed(folder, tmp_path):
    for k, ending in enumerate(SAVED_AS):
        image = paint("bar", 100 + k, (32, 32) if ending == "ico" else (28, 28))
        image.save(folder / "bar" / f"photo.{ending}", sizes=[(32, 32)])
    shutil.copy(folder / "bar" / "photo.webp", folder / "bar" / "misnamed.PNG")
    (folder / "dot" / "cut.webp").write_bytes((folder / "bar" / "photo.webp").read_bytes()[:40])
    (folder / "rim" / "notes.txt").write_text("not a picture by its name")
    (folder / "rim" / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic")
    Image.new("1", (9_500, 9_500)).save(folder / "rim" / "bomb.png")
    before = content(folder)
    done = CliRunner().invoke(
        app, ["train", "photos", "-o", "run", "--epochs", "1", "--size", "28x28"]
    )
    assert done.exit_code == 0, done.output
    assert "left out 1 .heic file. Convert .heic to PNG or JPEG." in " ".join(done.output.split())
    told = json.loads((tmp_path / "run" / "metrics.json").read_text())
    skipped = {each["file"]: each["reason"] for each in told["skipped"]}
    assert sorted(skipped) == ["dot/cut.webp", "rim/bomb.png"]
    assert "too many pixels" in skipped["rim/bomb.png"]
    assert "bomb.png" in done.output
    used = sum(told[f"{part}.images"] for part in ("train", "validation", "test"))
    assert used == 3 * 5 + len(SAVED_AS) + 1
    assert content(folder) == before


def test_the_list_is_of_endings_that_pillow_knows():
    Image.init()
    assert all(ending in Image.EXTENSION for ending in PICTURE_EXTENSIONS if ending != ".mpo")
    assert len(set(PICTURE_EXTENSIONS)) == len(PICTURE_EXTENSIONS)
    assert set(PICTURE_EXTENSIONS) < set(ALL_EXTENSIONS)  # what every way in takes


def test_predict_finds_the_same_files(folder, tmp_path):
    paint("bar", 1).save(folder / "bar" / "more.WEBP")
    done = CliRunner().invoke(
        app, ["train", "photos", "-o", "run", "--epochs", "1", "--size", "28x28"]
    )
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["predict", "run", "photos/bar"])
    assert done.exit_code == 0, done.output
    assert "more.WEBP" in done.output
