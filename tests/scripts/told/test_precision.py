"""`--precision`: an unchanged script in half precision, and who wins where both choose one."""

from __future__ import annotations

import pytest
import torch

from saccade import notes
from saccade.dtype_policy import global_policy, set_global_policy
from saccade.keras_alias import precision
from saccade.numerics.machine import device, native_precision
from scripts.warm_process import python

SCRIPT = """\
import sys
import numpy as np
from tensorflow import keras
if "own" in sys.argv:
    keras.mixed_precision.set_global_policy("float32")
model = keras.Sequential([
    keras.layers.Input((6, 6, 3)),
    keras.layers.Conv2D(4, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(3, activation="softmax", dtype="float32"),
])
model.compile("adam", "sparse_categorical_crossentropy")
x, y = np.random.rand(40, 6, 6, 3), np.random.randint(0, 3, 40)
losses = model.fit(x, y, epochs=2, verbose=0, validation_data=(x, y)).history["val_loss"]
print([(layer.compute_dtype, layer.variable_dtype) for layer in model.layers], losses[1] < 2)
"""
HALF, WHOLE = "('bfloat16', 'float32')", "('float32', 'float32')"


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


def test_a_script_trains_in_bfloat16_and_is_told_so(script, tmp_path):
    done = python("-m", "saccade", "--precision", "bfloat16", script, cwd=tmp_path)
    assert done.stdout == f"[{HALF}, {HALF}, {WHOLE}] True\n"
    assert "--precision bfloat16: layers compute in bfloat16" in done.stderr
    plain = python("-m", "saccade", script, cwd=tmp_path)
    assert plain.stdout == f"[{WHOLE}, {WHOLE}, {WHOLE}] True\n"
    assert plain.stderr == ""


def test_the_script_wins(script, tmp_path):
    done = python("-m", "saccade", "--precision", "bfloat16", script, "own", cwd=tmp_path)
    assert done.stdout == f"[{WHOLE}, {WHOLE}, {WHOLE}] True\n"


def test_it_goes_with_explain_in_either_order(script, tmp_path):
    words = ["--precision", "bfloat16"]
    for order in (["--explain", *words], [*words, "--explain"]):
        done = python("-m", "saccade", *order, script, cwd=tmp_path)
        assert HALF in done.stdout
        assert "--precision bfloat16" in done.stderr[done.stderr.index("What saccade did") :]
        assert "in bfloat16, as measured now" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--precision", "half", "script.py"], "needs one of float32, bfloat16, float16, auto"),
        (["--precision"], "needs one of float32, bfloat16, float16, auto"),
        (["--precision", "auto"], "--precision needs a script"),
        (["--precision", "auto", "train", "photos"], "--precision needs a script"),
    ],
)
def test_other_words_are_refused(words, said, script, tmp_path):
    done = python("-m", "saccade", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.fixture
def machine(monkeypatch, caplog):
    before = global_policy()
    notes.forget_notes()

    def machine(kind, native):
        monkeypatch.setattr(device, "default_device", lambda: torch.device(kind))
        monkeypatch.setattr(native_precision, "has_native_bfloat16", lambda device: native)
        return caplog

    yield machine
    set_global_policy(before)
    notes.forget_notes()


@pytest.mark.parametrize(
    ("word", "kind", "native", "policy"),
    [
        ("float32", "cpu", True, "float32"),
        ("bfloat16", "cpu", True, "mixed_bfloat16"),
        ("bfloat16", "cpu", False, "mixed_bfloat16"),
        ("float16", "cuda", True, "mixed_float16"),
        ("auto", "cpu", True, "mixed_bfloat16"),
        ("auto", "cpu", False, "float32"),
        ("auto", "cuda", True, "mixed_bfloat16"),
        ("auto", "cuda", False, "mixed_float16"),
    ],
)
def test_what_is_chosen_on_a_machine(machine, word, kind, native, policy):
    said = machine(kind, native)
    precision.compute_in(word)
    assert global_policy().name == policy
    assert bool(said.text) == (word != "float32")
    assert ("imitates" in said.text) == (word == "bfloat16" and not native)


def test_float16_needs_a_gpu(machine):
    machine("cpu", True)
    with pytest.raises(ValueError, match="needs a GPU"):
        precision.compute_in("float16")
