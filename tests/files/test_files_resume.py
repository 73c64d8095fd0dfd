"""Training that goes on from a file equals training that was never interrupted, bit for bit."""

import numpy as np
import pytest
import torch

from parity.reference import keras
from saccade.errors import FileFormatError
from saccade.layers import Conv2D, Dense, Dropout, Flatten
from saccade.models import Sequential, load_model
from saccade.notes import forget_notes
from saccade.optimizers import SGD, Adam, RMSprop

OPTIMIZERS = {
    "SGD": lambda: SGD(0.05),
    "SGD momentum": lambda: SGD(0.05, momentum=0.9),
    "SGD nesterov": lambda: SGD(0.05, momentum=0.9, nesterov=True),
    "SGD old": lambda: SGD(lr=0.05, decay=0.01),
    "Adam": lambda: Adam(),
    "Adam amsgrad": lambda: Adam(0.01, amsgrad=True),
    "Adam odd rate": lambda: Adam(0.001 * 0.9**7, weight_decay=0.01, clipnorm=1.0),
    "RMSprop": lambda: RMSprop(),
    "RMSprop all": lambda: RMSprop(0.002, rho=0.8, momentum=0.5, centered=True),
}
X = np.random.RandomState(1).standard_normal((20, 6, 6, 2)).astype("float32")
Y = np.random.RandomState(2).randint(0, 3, 20)


def begun(optimizer, epochs=2):
    torch.manual_seed(4)
    model = Sequential([Conv2D(3, 3, activation="relu", input_shape=(6, 6, 2)), Dropout(0.3)])
    model.add(Flatten())
    model.add(Dense(3, "softmax"))
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["acc"])
    return train(model, epochs)


def train(model, epochs):
    model.fit(X, Y, batch_size=6, epochs=epochs, verbose=0)  # shuffled, with dropout
    return model


def assert_same(a, b):
    for mine, other in zip(a.weights, b.weights, strict=True):
        assert torch.equal(mine, other)
    assert a.optimizer.iterations == b.optimizer.iterations
    assert a.optimizer.built == b.optimizer.built  # summary() counts its variables only then
    for mine, other in zip(a.optimizer.variables, b.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(mine), np.asarray(other))


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_resumed_equals_uninterrupted(tmp_path, case):
    model = begun(OPTIMIZERS[case]())
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert read.optimizer.learning_rate == model.optimizer.learning_rate
    assert_same(read, model)
    stream = torch.get_rng_state()
    train(model, 3)
    torch.set_rng_state(stream)
    assert_same(train(read, 3), model)


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_the_state_is_needed(tmp_path, case):
    """The test above can fail: without the state all but plain SGD go elsewhere."""
    model = begun(OPTIMIZERS[case]())
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", compile=False)
    read.compile(OPTIMIZERS[case](), "sparse_categorical_crossentropy")
    stream = torch.get_rng_state()
    train(model, 1)
    torch.set_rng_state(stream)
    train(read, 1)
    same = all(torch.equal(a, b) for a, b in zip(model.weights, read.weights, strict=True))
    assert same == (case == "SGD")


def test_a_rate_set_by_hand_travels(tmp_path):
    model = begun(Adam())
    model.optimizer.learning_rate = 0.1 + 0.2  # 0.30000000000000004: not a float32
    model.save(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras").optimizer.learning_rate == 0.1 + 0.2


def test_slots_of_layers_frozen_since_are_left_out(tmp_path):
    model = begun(Adam())
    model.layers[0].trainable = False
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert len(read.optimizer.variables) == 2 + 2 * 2
    stream = torch.get_rng_state()
    train(model, 2)
    torch.set_rng_state(stream)
    assert_same(train(read, 2), model)


def test_a_rate_that_is_a_function_travels_by_its_name(tmp_path):
    def slowing():
        return 0.01

    model = begun(SGD(slowing, momentum=0.9))
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", custom_objects={"slowing": slowing})
    assert read.optimizer._learning_rate is slowing
    assert_same(read, model)


def test_a_state_of_another_optimizer_starts_anew(tmp_path, caplog):
    """The record says SGD, the state is Adam's: Keras skips it with a warning."""
    model = begun(Adam())
    wrong = SGD(momentum=0.5)
    model.optimizer.get_config = wrong.get_config
    real, Adam.__name__ = Adam.__name__, "SGD"
    try:
        model.save(tmp_path / "m.keras")
    finally:
        Adam.__name__ = real
    forget_notes()
    read = load_model(tmp_path / "m.keras")
    assert "other trainable weights" in caplog.text
    assert "SGD needs 6 variables for 4 trainable weights, got 10" in caplog.text
    assert not read.optimizer.iterations
    for mine, other in zip(read.weights, model.weights, strict=True):
        assert torch.equal(mine, other)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's, with new NumPy
@pytest.mark.parametrize("trained", [True, False])
def test_a_model_of_keras_whose_layers_were_thawed_since_it_was_compiled(tmp_path, trained, caplog):
    """Keras's optimizer keeps the weights that it was built for, and its loader skips them."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    model.layers[0].trainable = trained
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 2)))
    model.layers[0].trainable = not trained
    model.save(tmp_path / "m.keras")
    with pytest.warns(UserWarning, match="Skipping variable loading for optimizer"):
        theirs = keras.saving.load_model(tmp_path / "m.keras")
    forget_notes()
    ours = load_model(tmp_path / "m.keras")
    assert "other trainable weights" in caplog.text
    assert int(ours.optimizer.iterations) == int(theirs.optimizer.iterations) == 0
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    ours.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)


def test_a_state_of_other_shapes_is_damage(tmp_path):
    model = begun(Adam())
    name = next(iter(model.optimizer.slots))
    model.optimizer.slots[name][0] = torch.zeros(7)
    model.save(tmp_path / "m.keras")
    told = r"vars/\d+: needed .* got \(7,\)(.|\n)*compile=False"
    with pytest.raises(FileFormatError, match=told):
        load_model(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras", compile=False).built
