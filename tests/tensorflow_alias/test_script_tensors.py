"""Tensors and weights of scripts that import Keras alone are as Keras on TensorFlow has them.

What it gives is in `script_tensors.json`, which `scripts/compare_tensorflow.py` writes. A script
that uses torch itself keeps torch's ways, and so do packages and saccade as a library.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.warm_process import python

HERE = Path(__file__).parent
# Keras's own numbers of a weight beside NumPy's are NumPy's; here they are tensors, as tf.Variable
# gives them. And fractions are no places, whatever NumPy's version.
DEPARTS = {"x @ w", "np.take(w, w)", "[a*2 for a in (b)]"}


@pytest.fixture
def run(tmp_path):
    def run_text(text: str) -> str:
        (tmp_path / "script.py").write_text(text)
        done = python("-m", "saccade", "script.py", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "requires_grad" not in done.stderr
        return done.stdout

    return run_text


def test_expressions_give_what_they_give_under_tensorflow(run):
    expected = json.loads((HERE / "script_tensors.json").read_text("utf-8"))
    found = json.loads(run((HERE / "programs" / "script_tensors.py").read_text("utf-8")))
    differing = {
        text: f"{found[text]} in place of {one}"
        for text, one in expected.items()
        if found[text] != one and text not in DEPARTS
    }
    assert not differing
    assert len(expected) > 1800
    warned = [text for text, one in found.items() if one.startswith("warns")]
    assert not warned


PLAIN = """
x = torch.ones(2, 3, requires_grad=True) * 2
assert type(x.shape) is torch.Size, type(x.shape)
assert x.dtype is torch.float32
assert repr(x[0]).startswith("tensor(["), repr(x[0])
assert type(np.sqrt(x.detach())) is torch.Tensor
assert (torch.ones(3) * np.ones(3)).dtype is torch.float64
assert (x == [1, 2]) is False
y = z = torch.zeros(2)
y += 1
assert z is y and z.sum() == 2
a = torch.zeros(3)
np.asarray(a)[0] = 5
assert a[0] == 5
print("plain")
"""


@pytest.mark.parametrize(
    "imports",
    [
        "import torch; T = torch",
        "import torch.nn as nn\nT = nn.modules.module.torch",
        "from torch import nn\nimport sys\nT = sys.modules['torch']",
    ],
)
def test_a_script_that_uses_torch_keeps_torchs_ways(run, imports):
    text = f"import numpy as np\nimport keras\n{imports}\nkeras.layers.Dense(2)\n"
    assert run(text + PLAIN.replace("torch.", "T.")) == "plain\n"


def test_the_library_leaves_torchs_tensors_alone(tmp_path):
    text = "import numpy as np, torch, saccade.layers\nsaccade.layers.Dense(2)\n"
    (tmp_path / "library.py").write_text(text + PLAIN)
    done = python("-m", "library", cwd=tmp_path)
    assert done.stdout == "plain\n", done.stderr


def test_tensors_of_lazy_faces_are_the_scripts_too(run):
    """The first tensor of the process comes from a name that is loaded when it is used."""
    text = "from keras import backend as K\nprint(K.ones((2,)).shape.as_list(), K.ones(2).dtype)\n"
    assert run(text) == "[2] <dtype: 'float32'>\n"


def test_datasets_answer_as_tf_data(run):
    text = (
        "import numpy as np, keras\nfrom PIL import Image\nimport os\n"
        "for c in 'ab':\n    os.makedirs(f'p/{c}')\n"
        "    Image.new('RGB', (8, 8)).save(f'p/{c}/1.png')\n"
        "d = keras.utils.image_dataset_from_directory('p', image_size=(8, 8), verbose=False)\n"
        "print(d.element_spec[0].shape.as_list())\n"
    )
    assert run(text).endswith("[None, 8, 8, 3]\n")
