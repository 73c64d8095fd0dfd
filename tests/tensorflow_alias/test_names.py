"""The table: every name is there, and what is not is refused with the script's line."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys

import pytest

import saccade
import saccade.tensorflow_alias as tf
from saccade.tensorflow_alias import session_names, table
from saccade.tensorflow_alias.modules import TableLoader
from scripts.warm_process import python

PACKAGE = "saccade.tensorflow_alias"


def test_every_name_of_the_table_is_there():
    missing = [name for name in tf.supported_names() if not is_there(name)]
    assert not missing, f"in the table, and nowhere else: {', '.join(missing)}"


def is_there(name: str) -> bool:
    module, _, last = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(f"{PACKAGE}.{module}".rstrip(".")), last)
    except (AttributeError, ImportError):
        return False
    return found is not None or name == "newaxis"


def test_the_list_is_sorted_and_knows_the_usual_names():
    names = tf.supported_names()
    assert names == sorted(set(names))
    assert {"keras", "image.resize", "data.AUTOTUNE", "compat.v1.logging.ERROR"} <= set(names)


def test_keras_is_saccade_itself():
    assert tf.keras.layers is saccade.layers
    assert tf.compat.v1.keras is tf.keras
    assert tf.__version__ == tf.version.VERSION == "2.21.0"


@pytest.mark.parametrize(
    ("ask", "nearest"),
    [
        (lambda: tf.reduce_men, "tf.reduce_mean"),
        (lambda: tf.image.resiz, "tf.image.resize"),
        (lambda: tf.enable_v2_behavior, "tf.compat.v1.enable_v2_behavior"),
        (lambda: tf.atan2, "tf.math.atan2"),
        (lambda: tf.compat.v1.logging.set_verbositty, "tf.compat.v1.logging.set_verbosity"),
    ],
)
def test_a_missing_name_is_told_with_line_and_nearest_name(ask, nearest):
    with pytest.raises(AttributeError) as told:
        ask()
    line = ask.__code__.co_firstlineno
    assert f"test_names.py, line {line}: tensorflow." in str(told.value)
    assert f"The nearest name that is: {nearest}." in str(told.value)


def test_a_refused_name_says_what_to_do():
    with pytest.raises(AttributeError, match="how torch was built"):
        _ = tf.sysconfig
    with pytest.raises(AttributeError, match="no graphs and sessions"):
        tf.compat.v1.placeholder(tf.float32)
    assert not hasattr(tf, "Variables")
    assert getattr(tf.image, "extract_glimpse", None) is None


def test_a_missing_name_under_import_keeps_its_sentence():
    with pytest.raises(ImportError, match=r"test_names.py, line \d+: tensorflow.image.resiz"):
        from saccade.tensorflow_alias.image import resiz  # noqa: F401


def test_nothing_heavy_is_loaded_before_it_is_used():
    code = (
        f"import sys, {PACKAGE} as tf, {PACKAGE}.image, {PACKAGE}.compat.v1.logging\n"
        "tf.supported_names()\n"
        "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules), 'loaded'"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("module", [name for name in table.NAMES if name])
def test_a_module_of_the_table_is_found_and_loaded_as_any_other(module):
    name = f"{PACKAGE}.{module}"
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.name == name
    made = importlib.import_module(name)
    assert made.__name__ == name
    assert sys.modules[name] is made
    assert set(table.names_in(module)) <= set(dir(made))
    above, _, last = name.rpartition(".")
    assert getattr(sys.modules[above], last) is made
    assert made.__doc__ == f"`tensorflow.{module}`."


def test_a_module_is_found_by_a_process_that_has_not_loaded_the_package():
    code = (
        "import importlib.util as u, sys\n"
        f"assert u.find_spec('{PACKAGE}.data.experimental')\n"
        f"assert u.find_spec('{PACKAGE}.nothing') is None\n"
        f"assert u.find_spec('{PACKAGE}.parts.data.datasets').has_location\n"
        "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules), 'loaded'"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_left_over_from_an_older_checkout_hides_no_module(tmp_path, monkeypatch):
    (tmp_path / "nn" / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(tf, "__path__", [*tf.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, f"{PACKAGE}.nn", raising=False)
    spec = importlib.util.find_spec(f"{PACKAGE}.nn")
    assert isinstance(spec.loader, TableLoader)


def test_no_name_of_the_table_hides_a_module():
    for module in table.NAMES:
        inner = {one.rpartition(".")[2] for one in table.NAMES if one.rpartition(".")[0] == module}
        assert not inner & set(table.names_in(module)), module


@pytest.mark.parametrize(
    ("module", "name", "do"),
    [
        ("", "app", r"main\(\)"),
        ("", "flags", "argparse"),
        ("train", "Saver", "tf.train.Checkpoint"),
        ("", "placeholder", "give arrays to functions"),
    ],
)
def test_names_of_tensorflow_1_say_their_way_out(module, name, do):
    for below in [module] if module else ["", "compat.v1"]:
        with pytest.raises(AttributeError, match=do):
            getattr(importlib.import_module(f"{PACKAGE}.{below}".rstrip(".")), name)


def test_names_of_tensorflow_1_that_moved_are_where_scripts_know_them():
    for below in ("", ".compat.v1"):
        old = importlib.import_module(PACKAGE + below)
        assert old.log(1.0) == 0
        assert old.image.resize_image_with_crop_or_pad(tf.ones((4, 4, 3)), 2, 6).shape == (2, 6, 3)
        assert old.random_normal((2, 3)).shape == (2, 3)
        assert not old.gfile.Exists("nowhere")
        assert {"log", "random_normal"} <= set(dir(old))
        assert "resize_images" in dir(old.image)
    with pytest.raises(AttributeError, match="nearest name that is"):
        _ = tf.lgo


def test_print_of_tensorflow_1_passes_its_tensor_on(capsys):
    assert tf.Print(tf.constant(2), [tf.constant([1, 2]), 3], message="seen: ") == 2
    assert capsys.readouterr().err == "seen: [[1 2]][3]\n"


@pytest.mark.parametrize("name", sorted(session_names._table()))
def test_every_name_that_moved_is_there(name):
    module, _, word = name.rpartition(".")
    found = getattr(importlib.import_module(f"{PACKAGE}.{module}".rstrip(".")), word)
    room, today = session_names.today_of(module, word)
    assert found is getattr(importlib.import_module(f"{PACKAGE}.{room}".rstrip(".")), today)
    assert name not in tf.supported_names(), "it has an entry of its own in the table"


def test_what_courses_import_out_of_tensorflow_is_there(tmp_path):
    """The deeplearning.ai notebooks begin so."""
    script = tmp_path / "script.py"
    script.write_text(
        "from tensorflow.python.framework import ops\n"
        "from tensorflow.python.framework.ops import EagerTensor\n"
        "import tensorflow as tf\n"
        "ops.reset_default_graph()\n"
        "assert isinstance(tf.constant(1), EagerTensor)\n"
        "assert type(tf.constant(1)) == ops.EagerTensor == EagerTensor\n"
        "assert not hasattr(tf, 'ops')\n"
        "print('done')\n"
    )
    ran = python("-m", "saccade", script, cwd=tmp_path)
    assert ran.stdout == "done\n", ran.stderr


def test_first_lines_of_tensorflow_1_are_there():
    tf.logging.set_verbosity(tf.logging.ERROR)
    assert tf.logging.ERROR == tf.compat.v1.logging.ERROR
    tf.set_random_seed(42)
    first = tf.random.normal((2,))
    tf.set_random_seed(42)
    assert (tf.random.normal((2,)) == first).all()
