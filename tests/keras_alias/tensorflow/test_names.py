"""The table: every name is there, and what is not is refused with the script's line."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import saccade
import saccade.tensorflow_alias as tf
from saccade.tensorflow_alias import table

PACKAGE = "saccade.tensorflow_alias"


@pytest.mark.parametrize("name", tf.supported_names())
def test_every_name_of_the_table_is_there(name):
    module, _, word = name.rpartition(".")
    assert getattr(
        importlib.import_module(f"{PACKAGE}.{module}".rstrip(".")), word
    ) is not None or (name == "newaxis")


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
        (lambda: tf.set_random_seed, "tf.compat.v1.set_random_seed"),
        (lambda: tf.log, "tf.math.log"),
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
    with pytest.raises(AttributeError, match="TensorBoard"):
        _ = tf.summary
    with pytest.raises(AttributeError, match="no graphs and sessions"):
        tf.compat.v1.disable_eager_execution()
    assert not hasattr(tf, "Session")
    assert getattr(tf.image, "ssim_multiscale", None) is None


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


def test_no_name_of_the_table_hides_a_module():
    for module in table.NAMES:
        inner = {one.rpartition(".")[2] for one in table.NAMES if one.rpartition(".")[0] == module}
        assert not inner & set(table.names_in(module)), module


@pytest.mark.parametrize(
    ("module", "name", "do"),
    [
        ("image", "resize_images", r"tf.image.resize\(images"),
        ("", "get_default_graph", "no graphs"),
        ("", "reset_default_graph", "clear_session"),
        ("", "GPUOptions", "memory is taken"),
        ("", "InteractiveSession", "no graphs and sessions"),
        ("", "to_float", r"tf.cast\(x, tf.float32\)"),
        ("", "to_int32", r"tf.cast\(x, tf.int32\)"),
        ("", "app", r"main\(\)"),
        ("", "flags", "argparse"),
        ("", "train", "keras.optimizers"),
        ("", "global_variables_initializer", "leave the line out"),
        ("", "client", "tf.config.list_physical_devices"),
    ],
)
def test_names_of_tensorflow_1_say_their_way_out(module, name, do):
    for below in [module] if module else ["", "compat.v1"]:
        with pytest.raises(AttributeError, match=do):
            getattr(importlib.import_module(f"{PACKAGE}.{below}".rstrip(".")), name)
