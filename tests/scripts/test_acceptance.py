"""Whole scripts in the shapes that people write, each unchanged and in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from faces.photo_folders import make_photos
from scripts.told_numbers import largest_difference, run

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
# What today's Keras cannot run here, by what stands in its way: it has no TensorFlow beside it.
# `told_numbers.py` compares with Keras on TensorFlow itself, by hand.
NEEDS_TENSORFLOW = {
    "augmenting_layers": "requires the tensorflow module",
    "custom_loop": "no attribute 'data'",
    "from_scratch": "requires the tensorflow module",
    "own_train_step": "no attribute 'GradientTape'",
    "pipeline": "no attribute 'data'",
    "plots": "No module named 'tensorflow'",
    "visualise_filters": "no attribute 'random'",
}
# What Keras 3 has given up, wherever it runs.
GIVEN_UP = {
    "course_resnet": "Layer count mismatch",  # a file with a top for a network without
    "fine_tuning": "requires the tensorflow module",  # and layers.experimental
    "functional_transfer": "no attribute 'get_output_at'",
    "grad_cam": "no attribute 'output'",  # of a Sequential
    "graph_gradients": "no attribute 'set_learning_phase'",
    "keras1": "cannot import name 'np_utils'",
    "old_style": "No module named 'keras.layers.convolutional'",
    "rate_finder": "no attribute 'set_value'",
    "save_load": "Unknown variable",  # it does not go on training what it read from .h5
}
NOT_ON_KERAS = {**NEEDS_TENSORFLOW, **GIVEN_UP}
COMPARED = sorted(EXPECTED.keys() - NOT_ON_KERAS.keys())
OFTEN_COMPARED = ("callbacks", "mnist_convnet", "report")  # the others are slow: two processes each
TOLERANCE = 1e-4


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    return make_photos(
        tmp_path_factory.mktemp("acceptance") / "photos", count=12, size=(70, 60), colors=True
    )


def words_of(name: str, photos: Path) -> list[str | Path]:
    script = plain_words_of(name, photos)
    return [HERE / "fixed_run.py", *script] if name in NEEDS_A_SET else script


def plain_words_of(name: str, photos: Path) -> list[str | Path]:
    if name == "course_resnet" and not WEIGHTS.exists():
        pytest.skip(f"needs {WEIGHTS.name} in ../shared/weights")
    return [SCRIPTS / f"{name}.py", photos, *([WEIGHTS] if name == "course_resnet" else [])]


def test_every_script_is_run():
    assert sorted(path.stem for path in SCRIPTS.glob("*.py")) == sorted(EXPECTED)
    assert len(EXPECTED) >= 20


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_script_runs_unchanged(name, photos, tmp_path):
    said = run(["-m", "saccade", *words_of(name, photos)], tmp_path)
    for line in EXPECTED[name]:
        assert line in said, said


def test_check_finds_every_name():
    """In one process: each would load torch anew."""
    code = "import sys; from saccade.keras_alias.check import check_script as check; "
    code += "sys.exit(max(map(check, sys.argv[1:])))"
    said = run(["-c", code, *sorted(SCRIPTS.glob("*.py"))], HERE)
    assert said.count("names are supported.") == len(EXPECTED)


@pytest.mark.parametrize(
    "name",
    [
        name if name in OFTEN_COMPARED else pytest.param(name, marks=pytest.mark.slow)
        for name in COMPARED
    ],
)
def test_numbers_are_those_of_keras(name, photos, tmp_path):
    """Every history, score and prediction, and what the script has in its hands at the end."""
    said = []
    for number, how in enumerate((["-m", "saccade"], [])):
        folder = tmp_path / str(number)
        folder.mkdir()
        said.append(run([*how, HERE / "fixed_run.py", *plain_words_of(name, photos)], folder))
    assert largest_difference(*said) < TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NOT_ON_KERAS))
def test_keras_still_cannot_run(name, photos, tmp_path):
    with pytest.raises(AssertionError, match=NOT_ON_KERAS[name]):
        run([HERE / "fixed_run.py", *plain_words_of(name, photos)], tmp_path)
