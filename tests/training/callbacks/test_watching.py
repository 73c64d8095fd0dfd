"""Callbacks that watch a number: which way is better, and what they save."""

import os

import numpy as np
import pytest

from saccade.callbacks import Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from saccade.errors import InvalidArgument, UnknownName
from saccade.layers import Dense
from saccade.metrics import Mean, MeanMetricWrapper, Metric
from saccade.models import Sequential, load_model
from saccade.optimizers import SGD
from saccade.optimizers.schedules import ExponentialDecay
from saccade.training.callbacks.monitor import rises

X = np.random.RandomState(0).standard_normal((20, 4)).astype(np.float32)
Y = np.arange(20) % 3


def network(metrics=(), optimizer="sgd"):
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


class Feeds(Callback):
    """Puts numbers of the test's into the logs, "m" and "val_m"."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["m"] = logs["val_m"] = self.values[epoch]


def fed(values, *callbacks, metrics=(), **options):
    model = network(metrics)
    history = model.fit(
        X, Y, epochs=len(values), verbose=0, callbacks=[Feeds(values), *callbacks], **options
    )
    return model, history


class Points(Mean):
    """A metric of the test's that says for itself which way is better."""

    _direction = "up"


def metric(name, direction):
    made = MeanMetricWrapper(lambda y_true, y_pred: y_pred.mean(-1), name=name)
    if direction:
        made._direction = direction
    return made


@pytest.mark.parametrize("monitor", ["m", "val_m"])
@pytest.mark.parametrize(("direction", "epochs"), [("up", 3), ("down", 5)])
def test_the_metric_says_which_way_is_better(monitor, direction, epochs):
    values = [5.0, 4.0, 3.0, 2.0, 4.0]
    _, history = fed(values, EarlyStopping(monitor, patience=2), metrics=[metric("m", direction)])
    assert len(history.epoch) == epochs


def test_the_metric_counts_more_than_its_name():
    named = metric("my_accuracy", "down")
    assert rises("my_accuracy", "auto")
    assert not rises("val_my_accuracy", "auto", [named])
    assert rises("val_my_accuracy", "max", [named])
    assert rises("m", "auto", [metric("other", "down"), metric("m", "up")])


@pytest.mark.parametrize("make", [EarlyStopping, ReduceLROnPlateau])
def test_neither_says(make):
    with pytest.raises(InvalidArgument, match=f'{make.__name__}.*direction of "val_m" must be'):
        fed([1.0], make("val_m"), metrics=[metric("m", None)])


def test_a_checkpoint_that_saves_all_needs_no_direction(tmp_path):
    fed([1.0, 2.0], ModelCheckpoint(tmp_path / "{epoch}.keras", monitor="val_m"))
    assert sorted(os.listdir(tmp_path)) == ["1.keras", "2.keras"]
    with pytest.raises(InvalidArgument, match="direction"):
        fed([1.0], ModelCheckpoint(tmp_path / "b.keras", monitor="m", save_best_only=True))


@pytest.mark.parametrize("make", [EarlyStopping, ReduceLROnPlateau,
                                  lambda mode: ModelCheckpoint("a.keras", mode=mode)])  # fmt: skip
def test_modes(make):
    with pytest.raises(UnknownName, match='Did you mean "max"'):
        make(mode="maxi")


def test_nan_first(tmp_path):
    values = [float("nan"), 3.0, 2.0, 5.0]
    best = ModelCheckpoint(tmp_path / "{epoch}.keras", "m", mode="min", save_best_only=True)
    plateau = ReduceLROnPlateau("m", mode="min", patience=2)
    model, _ = fed(values, best, plateau)
    assert sorted(os.listdir(tmp_path)) == ["2.keras", "3.keras"]
    assert (best.best, plateau.best) == (2.0, 2.0)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


def test_a_number_for_each_class_saves_all(tmp_path, caplog):
    values = [np.array([1.0, 2.0])] * 2
    fed(values, ModelCheckpoint(tmp_path / "{epoch}.keras", "m", mode="min", save_best_only=True))
    assert len(os.listdir(tmp_path)) == 2
    assert "must be one number" in caplog.text


# -- files ---------------------------------------------------------------------------------


def test_names_and_what_is_in_the_files(tmp_path):
    class Keeps(Callback):
        def __init__(self):
            super().__init__()
            self.after = []

        def on_epoch_end(self, epoch, logs=None):
            self.after.append(self.model.get_weights())

    keeps, pattern = Keeps(), tmp_path / "new" / "{epoch:02d}-{val_loss:.2f}.keras"
    _, history = fed([1.0, 2.0], keeps, ModelCheckpoint(pattern), validation_split=0.2)
    names = [f"{n + 1:02d}-{v:.2f}.keras" for n, v in enumerate(history.history["val_loss"])]
    assert sorted(os.listdir(tmp_path / "new")) == sorted(names)
    for name, weights in zip(names, keeps.after, strict=True):
        saved = load_model(tmp_path / "new" / name).get_weights()
        for one, other in zip(saved, weights, strict=True):
            np.testing.assert_array_equal(one, other)


def test_weights_alone(tmp_path):
    model, _ = fed([1.0], ModelCheckpoint(str(tmp_path / "a.weights.h5"), save_weights_only=True))
    other = network()
    other.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def test_every_so_many_batches_across_epochs(tmp_path):
    keeps = ModelCheckpoint(tmp_path / "{epoch}-{batch}-{loss:.0f}.keras", save_freq=3)
    fed([1.0] * 3, keeps, batch_size=5, shuffle=False)  # four batches an epoch: 3, 6, 9, 12
    assert [name[:3] for name in sorted(os.listdir(tmp_path))] == ["1-3", "2-2", "3-1", "3-4"]


def test_a_name_that_is_no_log_is_told(tmp_path):
    with pytest.raises(InvalidArgument, match=r"{val_los} in the filepath must be one of epoch, "):
        fed([1.0], ModelCheckpoint(tmp_path / "{val_los:.2f}.keras"))


@pytest.mark.parametrize(
    ("path", "weights_only", "error"),
    [("a.keras", True, InvalidArgument), ("a", False, InvalidArgument),
     ("a.zip", False, InvalidArgument), ("a", True, InvalidArgument)],
)  # fmt: skip
def test_endings(path, weights_only, error):
    with pytest.raises(error, match=r"filepath must end in|can't be saved as .h5"):
        ModelCheckpoint(path, save_weights_only=weights_only)


# -- rates ---------------------------------------------------------------------------------


def test_the_rate_in_the_logs_is_that_of_the_epoch():
    plateau = ReduceLROnPlateau("m", mode="min", factor=0.5, patience=1)
    model, history = fed([1.0, 1.0, 1.0, 1.0], plateau)
    np.testing.assert_allclose(history.history["learning_rate"], [0.01, 0.01, 0.005, 0.0025])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.00125)


def test_a_rate_that_follows_a_schedule_is_told():
    model = network(optimizer=SGD(ExponentialDecay(0.1, 10, 0.5)))
    plateau = ReduceLROnPlateau("m", mode="min", patience=1)
    with pytest.raises(TypeError, match="follows a schedule"):
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[Feeds([1.0] * 3), plateau])


def test_a_factor_of_one_is_told():
    with pytest.raises(InvalidArgument, match="factor must be below 1"):
        ReduceLROnPlateau(factor=1.0)


def test_metrics_know_their_direction():
    assert issubclass(Points, Metric)
    assert rises("points", "auto", [Points(name="points")])


def test_what_was_set_from_outside_is_forgotten_when_training_begins():
    stopper = EarlyStopping(monitor="loss", patience=3)
    stopper.set_model(network())
    stopper.best, stopper.wait, stopper.stopped_epoch, stopper.best_epoch = 0.1, 3, 5, 5
    stopper.best_weights = object()
    stopper.on_train_begin()
    assert (stopper.best, stopper.best_weights) == (None, None)
    assert (stopper.wait, stopper.stopped_epoch, stopper.best_epoch) == (0, 0, 0)
