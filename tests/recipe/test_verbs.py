"""Each verb of the command line is a function of the same name with the same arguments."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from typer.main import get_command

import saccade
from faces.photo_folders import CLASSES, make_photos
from saccade.cli import app
from saccade.recipe.listener import Lines
from scripts.warm_process import python

COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
OF_PRINTING = {"as_json", "as_csv"}  # how the command line writes what the function returns
OF_PYTHON = {"listener"}  # who is told what happens: at the command line that is the terminal


def words(parameters) -> dict[str, str]:
    """The defaults by name, as one types them; the places of a folder need not be of one type."""
    return {name: "-" if default is None else str(default) for name, default in parameters}


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_verb_is_a_function_with_the_same_arguments_and_defaults(verb):
    name = verb.replace("-", "_")
    assert name in saccade.__all__
    command = inspect.signature(COMMANDS[verb].callback).parameters
    function = inspect.signature(getattr(saccade, name)).parameters
    typed = [(key, each.default) for key, each in command.items() if key not in OF_PRINTING]
    called = [(key, each.default) for key, each in function.items() if key not in OF_PYTHON]
    assert [key for key, _ in typed] == [key for key, _ in called]
    assert words(typed) == words(called)


def test_no_room_bears_the_name_of_a_verb(root):
    rooms = {path.stem for path in (root / "src" / "saccade").iterdir()}
    assert not rooms & {verb.replace("-", "_") for verb in COMMANDS}
    assert not rooms & {"report", "export", "serve", "look", "check"}  # verbs that will follow


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return make_photos(tmp_path_factory.mktemp("recipe") / "photos", count=12)


class Heard(Lines):
    def __init__(self):
        self.lines: list[str] = []

    def write(self, line):
        self.lines.append(line)


def test_train_gives_a_run_that_predicts_and_evaluates(photos, tmp_path):
    heard = Heard()
    run = saccade.train(str(photos), str(tmp_path / "run"), epochs=2, size=16, listener=heard)
    assert [line[:9] for line in heard.lines if line.startswith("epoch")] == [
        "epoch 1/2",
        "epoch 2/2",
    ]
    assert heard.lines[-1].startswith(f"Wrote {tmp_path / 'run'}")
    assert run.path == tmp_path / "run"
    assert run.classes == sorted(CLASSES)
    assert len(run.history["loss"]) == 2
    assert run.metrics["preprocessing"]["target_size"] == [16, 16]

    again = saccade.Run.load(tmp_path / "run")
    assert repr(again) == repr(run)
    photo = next(photos.rglob("*.png"))
    pixels = np.zeros((20, 20, 3), np.uint8)
    given = [[photo], str(photo), photo.parent, pixels, [photo, pixels]]
    assert [len(again.predict(each)) for each in given] == [1, 1, 12, 1, 2]
    assert saccade.predict(tmp_path / "run", photo) == again.predict(photo)
    assert saccade.predict(str(run.file), photo, top=1)[0].ranking[0] == (
        again.predict(photo)[0].class_name,
        again.predict(photo)[0].probability,
    )

    scores = again.evaluate(str(photos), listener=saccade.Listener())
    assert scores.images == 12 * len(CLASSES)
    assert sum(map(sum, scores.confusion)) == scores.images
    assert f"Classes: {len(CLASSES)}" in str(again.summary())
    assert "test: accuracy" in str(saccade.summary(run.path))


def test_nothing_is_said_to_a_silent_listener(photos, tmp_path, capsys):
    saccade.train(photos, tmp_path / "run", epochs=1, size=16, listener=saccade.Listener())
    assert capsys.readouterr().out == ""


def test_plain_lines_are_said_where_nobody_listens(photos, tmp_path, capsys):
    (photos / CLASSES[0] / "broken.png").write_bytes(b"no picture")
    try:
        saccade.train(photos, tmp_path / "run", epochs=1, size=16)
    finally:
        (photos / CLASSES[0] / "broken.png").unlink()
    said = capsys.readouterr().out
    assert "Skipped 1 file that cannot be decoded:" in said
    assert "test: accuracy" in said


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, "train(epochs=): must be at least 1, got 0."),
        ({"overwrite": True}, "train(overwrite=): needs output=, the run to replace."),
        ({"optimizer": "adan"}, "train(optimizer=)"),
        ({"size": (20, 4)}, "train(size=)"),
        ({"architecture": "lenet", "views": 2}, "Choose architecture=resnet50."),
    ],
)
def test_errors_name_the_argument_as_python_spells_it(photos, given, message):
    with pytest.raises(saccade.errors.InvalidArgument) as caught:
        saccade.train(photos, **given)
    assert message in str(caught.value)
    assert "--" not in str(caught.value)


def test_the_library_trains_without_the_command_line(photos, tmp_path):
    code = """
import sys

class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("typer", "click") or name.startswith("saccade.cli"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Gone())
import saccade
photos, output = sys.argv[1:]
run = saccade.train(photos, output, epochs=1, size=16)
saccade.evaluate(output, photos)
assert saccade.predict(output, photos, top=1)[0].class_name in run.classes
print(saccade.summary(output), saccade.doctor()["saccade"])
saccade.augment_preview(photos, output + "/sheet.png", size=20)
"""
    done = python("-c", code, photos, tmp_path / "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "sheet.png").exists()
