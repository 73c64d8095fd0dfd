"""Scripts as courses and tutorials write them: each runs to its end, or is listed here with what stops it."""

from __future__ import annotations

from pathlib import Path

import pytest

from faces.photo_folders import make_photos
from scripts.test_acceptance import run_on_saccade
from slow_cases import slow_unless

HERE = Path(__file__).parent
COURSES = HERE / "courses"
NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in COURSES.glob("*/*.py"))
QUICK = (
    "keras2/callbacks_and_rates",
    "keras2/keras1_inception_merge",
    "keras3/lr_finder",
    "keras3/mixup",
    "keras3/own_losses_metrics",
)
# Each with what its error says. One that starts running is to be taken off.
STOPS = {
    "keras2/augmentation_gallery": "channels_first",
    "keras2/dcgan": "must have a weight to train",
    "keras2/deep_dream": "numpy.object_",
    "keras2/grid_search": "keras.wrappers.scikit_learn",
    "keras2/keras1_cifar_theano": "channels first",
    "keras2/neural_style": "would not be trained",
    "keras2/own_layers": "must be in custom_objects",
    "keras2/save_as_json": "model_from_yaml",
    "keras2/siamese_contrastive": "those of a call on symbols",
    "keras2/smaller_vgg_cli": "the name must end in",
    "keras2/tf1_fashion": "tensorflow.logging",
    "keras2/unet_nuclei": "is a lambda",
    "keras2/variational_lambda": "has no len",
    "keras2/vgg_lesson_notebook": "channels first",
    "keras3/all_callbacks": "tensorflow.summary",
    "keras3/conv_mixer_cifar": "name 'idx' is not defined",
    "keras3/fgsm_and_uncertainty": "no attribute 'minimize'",
    "keras3/image_pipeline": "tensorflow.random.experimental",
    "keras3/multi_input_output": "the input shape is known once the layer is built",
    "keras3/save_and_load": "is a lambda",
    "keras3/subclass_quickstart": "tensorflow.train",
    "keras3/vision_transformer": "Embedding",
}


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("courses") / "photos"
    return make_photos(folder, count=12, size=(70, 60), colors=True)


def run_course(name: str, photos: Path, folder: Path) -> str:
    return run_on_saccade([HERE / "course_run.py", COURSES / f"{name}.py", photos], folder)


def test_there_are_sixty():
    assert len(NAMES) == 60
    assert set(QUICK) | STOPS.keys() <= set(NAMES)


@pytest.mark.parametrize(
    "name", slow_unless(QUICK.__contains__, [name for name in NAMES if name not in STOPS])
)
def test_course_script_runs_to_its_end(name, photos, tmp_path):
    assert run_course(name, photos, tmp_path).strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STOPS))
def test_course_script_still_stops(name, photos, tmp_path):
    with pytest.raises(AssertionError, match=STOPS[name]):
        run_course(name, photos, tmp_path)
