"""`%load_ext saccade` in an IPython and in a Jupyter kernel, each a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

NET = """
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models
model = models.Sequential([layers.Flatten(input_shape=(4, 4, 1)), layers.Dense(2)])
model.compile("adam", "mse", metrics=["mae"])
x, y = np.ones((40, 4, 4, 1)), np.ones((40, 2))
"""
CELLS = [
    "%load_ext saccade",
    NET,
    "history = model.fit(x, y, epochs=2)",
    "float(tf.reduce_sum(tf.constant([1.0, 2.0])))",
    "from tensorflow.keras.layers import Conv2DD",
    "def asked():\n    import tensorflow.nothing\nasked()",
    "layers.Conv2DD",
    'layers.Dense("a")',
    "1 / 0",
    "print(len(history.epoch), model.predict(x, verbose=0).shape)",
]
# What a cell shows, among other things; what it must not.
SHOWN = {
    2: ["Epoch 2/2", "2/2 ━━━━━━━━━━━━━━━━━━━━", "- mae: "],
    3: ["3.0"],
    4: ["Cell In[5], line 1: saccade, which stands in for Keras here, has no 'Conv2DD'"],
    5: ["Cell In[6], line 2: saccade, which stands in for Keras here, has no module"],
    6: ["AttributeError", "The nearest that saccade has is 'Conv2D'."],
    7: ["----> 1 layers.Dense", "units must be a positive integer, got 'a'"],
    8: ["ZeroDivisionError"],
    9: ["2 (40, 2)"],
}
HIDDEN = {4: "script_imports.py", 5: "script_imports.py", 6: "keras_face.py"}

IPYTHON = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
for number, cell in enumerate(eval(sys.argv[1])):
    print(f"<<{number}>>", flush=True)
    shell.run_cell(cell, store_history=True)
"""


def assert_shown(said: list[str]) -> None:
    assert len(said) == len(CELLS)
    for number, lines in SHOWN.items():
        for line in lines:
            assert line in said[number], said[number]
        assert HIDDEN.get(number, "\0") not in said[number], said[number]
    assert not said[0].strip(), "loading says nothing"


def test_ipython(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", IPYTHON, repr(CELLS)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        env={**os.environ, "IPYTHONDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stdout
    assert_shown(re.split(r"<<\d+>>\n", done.stdout)[1:])


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the packages that talk to the kernel
def test_jupyter(tmp_path, monkeypatch):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    new = nbformat.v4
    notebook = new.new_notebook(cells=[new.new_code_cell(cell) for cell in CELLS])
    client = nbclient.NotebookClient(
        notebook, timeout=300, allow_errors=True, kernel_name="python3"
    )
    client.execute(cwd=str(tmp_path))
    said = [plain("".join(map(text_of, cell.outputs))) for cell in notebook.cells]
    assert_shown(said)
    fit = notebook.cells[2].outputs
    assert {output.name for output in fit} == {"stdout"}
    assert fit[0].text.startswith("Epoch 1/2\n")
    assert "\r" in "".join(output.text for output in fit), "an epoch's line is drawn over"


def text_of(output) -> str:
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.data.get("text/plain", ""))


def plain(text: str) -> str:
    """Without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
