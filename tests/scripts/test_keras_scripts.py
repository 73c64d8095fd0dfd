"""Scripts written for Keras run unchanged, in a process of their own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.warm_process import python

REPOSITORY = Path(__file__).parents[2]


def run(script: Path | str, *arguments: str, cwd: Path | None = None):
    return subprocess.run(
        [sys.executable, "-m", "saccade", str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
        check=False,
    )


def run_warm(script: Path, folder: Path):
    return python("-m", "saccade", script, cwd=folder)


def test_the_lessons_first_half_runs_as_written(tmp_path):
    done = run_warm(REPOSITORY / "examples" / "lesson_first_half.py", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "convolution: [1. 2. 2. 4.]" in done.stdout
    assert "contours: (1, 28, 28, 2)" in done.stdout
    assert "shapes: [(None, 30, 30, 4), (None, 3600), (None, 12)]" in done.stdout
    assert "Total params: 61,706 (241.04 KB)" in done.stdout
    accuracies = [float(found) for found in re.findall(r"accuracy: ([\d.]+)", done.stdout)]
    assert len(accuracies) == 3
    assert min(accuracies) > 0.7  # ten classes: chance is 0.1
    assert done.stderr.count("Adam(lr=) is the old name of learning_rate") == 1


@pytest.fixture
def script(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(text)
        return path

    return write


def test_every_spelling_gives_the_same_objects(script, tmp_path):
    path = script(
        "import keras, tensorflow as tf, tensorflow.keras as tk\n"
        "from tensorflow import keras as k2\n"
        "from tensorflow.keras.layers import Conv2D\n"
        "import keras.layers, saccade.layers\n"
        "assert Conv2D is keras.layers.Conv2D is saccade.layers.Conv2D is tf.keras.layers.Conv2D\n"
        "assert keras is tk is k2 is tf.keras\n"
        "from keras.preprocessing.image import ImageDataGenerator as A\n"
        "from tensorflow.keras.preprocessing.image import ImageDataGenerator as B\n"
        "assert A is B\n"
        "import saccade\n"
        "assert saccade.layers.__spec__.name == 'saccade.layers', saccade.layers.__spec__\n"
        "print('same')\n"
    )
    done = run_warm(path, tmp_path)
    assert done.stdout == "same\n", done.stderr


def test_a_script_sees_what_python_would_show_it(script, tmp_path):
    (tmp_path / "beside.py").write_text("value = 7\n")
    path = script("import sys, beside\nprint(sys.argv[1:], __name__, beside.value)\nsys.exit(3)\n")
    done = run(path, "a", "--b", cwd=REPOSITORY)
    assert done.stdout == "['a', '--b'] __main__ 7\n", done.stderr
    assert done.returncode == 3


def test_a_scripts_error_shows_only_the_script(script):
    done = run(script("def f():\n    return 1 / 0\n\nf()\n"))
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert 'script.py", line 4' in done.stderr
    assert "runner.py" not in done.stderr
    assert "runpy" not in done.stderr


def test_a_missing_script_ends_with_code_2():
    done = run("no_such_script.py")
    assert done.returncode == 2
    assert "no_such_script.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_there_is_named(script, tmp_path):
    done = run_warm(script("from keras.layers import LSTM\nLSTM(3)\n"), tmp_path)
    assert done.returncode == 1
    assert "LSTM" in done.stderr
    done = run_warm(script("import tensorflow as tf\ntf.constants(1)\n"), tmp_path)
    assert "script.py, line 2: tensorflow.constants: is not in saccade" in done.stderr
    assert "tf.constant" in done.stderr
    done = run_warm(script("import tensorflow.nothing\n"), tmp_path)
    assert "has no module 'tensorflow.nothing'" in done.stderr


def test_installing_after_keras_was_imported_is_refused(tmp_path):
    pytest.importorskip("keras")
    code = "import keras, saccade.keras_alias as a\na.install()"
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 1
    assert "must be installed before Keras or TensorFlow is imported" in done.stderr
