"""`python -m saccade` runs scripts, modules and text as Python itself would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from scripts.warm_process import python


def start(*words: str | Path, cwd: Path, how: tuple[str, ...] = ("-m", "saccade"), **options):
    return subprocess.run(
        [sys.executable, *how, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


@pytest.fixture
def write(tmp_path):
    def text(name: str, code: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code))
        return path

    return text


SEES = """\
import os, sys
print(sys.argv, __name__, __file__, __package__, __spec__ and __spec__.name, sys.path[0])
print(sorted(name for name in globals() if not name.startswith("__")), __builtins__)
print(sys.modules["__main__"].__dict__ is globals(), __doc__)
sys.exit(len(sys.argv))
"""


@pytest.mark.parametrize("words", [("see.py", "a", "--b"), ("below/see.py",), ("link.py",)])
def test_a_script_sees_what_python_shows_it(write, tmp_path, words):
    write("see.py", SEES)
    write("below/see.py", SEES)
    (tmp_path / "link.py").symlink_to(tmp_path / "below" / "see.py")
    mine, theirs = start(*words, cwd=tmp_path), start(*words, cwd=tmp_path, how=())
    assert (mine.stdout, mine.returncode) == (theirs.stdout, theirs.returncode), mine.stderr


def test_a_module_sees_what_python_shows_it(write, tmp_path):
    write("kit/__init__.py", "")
    write("kit/__main__.py", "from .beside import value\nprint(value)\n" + SEES)
    write("kit/beside.py", "value = 7\n")
    seen = [start("-m", "kit", "a", cwd=tmp_path, how=how) for how in (("-m", "saccade"), ())]
    assert seen[0].stdout == seen[1].stdout, seen[0].stderr
    assert seen[0].returncode == seen[1].returncode == 2


def test_text_sees_what_python_shows_it(tmp_path):
    code = "import sys; print(sys.argv, __name__, sys.path[0], '__file__' in globals())"
    seen = [start("-c", code, "-x", cwd=tmp_path, how=how) for how in (("-m", "saccade"), ())]
    assert seen[0].stdout == seen[1].stdout, seen[0].stderr


def test_a_folder_with_a_main_is_run(write, tmp_path):
    write("kit/__main__.py", "import sys, beside\nprint(sys.argv, __name__, beside.value)\n")
    write("kit/beside.py", "value = 7\n")
    assert start("kit", "a", cwd=tmp_path).stdout == "['kit', 'a'] __main__ 7\n"


@pytest.mark.parametrize(
    "code",
    ["def f():\n    1 / 0\nf()\n", "def f(:\n", "import beside\n", "raise SystemExit('said')\n"],
)
def test_an_error_looks_as_in_python(write, tmp_path, code):
    write("fails.py", code)
    write("beside.py", "import json\njson.loads('x')\n")
    mine, theirs = start("fails.py", cwd=tmp_path), start("fails.py", cwd=tmp_path, how=())
    assert (mine.stderr, mine.returncode) == (theirs.stderr, theirs.returncode)


def test_ctrl_c_ends_as_in_python(write, tmp_path):
    write("waits.py", "import time\nprint('waiting', flush=True)\ntime.sleep(60)\n")
    ends = []
    for how in (("-m", "saccade"), ()):
        process = subprocess.Popen(
            [sys.executable, *how, "waits.py"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        ends.append((said, process.returncode))
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (("nothing.py",), "can't open file"),
        (("-m",), "argument expected for the -m option"),
        (("-c",), "argument expected for the -c option"),
        (("--check",), "--check needs one script"),
        (("--explain",), "--explain needs a script"),
        (("--explain", "train"), "--explain needs a script"),
    ],
)
def test_wrong_words_end_with_code_2(tmp_path, words, needed):
    done = start(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert needed in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.sampled
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_have_saccade(write, tmp_path, method):
    write(
        "starts.py",
        f"""
        import multiprocessing
        from keras.layers import Dense

        def work(units):
            from tensorflow.keras.layers import Dense as Other
            return Dense(units).units, Other is Dense, Dense.__module__

        if __name__ == "__main__":
            with multiprocessing.get_context({method!r}).Pool(1) as pool:
                print(pool.map(work, [3]))
        """,
    )
    done = start("starts.py", cwd=tmp_path)
    assert done.stdout == "[(3, True, 'saccade.layers.dense')]\n", done.stderr


def test_old_and_inner_module_paths_give_the_same_objects(write, tmp_path):
    write(
        "paths.py",
        """
        import importlib
        import keras
        from keras.layers import merge
        assert callable(merge)
        for path in (
            "keras.layers", "keras.layers.convolutional", "keras.layers.core.dense",
            "keras.src.layers", "keras.api.layers", "tensorflow.keras.layers",
            "tensorflow.python.keras.layers", "tf_keras.layers",
            "tensorflow.keras.layers.experimental.preprocessing", "keras.layers.merge",
        ):
            layers = importlib.import_module(path)
            assert layers.Conv2D is keras.layers.Conv2D, path
        from keras.utils.np_utils import to_categorical
        from keras.preprocessing.image import ImageDataGenerator
        from keras_preprocessing.image import ImageDataGenerator as Other
        from keras_applications.resnet50 import ResNet50
        from tensorflow.keras.applications.resnet50 import ResNet50 as Resnet
        import tensorflow.keras.layers.convolutional as old
        from tensorflow.python.keras.optimizer_v2.adam import Adam
        from keras.optimizers.legacy import Adam as Legacy
        import tensorflow.keras.utils
        import keras.backend.tensorflow_backend as K
        from keras import backend
        from keras.initializations import glorot_uniform
        from keras.utils.visualize_util import plot_model
        assert K is backend is backend.common and keras.backend.tensorflow_backend is K
        assert to_categorical is tensorflow.keras.utils.to_categorical
        assert ImageDataGenerator is Other and ResNet50 is Resnet and Adam is Legacy
        assert old.Conv2D is keras.layers.Conv2D
        print("same", keras.__version__, keras.version())
        """,
    )
    done = python("-m", "saccade", "paths.py", cwd=tmp_path)
    assert done.stdout == "same 3.15.1 3.15.1\n", done.stderr


def test_missing_names_are_told_with_line_and_nearest(write, tmp_path):
    for code, needed in (
        ("\nfrom keras.layers import Conv2DD\n", "x.py, line 2: saccade, which stands in for Keras here, has no 'Conv2DD' in keras.layers. The nearest that it has is 'Conv2D'."),
        ("from keras.layers.recurrent import LSTM\nLSTM(3)\n", "saccade has no recurrent layers"),
        ("from keras.layers import MaxoutDense\nMaxoutDense(3)\n", "Write Maximum() over several Dense"),
        ("from keras.layers import LSTM\nLSTM(3)\n", "keras.layers.LSTM: is not in saccade. saccade has no recurrent layers"),
        ("import keras.datasets.imdb\nkeras.datasets.imdb.load_data()\n", "Keras's imdb is not in saccade. saccade reads images"),
        ("import keras.nothing\n", "x.py, line 1: saccade, which stands in for Keras here, has no module 'keras.nothing'"),
        ("import tensorflow.nothing\n", "has no module 'tensorflow.nothing'"),
        ("import keras\nkeras.layers.Conv2DD\n", "The nearest that saccade has is 'Conv2D'."),
    ):  # fmt: skip
        write("x.py", code)
        done = python("-m", "saccade", "x.py", cwd=tmp_path)
        assert done.returncode == 1
        assert needed in done.stderr


def test_installed_packages_find_no_tensorflow(write, tmp_path):
    """A stand-in for a package: a file where Python looks for installed ones."""
    package = write(
        "site/probing.py",
        """
        import importlib, importlib.util, sys

        def finds():
            found = ["tensorflow" in sys.modules, importlib.util.find_spec("tensorflow")]
            for name in ("tensorflow", "tensorflow.keras"):
                for load in (__import__, importlib.import_module):
                    try:
                        load(name)
                        found.append(name)
                    except ModuleNotFoundError as error:
                        found.append("no " + error.name.split(".")[0])
            from keras.layers import Dense
            return found, Dense.__module__
        """,
    )
    write(
        "script.py",
        f"""
        import sys
        from saccade import requester
        requester._installed = lambda: ({str(package.parent)!r},)
        sys.path.append({str(package.parent)!r})
        import tensorflow as tf
        from tensorflow.keras.layers import Dense
        import probing
        print(probing.finds(), tf.__name__.rsplit(".")[-1])
        """,
    )
    done = python("-m", "saccade", "script.py", cwd=tmp_path)
    nothing = [False, None, *["no tensorflow"] * 4]
    assert done.stdout == f"({nothing}, 'saccade.layers.dense') tensorflow_alias\n", done.stderr


def test_install_as_a_first_line_serves_any_python(write, tmp_path):
    write(
        "first.py",
        "import saccade; saccade.install(); saccade.install()\nimport keras\nprint(keras.layers.Dense)\n",
    )
    done = start("first.py", cwd=tmp_path, how=())
    assert done.stdout == "<class 'saccade.layers.dense.Dense'>\n", done.stderr


def test_keras_1s_kernel_is_guessed_in_scripts_alone(write, tmp_path):
    """`Convolution2D(4, 3, 2)`: rows and columns of the kernel, or Keras 3's kernel and stride."""
    write(
        "old.py",
        "import sys\nif len(sys.argv) > 1: import saccade; saccade.install()\n"
        "from saccade.layers import Convolution2D\n"
        "layer = Convolution2D(4, 3, 2)\nprint(layer.kernel_size, layer.strides)\n",
    )
    todays, keras_1s = "(3, 3) (2, 2)\n", "(3, 2) (1, 1)\n"
    assert python("old.py", cwd=tmp_path).stdout == todays
    assert python("old.py", "install", cwd=tmp_path).stdout == keras_1s
    assert python("-m", "saccade", "old.py", cwd=tmp_path).stdout == keras_1s


def test_starting_costs_next_to_nothing(write, tmp_path):
    """What the runner itself loads is little: neither torch nor NumPy."""
    write(
        "bare.py",
        "import sys\nprint([name for name in ('torch', 'numpy', 'typer', 'rich') if name in sys.modules])\n",
    )
    assert start("bare.py", cwd=tmp_path).stdout == "[]\n"


def test_safe_path_is_respected(write, tmp_path):
    write("bare.py", "import sys\nprint(sys.path[0])\n")
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    seen = [
        start("bare.py", cwd=tmp_path, how=how, env=environment).stdout
        for how in (("-m", "saccade"), ())
    ]
    assert seen[0] == seen[1]
