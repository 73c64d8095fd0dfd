"""An error that is kept holds words alone: no frames, and no pixels that were half decoded."""

from __future__ import annotations

import gc
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import saccade
from faces.photo_folders import make_photos
from saccade.data.files.decode import decode
from saccade.data.files.faulty_files import find_unreadable
from saccade.data.generator.generator import ImageDataGenerator
from saccade.data.pool import workers
from saccade.errors import DataError, SaccadeError
from saccade.layers import Dense, Flatten
from saccade.models import Sequential
from saccade.predictor import Predictor, Preprocessing
from saccade.recipe.listener import Listener
from saccade.utils import image_dataset_from_directory


def truncated_png(side: int = 64) -> bytes:
    content = io.BytesIO()
    stream = np.random.default_rng(0)
    Image.fromarray(stream.integers(0, 256, (side, side, 3), dtype=np.uint8)).save(content, "PNG")
    return content.getvalue()[:-400]


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = make_photos(tmp_path / "photos", count=4)
    for name in ("bar", "dot"):
        (folder / name / "cut.png").write_bytes(truncated_png())
        (folder / name / "words.png").write_bytes(b"not a picture")
    return folder


def predictor():
    model = Sequential([Flatten(input_shape=(6, 8, 3)), Dense(3, activation="softmax")])
    model.preprocessing = Preprocessing((6, 8)).to_dict()
    return Predictor(model)


def evaluated(folder):
    run = saccade.train(folder, "run", epochs=1, listener=Listener())
    return run, run.evaluate(folder)


WAYS = {
    "predict": lambda folder: predictor().predict(sorted(folder.rglob("*.png"))),
    "find_unreadable": lambda folder: find_unreadable(
        [str(path) for path in folder.rglob("*.png")], decode, workers()
    ),
    "image_dataset_from_directory": lambda folder: image_dataset_from_directory(
        folder, image_size=(8, 8), verbose=False
    ),
    "flow_from_directory": lambda folder: ImageDataGenerator().flow_from_directory(
        folder, target_size=(8, 8)
    ),
    "train and evaluate": evaluated,
}


@pytest.mark.parametrize("name", WAYS)
def test_no_error_that_outlives_its_handling_has_frames(name, photos):
    gc.collect()
    before = {id(one) for one in gc.get_objects() if isinstance(one, BaseException)}
    kept = WAYS[name](photos)  # alive until the end of the test
    gc.collect()
    errors = [
        one for one in gc.get_objects() if isinstance(one, BaseException) and id(one) not in before
    ]
    for one in errors:
        assert one.__traceback__ is None, one
        assert one.__cause__ is None, one
        assert one.__context__ is None, one
    if name in ("predict", "find_unreadable"):
        assert sum(isinstance(one, SaccadeError) for one in errors) >= 4
    assert kept is not None


def test_what_an_error_was_told_is_kept_as_words():
    try:
        raise ValueError("inner")
    except ValueError as inner:
        fault = DataError("here", "must be good", inner, "Mend it.")
    assert fault.got == "inner"
    assert DataError("here", "must be good", np.zeros(3)).got == "[0. 0. 0.]"
    assert DataError("here", "must be good", (1, 2)).got == "(1, 2)"
    assert str(fault) == "here: must be good, got inner. Mend it."


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak of memory")
def test_predicting_many_large_broken_photos_takes_the_memory_of_a_few(tmp_path):
    """Each holds 36 MB when it is decoded, and fails near its end."""
    content = io.BytesIO()
    Image.new("RGB", (4000, 3000), "red").save(content, "PNG")
    (tmp_path / "x.png").write_bytes(content.getvalue()[:-2000])
    code = f"""
import resource, sys
from PIL import Image
sys.path[:0] = {sys.path!r}
from predictor.test_kept_errors import predictor
ready = predictor()
ready.predict(["x.png"] * 4)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = ready.predict(["x.png"] * 20)
assert all(one.error is not None for one in found)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 200_000  # kB; 20 of them would be 700,000
