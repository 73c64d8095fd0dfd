"""The lesson's ResNet50 section runs unchanged, on real weights and a handful of real photos."""

import re
import shutil
from pathlib import Path

import pytest

from scripts.warm_process import python

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared"
WEIGHTS = SHARED / "weights" / "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
FRUITS = SHARED / "data" / "fruits" / "train"


@pytest.fixture
def few_photos(tmp_path):
    """Eight photos of each of two fruits: two of the eight are for validation."""
    if not (WEIGHTS.exists() and FRUITS.is_dir()):
        pytest.skip("the folder `shared` with weights and fruits is not beside the checkout")
    for name in ("Banana", "Kiwi"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for photo in sorted((FRUITS / name).iterdir())[:8]:
            shutil.copy(photo, folder)
    return tmp_path / "photos"


@pytest.mark.slow
def test_the_lessons_resnet_runs_as_written(few_photos):
    script = REPOSITORY / "examples" / "lesson_resnet.py"
    done = python("-m", "saccade", script, WEIGHTS, few_photos, "6", cwd=few_photos.parent)
    assert done.returncode == 0, done.stderr
    assert "Found 12 images belonging to 2 classes." in done.stdout
    assert "Found 4 images belonging to 2 classes." in done.stdout
    # The counts of ResNet50 without its top, and of a head of 2048 weights and a bias a class.
    assert "Total params: 23,591,810" in done.stdout
    assert re.search(r"Trainable params: 4,098\b", done.stdout)
    assert "Non-trainable params: 23,587,712" in done.stdout
    losses = [float(loss) for loss in re.findall(r" - loss: ([\d.e+-]+)", done.stdout)]
    assert len(losses) == 6
    assert losses[-1] < 0.1 * losses[0]
    # A banana is no kiwi: four photos out of four, with pixels as the network knows them.
    assert re.search(r"^validation accuracy: 1\.0$", done.stdout, re.MULTILINE), done.stdout
    assert "preprocess" not in done.stderr  # the guard has nothing to say
