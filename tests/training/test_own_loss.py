"""A loss function of the user's gets targets and predictions of one rank and one kind."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import saccade
from saccade.losses import Loss

X = np.random.RandomState(0).rand(8, 3).astype("float32")
Y = np.arange(8)


def evaluated(library, loss, targets):
    model = library.Sequential(
        [library.layers.Input((3,)), library.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile("sgd", loss)
    return float(model.evaluate(X, targets, verbose=0))


@pytest.mark.parametrize("targets", [Y, Y.astype("float32"), Y[:, None]], ids=str)
def test_targets_of_one_axis_beside_outputs_of_two(targets):
    """Their difference would be (batch, batch), and nobody would be told."""
    seen = []

    def loss(y_true, y_pred):
        seen.append((tuple(y_true.shape), tuple(y_pred.shape), str(y_true.dtype)))
        return ((y_true - y_pred) ** 2).mean(-1)

    ours = evaluated(saccade, loss, targets)
    assert seen[-1] == ((8, 1), (8, 1), "torch.float32")
    assert ours == pytest.approx(evaluated(keras, loss, targets), rel=1e-5)
    assert ours == pytest.approx(evaluated(saccade, "mse", targets), rel=1e-6)


def test_a_loss_of_ones_own_gets_floats():
    class Own(Loss):
        def call(self, y_true, y_pred):
            assert y_true.is_floating_point()
            return (y_true - y_pred[:, 0]) ** 2

    assert evaluated(saccade, Own(), Y) > 0


class Accurate:
    """`train_step` and `test_step` as Keras's guide writes them."""

    def train_step(self, data):
        x, y = data
        y_pred = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        return self.numbers(loss, y, y_pred)

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        return self.numbers(self.compute_loss(y=y, y_pred=y_pred), y, y_pred)

    def numbers(self, loss, y, y_pred):
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def test_accuracy_by_word_is_known_to_a_step_of_ones_own():
    class Own(Accurate, saccade.Model):
        pass

    image = saccade.layers.Input((3,))
    model = Own([image], [saccade.layers.Dense(2, "softmax")(image)])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert len(model.evaluate(X, Y % 2, verbose=0)) == 2  # before anything was trained
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y % 2, epochs=2, verbose=0, validation_data=(X, Y % 2)).history
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert {len(values) for values in history.values()} == {2}
    _, accuracy = model.evaluate(X, Y % 2, verbose=0)
    expected = (model.predict(X, verbose=0).argmax(-1) == Y % 2).mean()
    assert accuracy == pytest.approx(expected) == history["val_accuracy"][-1]
