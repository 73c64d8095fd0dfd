"""Whole scripts in the shapes that people write, each unchanged and in a process of its own."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from faces.photo_folders import make_photos

HERE = Path(__file__).parent
SCRIPTS = HERE / "acceptance"
WEIGHTS = HERE.parents[2] / "shared/weights/resnet50_weights_tf_dim_ordering_tf_kernels.h5"

# What each must print, among other things.
EXPECTED = {
    "arrays": ["test: [", "history: {'accuracy': ["],
    "augmenting_layers": ["changed: True", "at rest: True", "shapes: True ['bar', 'dot', 'rim']"],
    "binary": ["batch: (5, 32, 32, 3) (5,) float32", "'acc': ["],
    "callbacks": ["files: ['best.weights.h5', 'log.csv']"],
    "course_lenet": ["keys: ['acc', 'loss', 'val_acc', 'val_loss']", "Total params"],
    "course_resnet": ["trainable: 6147"],
    "custom_loop": ["Training loss at step 5", "steps: 6 learns: True"],
    "explicit_classes": ["{'rim': 0, 'bar': 1, 'dot': 2} (20, 24, 1) 6 36"],
    "feature_maps": [
        "maps: [(1, 38, 38, 4), (1, 19, 19, 4), (1, 17, 17, 6)]",
        "kernel: (3, 3, 3, 4) (4,)",
        "same: True",
    ],
    "fine_tuning": ["trained: 2 then more: True", "epochs: [0, 1] [2]"],
    "from_scratch": ["scores: (7, 3)", "finite: True"],
    "functional_transfer": ["layers: 22 trained: 4"],
    "grad_cam": ["heatmap: (46, 46)"],
    "graph_gradients": ["heatmap: (13, 13) (8,) True", "pattern: (1, 32, 32, 3) rises: True"],
    "k_fold": ["folds: 3 ['conv2d', 'conv2d', 'conv2d']"],
    "keras1": [
        "shapes: [(None, 26, 26, 4), (None, 26, 26, 4), (None, 26, 26, 4), (None, 13, 13, 4)]",
        "classes: (60,)",
    ],
    "mnist_convnet": ["Total params: 34,826", "Test loss:"],
    "old_style": [
        "rows: (8, 3) score: 2 weights: 4",
        "[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]",
        "keys: ['acc', 'loss', 'val_acc', 'val_loss']",
    ],
    "own_train_step": ["falls: True", "keys: ['loss', 'mae']"],
    "pipeline": ["batch: (8, 32, 32, 3) (8, 3) float32", "batches: 4"],
    "plots": ["epochs: [0, 1, 2] params: ['epochs', 'steps', 'verbose']"],
    "rate_finder": ["rates: True", "losses: 12"],
    "regression": ["'val_mae': ["],
    "report": ["same: True", "precision"],
    "save_load": ["model.keras True", "model.h5 True", "json True"],
    "sequence": ["rows: (50, 3) ended: True"],
    "visualise_filters": ["image: (60, 60, 3) rises: True"],
}
NEEDS_A_SET = ("arrays", "mnist_convnet")  # fixed_run.py brings one
SAME_HISTORY = (
    "arrays", "binary", "callbacks", "explicit_classes", "mnist_convnet", "regression",
    "sequence",
)  # fmt: skip


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    return make_photos(
        tmp_path_factory.mktemp("acceptance") / "photos", count=12, size=(70, 60), colors=True
    )


def run(words: list[str | Path], cwd: Path) -> str:
    """What a process printed; it must end well."""
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "KERAS_BACKEND": "torch", "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def words_of(name: str, photos: Path) -> list[str | Path]:
    script = [SCRIPTS / f"{name}.py", photos, *([WEIGHTS] if name == "course_resnet" else [])]
    return [HERE / "fixed_run.py", *script] if name in NEEDS_A_SET else script


def test_every_script_is_run():
    assert sorted(path.stem for path in SCRIPTS.glob("*.py")) == sorted(EXPECTED)
    assert len(EXPECTED) >= 20


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_script_runs_unchanged(name, photos, tmp_path):
    if name == "course_resnet" and not WEIGHTS.exists():
        pytest.skip(f"needs {WEIGHTS.name} in ../shared/weights")
    said = run(["-m", "saccade", *words_of(name, photos)], tmp_path)
    for line in EXPECTED[name]:
        assert line in said, said


def test_check_finds_every_name():
    """In one process: each would load torch anew."""
    code = "import sys; from saccade.keras_alias.check import check_script as check; "
    code += "sys.exit(max(map(check, sys.argv[1:])))"
    said = run(["-c", code, *sorted(SCRIPTS.glob("*.py"))], HERE)
    assert said.count("names are supported.") == len(EXPECTED)


@pytest.mark.parametrize("name", SAME_HISTORY)
def test_history_is_that_of_keras(name, photos, tmp_path):
    words = [HERE / "fixed_run.py", SCRIPTS / f"{name}.py", photos]
    mine, theirs = (history_in(run([*how, *words], tmp_path)) for how in (["-m", "saccade"], []))
    assert mine.keys() == theirs.keys()
    for key, values in theirs.items():
        np.testing.assert_allclose(mine[key], values, rtol=2e-3, atol=2e-4, err_msg=key)


def history_in(said: str) -> dict[str, list[float]]:
    line = next(line for line in said.splitlines() if line.startswith("history: "))
    return ast.literal_eval(line.removeprefix("history: "))
