"""Command lines of odd words: they end with code 0, 1 or 2, never with a traceback."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from typer.testing import CliRunner

from faces.photo_folders import make_photos
from properties.bounds import bounded, budget
from properties.odd_values import chances
from saccade import layers
from saccade.cli import app
from saccade.models import Sequential

pytestmark = pytest.mark.slow
COMMANDS = ("predict", "evaluate", "summary", "contours", "augment-preview", "train")
OPTIONS = {
    "predict": ("--top", "--json", "--csv"),
    "evaluate": ("--json",),
    "summary": (),
    "contours": ("--output",),
    "augment-preview": ("--photos", "--samples", "--size", "--seed", "--zoom-range", "--fill-mode",
                        "--rotation-range", "--cval", "--unchanged"),
    "train": ("--arch", "--size", "--color", "--views", "--precision", "--test", "--validation",
              "--batch-size", "--optimizer", "--learning-rate", "--patience", "--seed"),
}  # fmt: skip
WORDS = (
    "0", "-1", "1", "3", "0.5", "nan", "inf", "1e400", "99999999999999999999", "28x28", "10000000",
    "4294967296x4294967296", "auto", "adam", "lenet", "", " ", "猫", "a\x1b[2J", "=1", "1,2", "[1",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    make_photos(folder / "photos", count=2)
    (folder / "photos" / "dot" / "=bad\x1b.png").write_bytes(b"no picture")
    model = Sequential([layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(3, "softmax")])
    model.preprocessing = {"target_size": [28, 28], "color_mode": "grayscale"}
    model.class_names = ["bar", "dot", "rim"]
    model.save(folder / "m.keras")
    model.layers[-1].set_weights([np.full((784, 3), np.nan), np.zeros(3)])
    model.save(folder / "nan.keras")
    (folder / "empty").mkdir()
    (folder / "broken.keras").write_bytes(b"PK\x03\x04")
    return folder


@budget
@given(chance=chances)
def test_any_words(place, chance, monkeypatch_module):
    monkeypatch_module.chdir(place)
    files = ["m.keras", "nan.keras", "broken.keras", "photos", "empty", "none", "photos/dot/00.png",
             "photos/dot/=bad\x1b.png", "."]  # fmt: skip
    command = chance.choice(COMMANDS)
    words = [command, *(chance.choice(files) for _ in range(chance.randint(0, 3)))]
    if command in ("predict", "evaluate", "summary") and len(words) > 1 and chance.random() < 0.7:
        words[1] = chance.choice(("m.keras", "nan.keras"))
    for option in chance.sample(OPTIONS[command], min(len(OPTIONS[command]), chance.randrange(3))):
        words += [option] if option in ("--json", "--csv") else [option, chance.choice(WORDS)]
    if command == "train":
        words += ["--epochs", "1", "--arch", "lenet"]
    with warnings.catch_warnings(), bounded():
        warnings.simplefilter("ignore")
        done = CliRunner().invoke(app, words)
    assert done.exit_code in (0, 1, 2), (words, done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), words
    for letter in done.output:
        assert letter.isprintable() or letter in "\n\r", (words, done.output)


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch
