"""Models that Keras 1.2.2, 2.2.4, 2.3.1 and tf.keras 2.2.4-tf, 2.10 and 2.21 themselves wrote.

`scripts/old_keras/make.py` made the archives and says with which versions of what.
"""

from __future__ import annotations

import json
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saccade import notes
from saccade.layers import DepthwiseConv2D, Input
from saccade.models import Model, load_model, model_from_json
from saccade.optimizers import Nadam, RMSprop

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "scripts" / "old_keras"))
from make import images  # noqa: E402

ARCHIVES = sorted((HERE / "old_keras").glob("*.tar.xz"))
VERSIONS = [path.name.removeprefix("keras-").removesuffix(".tar.xz") for path in ARCHIVES]
MODELS = ("convnet", "two_outputs", "partly_frozen", "head_on_a_graph", "many_layers", "objects")
OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam")
X, KINDS, SIZES = images()
# Until TensorFlow 2 a frozen BatchNormalization normalised with the batch while training.
FROZEN_TRAINS = ("1.2.2", "2.2.4", "2.3.1", "2.2.4-tf")
# Until TensorFlow 2 an activity regularizer was not divided by the size of the batch; and Keras 1
# tests with it, and with the penalties of weights, as later ones do.
ACTIVITY_WHOLE = ("2.2.4", "2.3.1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("old_keras")


@pytest.fixture(params=VERSIONS)
def version(request, folder):
    """The version; its files are in the folder of that name."""
    target = folder / request.param
    if not target.exists():
        with tarfile.open(HERE / "old_keras" / f"keras-{request.param}.tar.xz") as packed:
            packed.extractall(target, filter="data")
    notes.forget_notes()
    yield request.param
    notes.forget_notes()


def found(model: Any) -> list[np.ndarray]:
    predicted = model.predict(X, verbose=0)
    return predicted if isinstance(predicted, list) else [predicted]


def targets(model: Any) -> Any:
    return [KINDS, SIZES] if len(model.outputs) == 2 else KINDS


def close(mine: Any, theirs: Any, **tolerance: float) -> None:
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one, other, **(tolerance or {"atol": 1e-5}))


def numbers_of(folder: Path, version: str, name: str) -> dict[str, Any]:
    numbers = json.loads((folder / version / "numbers.json").read_text())
    if name not in numbers:
        pytest.skip(f"Keras {version} has no {name}")
    return numbers[name]


@pytest.mark.sampled
@pytest.mark.parametrize("name", MODELS)
def test_a_model_predicts_and_measures_what_it_did(folder, version, name):
    numbers = numbers_of(folder, version, name)
    model = load_model(folder / version / f"{name}.h5")
    close(found(model), numbers["predicted"])
    tested = np.ravel(model.test_on_batch(X, targets(model)))
    if not (name == "many_layers" and version in ACTIVITY_WHOLE):
        close(tested, numbers["tested"], atol=1e-4)


@pytest.mark.parametrize("name", ["convnet", "two_outputs", "partly_frozen", "head_on_a_graph"])
def test_training_goes_on_with_the_same_losses(folder, version, name):
    numbers = numbers_of(folder, version, name)
    model = load_model(folder / version / f"{name}.h5")
    if name in ("partly_frozen", "head_on_a_graph") and version in FROZEN_TRAINS:
        return
    losses = [np.ravel(model.train_on_batch(X, targets(model)))[0] for _ in range(2)]
    close(losses, numbers["losses"], atol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_on_from_its_state(folder, version, name, caplog):
    numbers = numbers_of(folder, version, name)
    model = load_model(folder / version / f"{name}.h5")
    assert "starts anew" not in caplog.text
    if version in ("1.2.2", "2.2.4") and isinstance(model.optimizer, RMSprop):
        assert int(model.optimizer.iterations) == 0  # its count is not in the file
        model.optimizer.set_weights([np.int64(2), *model.optimizer.variables[1:]])
    losses = [np.ravel(model.train_on_batch(X, KINDS))[0] for _ in range(2)]
    if version == "2.21.0" and isinstance(model.optimizer, Nadam):
        losses, numbers["losses"] = losses[:1], numbers["losses"][:1]  # see docs/files.md
    close(losses, numbers["losses"], atol=1e-4)


@pytest.mark.sampled
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_weights_go_into_the_model_of_the_json(folder, version, name, by_name):
    numbers = numbers_of(folder, version, name)
    model = model_from_json((folder / version / f"{name}.json").read_text())
    model.set_weights([weight * 0 for weight in model.get_weights()])
    model.load_weights(folder / version / f"{name}_weights.h5", by_name=by_name)
    close(found(model), numbers["predicted"])


def test_the_weights_of_a_partly_frozen_model_fit_the_unfrozen_one(folder, version):
    """Keras itself writes and reads trainable weights first, and so reads others into them."""
    numbers = numbers_of(folder, version, "partly_frozen")
    model = model_from_json((folder / version / "partly_frozen.json").read_text())
    inner = model.layers[0]
    assert {layer.trainable for layer in inner.layers} == {True, False}
    inner.trainable = True
    model.load_weights(folder / version / "partly_frozen_weights.h5")
    close(found(model), numbers["predicted"])


def test_nothing_is_said_about_the_words_of_a_file(folder, version, caplog):
    load_model(folder / version / "many_layers.h5")
    assert "Keras 1's name" not in caplog.text


def test_an_archive_of_tf_keras_is_read_in_the_words_of_today(tmp_path):
    """tf.keras wrote `groups` into layers that have none, and signed with its own version."""
    image = Input((8, 8, 3))
    model = Model(image, DepthwiseConv2D(3, name="d")(image))
    model.save(tmp_path / "ours.keras")
    with (
        zipfile.ZipFile(tmp_path / "ours.keras") as ours,
        zipfile.ZipFile(tmp_path / "theirs.keras", "w") as theirs,
    ):
        for name in ours.namelist():
            data = ours.read(name)
            if name == "metadata.json":
                data = json.dumps({"keras_version": "2.15.0"}).encode()
            if name == "config.json":
                record = json.loads(data)
                record["config"]["layers"][1]["config"] |= {"groups": 1, "kernel_initializer": None}
                data = json.dumps(record).encode()
            theirs.writestr(name, data)
    again = load_model(tmp_path / "theirs.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
