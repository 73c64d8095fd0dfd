"""A checkpoint read before there are weights is theirs when they are made, as in TensorFlow."""

import numpy as np
import pytest

import saccade.tensorflow_alias as tf
from saccade import script_door
from saccade.errors import FileFormatError, StateError
from saccade.layers import BatchNormalization, Dense, Dropout
from saccade.models import Model, Sequential

X = np.random.RandomState(0).normal(size=(8, 3)).astype("float32")
Y = np.ones((8, 2), "float32")


class Own(Model):
    def __init__(self, units=4):
        super().__init__()
        self.first, self.noise = Dense(units), Dropout(0.5)
        self.norm, self.last = BatchNormalization(), Dense(2)

    def call(self, x, training=None):
        x = self.norm(self.first(x), training=training)
        return self.last(self.noise(x, training=training))


def unbuilt_sequential():
    return Sequential([Dense(4), BatchNormalization(), Dense(2)])


@pytest.fixture
def as_script(monkeypatch):
    monkeypatch.setattr(script_door, "is_script_door_open", lambda: True)
    monkeypatch.setattr("saccade.files.script_names.is_script_door_open", lambda: True)


@pytest.fixture(params=[Own, unbuilt_sequential])
def make(request):
    return request.param


@pytest.fixture
def saved(make, tmp_path, as_script):
    """(a trained model, the name of its checkpoint)."""
    model = make()
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    model.save_weights(tmp_path / "run" / "cp.ckpt")
    return model, tmp_path / "run" / "cp.ckpt"


def fitted(model):
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.0
    model.fit(X, Y, verbose=0)


FIRSTS = {
    "call": lambda model: model(X),
    "predict": lambda model: model.predict(X, verbose=0),
    "predict_on_batch": lambda model: model.predict_on_batch(X),
    "build": lambda model: model.build((None, 3)),
    "evaluate": lambda model: (model.compile("sgd", "mse"), model.evaluate(X, Y, verbose=0)),
}


@pytest.mark.parametrize("first", FIRSTS)
def test_the_weights_are_those_of_the_checkpoint_from_the_first_use_on(make, saved, first):
    model, path = saved
    new = make()
    status = new.load_weights(tf.train.latest_checkpoint(path.parent))
    status.expect_partial()
    FIRSTS[first](new)
    for mine, theirs in zip(new.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(new.predict(X, verbose=0), model.predict(X, verbose=0))


def test_training_starts_from_the_checkpoint(make, saved):
    model, path = saved
    new = make()
    new.load_weights(path)
    fitted(new)
    trained = [one.numpy() for one in new.trainable_weights]
    for mine, theirs in zip(trained, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(mine, theirs.numpy())


def test_it_is_read_once(make, saved):
    model, path = saved
    new = make()
    new.load_weights(path)
    new.build((None, 3))
    new.set_weights([0 * one for one in model.get_weights()])
    new(X)
    assert not any(one.any() for one in new.get_weights())


def test_a_checkpoint_restored_before_build(make, saved):
    model, path = saved
    kept = tf.train.Checkpoint(model=model).save(path.parent / "kept")
    new = make()
    tf.train.Checkpoint(model=new).restore(kept)
    new.build((None, 3))
    np.testing.assert_array_equal(new.get_weights()[0], model.get_weights()[0])


def test_another_file_in_its_place_is_told(saved, make):
    model, path = saved
    new = make()
    new.load_weights(path)
    model.fit(X, Y, verbose=0)
    model.save_weights(path)
    with pytest.raises(FileFormatError, match="must stay as it was until the weights are made"):
        new(X)


@pytest.mark.usefixtures("as_script")
def test_weights_of_another_model_are_told_in_the_first_call(tmp_path):
    model = Own()
    model(X)
    model.save_weights(tmp_path / "cp")
    new = Own(units=5)
    new.load_weights(tmp_path / "cp")
    with pytest.raises(FileFormatError, match=r"\(3, 4\)"):
        new(X)


@pytest.mark.usefixtures("as_script")
def test_a_file_of_another_kind_needs_weights_as_in_keras(tmp_path, make):
    model = make()
    model(X)
    model.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(StateError, match="must be built"):
        make().load_weights(tmp_path / "w.weights.h5")
