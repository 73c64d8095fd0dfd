"""LearningRateScheduler, LambdaCallback, TerminateOnNaN, CSVLogger, History and ProgbarLogger."""

import csv

import numpy as np
import pytest
import torch

from saccade.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ProgbarLogger,
    TerminateOnNaN,
)
from saccade.errors import InvalidArgument, NotFinite, UnknownName
from saccade.layers import Dense
from saccade.models import Model, Sequential
from saccade.optimizers import SGD
from saccade.optimizers.schedules import ExponentialDecay

X = np.random.RandomState(0).standard_normal((20, 4)).astype(np.float32)
Y = np.arange(20) % 3


def network(optimizer="sgd"):
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def fit(*callbacks, epochs=3, optimizer="sgd", **options):
    model = network(optimizer)
    options = {"verbose": 0, "batch_size": 5, **options}
    return model, model.fit(X, Y, epochs=epochs, callbacks=list(callbacks), **options)


# -- LearningRateScheduler -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (lambda epoch: 0.5 / (epoch + 1), [0.5, 0.25, 0.5 / 3]),
        (lambda epoch, lr: lr * 0.5, [0.005, 0.0025, 0.00125]),
        (lambda epoch, lr=7.0: lr, [0.01] * 3),
        (lambda *both: np.float32(both[1]) / 2, [0.005, 0.0025, 0.00125]),
        (ExponentialDecay(0.5, 1, 0.5), [0.5, 0.25, 0.125]),
        (lambda epoch, lr: lr * torch.exp(torch.tensor(-0.1)), 0.01 * np.exp([-0.1, -0.2, -0.3])),
    ],
)
def test_schedules(schedule, rates):
    _, history = fit(LearningRateScheduler(schedule))
    np.testing.assert_allclose(history.history["learning_rate"], rates, rtol=1e-6)


@pytest.mark.parametrize("value", [1, None, "0.1", [0.1], torch.tensor(1)])
def test_what_is_no_float_is_told(value):
    with pytest.raises(InvalidArgument, match="schedule must return a float"):
        fit(LearningRateScheduler(lambda epoch: value))


def test_an_error_within_a_schedule_comes_through():
    def schedule(epoch, lr=0.1):
        return lr + "1"

    with pytest.raises(TypeError, match="unsupported operand"):
        fit(LearningRateScheduler(schedule))


def test_a_rate_that_follows_a_schedule_is_told():
    with pytest.raises(TypeError, match="follows a schedule"):
        fit(LearningRateScheduler(lambda epoch: 0.1), optimizer=SGD(ExponentialDecay(0.1, 9, 0.5)))


# -- LambdaCallback ------------------------------------------------------------------------


def test_every_hook_can_be_a_function():
    seen = []

    def noting(name):
        return lambda *args, logs=None: seen.append(name)

    names = {
        name: noting(name)
        for name in ("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end",
                     "on_train_batch_begin", "on_train_batch_end", "on_test_begin", "on_test_end",
                     "on_test_batch_begin", "on_test_batch_end")
    }  # fmt: skip
    fit(LambdaCallback(**names), epochs=1, validation_split=0.5)
    assert sorted(set(seen)) == sorted(names)
    assert seen[0] == "on_train_begin"
    old = []
    fit(LambdaCallback(on_batch_end=lambda batch, logs: old.append(batch)), epochs=1)
    assert old == [0, 1, 2, 3]


def test_a_misspelt_hook_is_told():
    with pytest.raises(UnknownName, match='Did you mean "on_epoch_end"'):
        LambdaCallback(on_epoch_ends=print)


# -- TerminateOnNaN ------------------------------------------------------------------------


class Keeps(Callback):
    def __init__(self):
        super().__init__()
        self.weights, self.ended = [], False

    def on_train_batch_begin(self, batch, logs=None):
        self.weights.append(self.model.get_weights())

    def on_train_end(self, logs=None):
        self.ended = True


def bad(value=np.nan):
    x = X.copy()
    x[12] = value
    return x


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_the_weights_before_the_bad_batch(value, capsys):
    model, keeps = network(), Keeps()
    history = model.fit(
        bad(value), Y, epochs=4, batch_size=5, shuffle=False, verbose=0,
        callbacks=[keeps, TerminateOnNaN()],
    )  # fmt: skip
    assert len(keeps.weights) == 3
    for one, other in zip(model.get_weights(), keeps.weights[2], strict=True):
        np.testing.assert_array_equal(one, other)
    assert keeps.ended
    assert history.epoch == [0]
    assert not np.isfinite(history.history["loss"][0])
    assert capsys.readouterr().out == "Batch 2: Invalid loss, terminating training\n"
    assert int(model.optimizer.iterations) == 2


def test_the_model_can_train_on(capsys):
    model = network()
    model.fit(bad(), Y, batch_size=5, verbose=0, callbacks=[TerminateOnNaN()])
    history = model.fit(X, Y, epochs=2, batch_size=5, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_a_model_s_own_step_is_ended_too(capsys):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.inner = Dense(3, activation="softmax")

        def call(self, x):
            return self.inner(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return super().compute_loss(x, y, y_pred, sample_weight)

    model = Own()
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(
        bad(), Y, epochs=3, batch_size=5, shuffle=False, verbose=0, callbacks=[TerminateOnNaN()]
    )
    assert history.epoch == [0]
    assert "Batch 2: Invalid loss" in capsys.readouterr().out


def test_raising_ends_without_the_end():
    model, keeps = network(), Keeps()
    with pytest.raises(RuntimeError, match=r"TerminateOnNaN.*nan at batch 2") as caught:
        model.fit(bad(), Y, batch_size=5, shuffle=False, verbose=0,
                  callbacks=[keeps, TerminateOnNaN(raise_error=True)])  # fmt: skip
    assert isinstance(caught.value, NotFinite)
    assert not keeps.ended


# -- CSVLogger, History, ProgbarLogger -----------------------------------------------------


def test_the_csv_file_is_the_history(tmp_path):
    path = tmp_path / "log.csv"
    _, history = fit(CSVLogger(path), validation_split=0.2, batch_size=4)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "acc", "loss", "val_acc", "val_loss"]
    assert [int(row["epoch"]) for row in rows] == [0, 1, 2]
    for name, values in history.history.items():
        assert [float(row[name]) for row in rows] == values
    fit(CSVLogger(path, append=True), validation_split=0.2, epochs=1)
    assert path.read_text().count("epoch") == 1
    assert len(path.read_text().splitlines()) == 5
    fit(CSVLogger(path, separator=";"), epochs=1)
    assert path.read_text().splitlines()[0] == "epoch;acc;loss;val_acc;val_loss"
    assert path.read_text().splitlines()[1].endswith(";NA;NA")


def test_a_history_of_one_s_own():
    mine = History()
    _, returned = fit(mine, epochs=2)
    assert returned is mine
    _, again = fit(mine, epochs=1)
    assert again.epoch == [0]
    assert len(again.history["loss"]) == 3


@pytest.mark.parametrize("verbose", [1, 2])
def test_one_progress_only(verbose, capsys):
    fit(ProgbarLogger(), epochs=2, verbose=verbose)
    lines = capsys.readouterr().out.splitlines()
    assert ["━" in line for line in lines if "loss" in line] == [verbose == 1] * 2
    assert [line for line in lines if "loss" not in line] == ["Epoch 1/2", "Epoch 2/2"]


def test_a_list_can_be_given_to_fit():
    seen = []
    listed = CallbackList([LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))])
    network().fit(X, Y, epochs=2, verbose=0, callbacks=listed)
    assert seen == [0, 1]
