"""Callbacks: who is called, what they get, and what EarlyStopping makes of the numbers."""

import logging

import numpy as np
import pytest

from saccade import notes
from saccade.callbacks import Callback, EarlyStopping, History
from saccade.errors import InvalidArgument, UnknownName
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.callbacks.monitor import rises

X = np.random.RandomState(0).standard_normal((20, 4)).astype(np.float32)
Y = np.arange(20) % 3


def network(metrics=("acc",)):
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def test_hooks_set_on_the_instance_count_too():
    """Scripts assign functions: callback.on_epoch_end = lambda ..."""
    seen, callback = [], Callback()
    callback.on_epoch_end = lambda epoch, logs: seen.append(epoch)
    callback.on_batch_end = lambda batch, logs=None: seen.append("batch")
    network().fit(X, Y, epochs=2, batch_size=10, verbose=0, callbacks=[callback])
    assert seen == ["batch", "batch", 0, "batch", "batch", 1]


def test_on_batch_hooks_are_the_training_ones():
    seen = []

    class Old(Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            seen.append(("end", batch, sorted(logs)))

    model = network()
    model.fit(X, Y, batch_size=10, verbose=0, validation_split=0.5, callbacks=[Old()])
    assert seen == [("begin", 0), ("end", 0, ["acc", "loss"])]
    seen.clear()
    model.evaluate(X, Y, verbose=0, callbacks=[Old()])
    model.predict(X, verbose=0, callbacks=[Old()])
    assert seen == []


def test_only_what_is_overridden_is_listened_to():
    class Ends(Callback):
        def on_epoch_end(self, epoch, logs=None): ...

    listed = CallbackGroup([Ends(), History()], network(), {})
    assert listed.listens("on_epoch_end")
    assert not listed.listens("on_train_batch_end")
    assert not listed.listens("on_test_begin")


def test_a_callback_that_forgets_super_init():
    class Forgets(Callback):
        def __init__(self):
            self.seen = []

        def on_train_begin(self, logs=None):
            self.seen.append((self.params["epochs"], self.params["steps"], self.params["verbose"]))

    callback, model = Forgets(), network()
    model.fit(X, Y, epochs=3, batch_size=10, verbose=0, callbacks=[callback])
    assert callback.seen == [(3, 2, 0)]
    assert callback.model is model


def test_a_stranger_with_all_hooks_is_welcome():
    """A class that only has the hooks, without our base: Keras's own callbacks are such."""

    class Stranger:
        def __init__(self):
            self.epochs = []

        def __getattr__(self, name):
            if name.startswith(("on_", "set_")):
                return lambda *args, **kwargs: None
            raise AttributeError(name)

        def on_epoch_end(self, epoch, logs=None):
            self.epochs.append(epoch)

    stranger = Stranger()
    network().fit(X, Y, epochs=2, verbose=0, callbacks=[stranger])
    assert stranger.epochs == [0, 1]


def test_an_exception_in_a_callback_comes_through():
    class Fails(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyError("on purpose")

    model = network()
    with pytest.raises(KeyError, match="on purpose"):
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[Fails()])
    assert model.history.epoch == [0], "the epoch that ended is in the history"


def test_history():
    model = network()
    history = model.fit(X, Y, epochs=3, verbose=0, validation_split=0.2)
    assert model.history is history
    assert history.model is model
    assert history.epoch == [0, 1, 2]
    assert history.params == {"verbose": 0, "epochs": 3, "steps": 1}
    assert list(history.history) == ["acc", "loss", "val_acc", "val_loss"]
    assert all(len(values) == 3 for values in history.history.values())
    first = history.history
    again = model.fit(X, Y, epochs=1, verbose=0)
    assert again is not history
    assert len(first["loss"]) == 3


def test_metrics_of_validation_do_not_run_into_those_of_training():
    """An epoch's own numbers are read before validation sums anew; the next starts at 0."""
    model = network()
    model.set_weights([np.zeros((4, 3)), np.array([50.0, 0.0, 0.0])])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    model.optimizer.learning_rate = 0.0
    held_out = (X, np.zeros(20))
    history = model.fit(X, Y, epochs=2, verbose=0, validation_data=held_out).history
    assert history["val_acc"] == [1.0, 1.0]
    assert history["acc"] == pytest.approx([0.35, 0.35])


@pytest.mark.parametrize(
    ("monitor", "expected"),
    [
        ("loss", False), ("val_loss", False), ("acc", True), ("val_acc", True),
        ("accuracy", True), ("val_accuracy", True), ("sparse_categorical_accuracy", True),
        ("val_binary_accuracy", True), ("mean_squared_error", False), ("mse", False),
        ("val_mse", False), ("categorical_crossentropy", False),
    ],
)  # fmt: skip
def test_directions_that_go_by_the_name(monitor, expected):
    assert rises(monitor, "auto") is expected
    assert rises(monitor, "max") is True
    assert rises(monitor, "min") is False


def test_directions_that_must_be_said():
    with pytest.raises(InvalidArgument, match='Say mode="min" or mode="max"'):
        network().fit(X, Y, verbose=0, callbacks=[EarlyStopping("val_something")])
    with pytest.raises(UnknownName, match='Did you mean "max"'):
        EarlyStopping("loss", mode="maxi")


def test_early_stopping_without_its_number_says_so_once(caplog):
    notes.forget_notes()
    caplog.set_level(logging.WARNING, "saccade")
    history = network().fit(X, Y, epochs=3, verbose=0, callbacks=[EarlyStopping("val_loss")])
    assert history.epoch == [0, 1, 2]
    assert len(caplog.messages) == 1
    assert (
        'EarlyStopping watches "val_loss", which is not among the logs: acc, loss'
        in (caplog.messages[0])
    )
    notes.forget_notes()


class Feeds(Callback):
    """Puts numbers of the test's into the logs."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["m"] = self.values[epoch]


def stopped(values, **options):
    stopper = EarlyStopping("m", **{"mode": "min", **options})
    model = network()
    history = model.fit(X, Y, epochs=len(values), verbose=0, callbacks=[Feeds(values), stopper])
    return stopper, history.epoch, model


def test_nan_is_no_improvement_and_no_best():
    nan = float("nan")
    stopper, epochs, _ = stopped([nan, 3.0, nan, 2.0, nan, nan, nan], patience=2)
    assert epochs == [0, 1, 2, 3, 4, 5]
    assert stopper.best == 2.0


def test_what_it_prints(capsys):
    stopped([1.0, 2.0], verbose=1)
    assert capsys.readouterr().out == "Epoch 2: early stopping\n"
    stopped([1.0, 2.0], verbose=0)
    assert capsys.readouterr().out == ""


def test_the_best_weights_come_back_when_it_stops_and_when_it_does_not():
    class Keeps(Callback):
        def __init__(self):
            super().__init__()
            self.after = []

        def on_epoch_end(self, epoch, logs=None):
            self.after.append(self.model.get_weights()[0])

    for patience in (1, 99):
        keeps, model = Keeps(), network()
        stopper = EarlyStopping("m", mode="min", patience=patience, restore_best_weights=True)
        model.fit(
            X, Y, epochs=4, verbose=0, callbacks=[Feeds([3.0, 1.0, 2.0, 2.5]), keeps, stopper]
        )
        np.testing.assert_array_equal(model.get_weights()[0], keeps.after[1])
        assert not np.array_equal(keeps.after[-1], keeps.after[1])


def test_it_can_be_used_again():
    stopper = EarlyStopping("m", mode="min")
    for _ in range(2):
        model = network()
        history = model.fit(
            X, Y, epochs=5, verbose=0, callbacks=[Feeds([1.0, 0.5, 0.7, 0.1, 0.0]), stopper]
        )
        assert history.epoch == [0, 1, 2]
        assert stopper.best == 0.5
