"""Whole scripts in the shapes that people write, each unchanged and in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from faces.photo_folders import make_photos
from house.slow_cases import slow_unless
from saccade.keras_alias.check import check_script
from scripts.expected_lines import EXPECTED
from scripts.note_kinds import said_twice
from scripts.told_numbers import LEFT, TOLD, largest_difference, numbers_in
from scripts.warm_process import python

HERE = Path(__file__).parent
SCRIPTS = HERE / "acceptance"
WEIGHTS = HERE.parents[2] / "shared/weights/resnet50_weights_tf_dim_ordering_tf_kernels.h5"

# Shapes that the quick run leaves out: for most of them a sister of theirs is in it.
SLOW = (
    "alexnet", "basic_classification", "class_weights", "contrastive", "conv_base", "conv_mixer",
    "cosine_annealing", "distillation", "efficientnet_tuning", "fine_tune_at",
    "frames", "functional_cam",
    "image_ops", "inception_module", "integrated_gradients", "kfold_dataframe", "mixup_pairs",
    "mlp_mixer", "overfit", "rand_augment", "reptile", "roc_auc", "squeeze_excite",
    "torch_train_step",
)  # fmt: skip
# What today's Keras cannot run here, by what stands in its way: it has no TensorFlow beside it.
# `told_numbers.py` compares with Keras on TensorFlow itself, by hand.
NEEDS_TENSORFLOW = {
    "augmenting_layers": "requires the tensorflow module",
    "custom_loop": "no attribute 'data'",
    "efficientnet_tuning": "requires the tensorflow module",
    "efficientnet_v2_tuning": "requires the tensorflow module",
    "experts_quickstart": "no attribute 'newaxis'",
    "fine_tune_at": "requires the tensorflow module",
    "flowers": "requires the tensorflow module",
    "from_scratch": "requires the tensorflow module",
    "functional_cam": "no attribute 'GradientTape'",
    "image_ops": "no attribute 'io'",
    "integrated_gradients": "no attribute 'expand_dims'",
    "mean_teacher": "no attribute 'data'",
    "mixup_pairs": "no attribute 'data'",
    "old_train_step": "no attribute 'nn'",
    "overfit": "no attribute 'data'",
    "own_train_step": "no attribute 'GradientTape'",
    "pipeline": "no attribute 'data'",
    "plots": "No module named 'tensorflow'",
    "records": "no attribute 'data'",
    "reptile": "no attribute 'data'",
    "visualise_filters": "no attribute 'random'",
}
# What Keras 3 has given up, wherever it runs.
GIVEN_UP = {
    "bottleneck_features": "no attribute 'predict_generator'",
    "cyclic_rate": "no attribute 'set_value'",
    "own_metrics": "has no attribute 'sum'",  # of keras.backend
    "siamese": "no attribute 'sum'",  # the same
    "squeeze_excite": "no attribute 'int_shape'",  # the same
    "course_resnet": "Layer count mismatch",  # a file with a top for a network without
    "fine_tuning": "requires the tensorflow module",  # and layers.experimental
    "functional_transfer": "no attribute 'get_output_at'",
    "grid_search": "No module named 'keras.wrappers.scikit_learn'",
    "grad_cam": "no attribute 'output'",  # of a Sequential
    "graph_gradients": "no attribute 'set_learning_phase'",
    "keras1": "cannot import name 'np_utils'",
    "old_style": "No module named 'keras.layers.convolutional'",
    "rate_finder": "no attribute 'set_value'",
    "variational_layer": "No module named 'tensorflow'",  # and closes over symbols
    "theano_style": "No module named 'keras.layers.convolutional'",
    "save_load": "Unknown variable",  # it does not go on training what it read from .h5
}
NOT_ON_KERAS = {**NEEDS_TENSORFLOW, **GIVEN_UP}
# Keras on torch tells the counts of the validation as those of the training, too: the metric's
# result is its variable, which is written over before the epoch's logs are read.
OTHER_ON_KERAS = {"roc_auc"}
COMPARED = sorted(EXPECTED.keys() - NOT_ON_KERAS.keys() - OTHER_ON_KERAS)
OFTEN_COMPARED = ("mnist_convnet",)  # the rest is slow: two processes each
# By how much a number may differ. Where a gradient is rounding alone (of a bias before a
# BatchNormalization, say), Adam makes steps of a whole learning rate of it.
TOLERANCE, TOLERANCE_AT_THE_END = 1e-4, 1e-2


def run_on_saccade(words: list[Path], folder: Path) -> str:
    """What `python -m saccade WORDS` printed; it must end well."""
    done = python("-m", "saccade", *words, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not said_twice(done.stderr), done.stderr
    return done.stdout


def run_on_keras(words: list[Path], folder: Path) -> str:
    done = python(*words, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    return make_photos(
        tmp_path_factory.mktemp("acceptance") / "photos", count=12, size=(70, 60), colors=True
    )


def words_of(name: str, photos: Path) -> list[Path]:
    script = plain_words_of(name, photos)
    needs_a_set = "load_data()" in script[0].read_text()  # fixed_run.py brings one
    return [HERE / "fixed_run.py", *script] if needs_a_set else script


def plain_words_of(name: str, photos: Path) -> list[Path]:
    if name == "course_resnet" and not WEIGHTS.exists():
        pytest.skip(f"needs {WEIGHTS.name} in ../shared/weights")
    return [SCRIPTS / f"{name}.py", photos, *([WEIGHTS] if name == "course_resnet" else [])]


def test_every_script_is_run():
    assert sorted(path.stem for path in SCRIPTS.glob("*.py")) == sorted(EXPECTED)
    assert len(EXPECTED) >= 20


@pytest.mark.sampled
@pytest.mark.parametrize("name", slow_unless(lambda name: name not in SLOW, sorted(EXPECTED)))
def test_script_runs_unchanged(name, photos, tmp_path):
    said = run_on_saccade(words_of(name, photos), tmp_path)
    for line in EXPECTED[name]:
        assert line in said, said


def test_check_finds_every_name(capsys):
    assert max(check_script(str(script)) for script in sorted(SCRIPTS.glob("*.py"))) == 0
    assert capsys.readouterr().out.count("names are supported.") == len(EXPECTED)


@pytest.mark.parametrize("name", slow_unless(OFTEN_COMPARED.__contains__, COMPARED))
def test_numbers_are_those_of_keras(name, photos, tmp_path):
    """Every history, score and prediction, and what the script has in its hands at the end."""
    said = []
    for start in (run_on_saccade, run_on_keras):
        folder = tmp_path / start.__name__
        folder.mkdir()
        said.append(start([HERE / "fixed_run.py", *plain_words_of(name, photos)], folder))
    assert numbers_in(said[1], TOLD + LEFT), "nothing to compare"
    assert largest_difference(*said, TOLD) < TOLERANCE
    assert largest_difference(*said, LEFT) < TOLERANCE_AT_THE_END


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NOT_ON_KERAS))
def test_keras_still_cannot_run(name, photos, tmp_path):
    with pytest.raises(AssertionError, match=NOT_ON_KERAS[name]):
        run_on_keras([HERE / "fixed_run.py", *plain_words_of(name, photos)], tmp_path)
