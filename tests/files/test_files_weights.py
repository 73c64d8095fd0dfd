"""Weights alone: `.weights.h5`, and out of a `.keras` file."""

import os

import h5py
import numpy as np
import pytest
import torch

from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile, NotSupported, StateError
from saccade.layers import Dense, Input
from saccade.models import Model, Sequential, load_model
from saccade.notes import forget_notes

X = np.random.RandomState(1).standard_normal((6, 4)).astype("float32")
Y = np.random.RandomState(2).standard_normal((6, 2)).astype("float32")


def made(seed, units=3, optimizer="adam"):
    torch.manual_seed(seed)
    model = Sequential([Dense(units, "tanh", input_shape=(4,)), Dense(2)])
    if optimizer:
        model.compile(optimizer, "mse")
    return model


@pytest.mark.parametrize("name", ["m.weights.h5", "m.keras"])
def test_weights_come_back(tmp_path, name):
    model, other = made(1), made(2, optimizer=None)
    (model.save_weights if name.endswith("h5") else model.save)(tmp_path / name)
    other.load_weights(tmp_path / name)
    np.testing.assert_array_equal(model.predict(X, verbose=0), other.predict(X, verbose=0))


def test_an_optimizer_that_has_taken_steps_takes_the_state_over(tmp_path):
    model, other = made(1), made(2)
    for one, epochs in ((model, 3), (other, 1)):
        one.fit(X, Y, epochs=epochs, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    assert other.optimizer.iterations == 3
    for one in (model, other):
        one.fit(X, Y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.predict(X, verbose=0), other.predict(X, verbose=0))


def test_an_optimizer_that_has_not_stays_as_compile_made_it(tmp_path):
    model, other = made(1), made(2)
    model.optimizer.learning_rate = 0.5
    model.fit(X, Y, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    assert (other.optimizer.learning_rate, other.optimizer.iterations) == (0.001, 0)


def test_a_state_that_does_not_fit_is_left_and_noted(tmp_path, caplog):
    model, other = made(1), made(2, optimizer="sgd")
    for one in (model, other):
        one.fit(X, Y, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    forget_notes()
    other.load_weights(tmp_path / "m.weights.h5")
    assert other.optimizer.iterations == 1
    assert "keeps its own state" in caplog.text
    np.testing.assert_array_equal(model.predict(X, verbose=0), other.predict(X, verbose=0))


def test_all_or_none(tmp_path):
    made(1, units=3).save_weights(tmp_path / "m.weights.h5")
    other = made(2, units=5)
    before = other.get_weights()
    with pytest.raises(FileFormatError, match="3 that do not fit"):
        other.load_weights(tmp_path / "m.weights.h5")
    for mine, old in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, old)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("m.npz", InvalidArgument),
        ("m", NotSupported),
        ("m.keras", InvalidArgument),
        ("gone/m.weights.h5", NoSuchFile),
    ],
)
def test_names_for_writing(tmp_path, name, error):
    with pytest.raises(error, match=r"\.weights\.h5|must exist"):
        made(1).save_weights(tmp_path / name)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "error"),
    [("m.h5", FileFormatError), ("m.npz", InvalidArgument), ("gone.weights.h5", NoSuchFile)],
)
def test_names_for_reading(tmp_path, name, error):
    (tmp_path / "m.h5").write_bytes(b"")
    with pytest.raises(error, match=r"\.weights\.h5|whole HDF5 file"):
        made(1).load_weights(tmp_path / name)


def test_a_file_that_exists_is_kept_and_never_damaged(tmp_path, monkeypatch):
    path = tmp_path / "m.weights.h5"
    made(1).save_weights(path)
    before = path.read_bytes()
    with pytest.raises(InvalidArgument, match="overwrite=False"):
        made(1).save_weights(path, overwrite=False)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(h5py.Group, "__setitem__", full)
    with pytest.raises(OSError, match="No space left"):
        made(2).save_weights(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]


def test_files_that_are_something_else(tmp_path):
    path = tmp_path / "m.weights.h5"
    path.write_bytes(b"hello")
    with pytest.raises(FileFormatError, match="whole HDF5 file"):
        made(1).load_weights(path)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["dense"]
    with pytest.raises(FileFormatError, match='"dense" is named in the file'):
        made(1).load_weights(path)


def test_a_model_that_is_not_built(tmp_path):
    model = Sequential([Dense(2)])
    with pytest.raises(StateError, match="must be built"):
        model.save_weights(tmp_path / "m.weights.h5")
    made(1).save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(StateError, match="must be built"):
        model.load_weights(tmp_path / "m.weights.h5")


class Halves(Model):
    """Two networks that a `train_step` uses, as in a GAN or VAE: there is no `call`."""

    def __init__(self, start="zeros"):
        super().__init__()
        self.encoder = Sequential([Input((4,)), Dense(2, kernel_initializer=start)])
        self.decoder = Sequential([Input((2,)), Dense(4, kernel_initializer=start)])


@pytest.mark.parametrize("name", ["m.weights.h5", "m.h5", "m.safetensors"])
def test_a_model_without_a_call_has_the_weights_of_its_parts(tmp_path, name, caplog):
    model, other = Halves("ones"), Halves()
    model.save_weights(tmp_path / name)
    other.load_weights(tmp_path / name)
    assert [weights.sum() for weights in other.get_weights()] == [8, 0, 8, 0]
    model.save(tmp_path / "m.keras")
    assert not [one for one in caplog.messages if "no weights" in one]
    read = load_model(tmp_path / "m.keras", custom_objects={"Halves": Halves})
    assert [weights.sum() for weights in read.get_weights()] == [8, 0, 8, 0]


def test_options_of_keras_that_are_not_built_are_refused(tmp_path):
    model = made(1)
    with pytest.raises(NotSupported, match="max_shard_size"):
        model.save_weights(tmp_path / "m.weights.h5", max_shard_size=1)
    model.save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(NotSupported, match="by_name"):
        model.load_weights(tmp_path / "m.weights.h5", by_name=True)
