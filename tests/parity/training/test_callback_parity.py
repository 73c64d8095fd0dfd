"""Callbacks beside Keras's: who is called when and with what, and what the numbers make them do."""

import numpy as np
import pytest

from parity.reference import keras, normal
from saccade import callbacks
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.training.callbacks.callback import HOOKS

# Keras's own variables lag behind NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = normal((22, 4), 0), np.random.RandomState(1).randint(0, 3, 22)
WEIGHTS = [normal((4, 3), 2), normal((3,), 3)]


def twins(rate=0.1):
    """The same classifier, compiled alike, of both makes."""
    models = []
    for layer, sequential, package in (
        (keras.layers.Dense(3, activation="softmax"), keras.Sequential, keras.optimizers),
        (Dense(3, activation="softmax"), Sequential, None),
    ):
        model = sequential([layer])
        model.build((None, 4))
        model.set_weights(WEIGHTS)
        optimizer = package.SGD(rate) if package else _sgd(rate)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["acc"])
        models.append(model)
    return models


def _sgd(rate):
    from saccade.optimizers import SGD

    return SGD(rate)


def recorder(base, changes=None):
    """A callback that writes down each hook with its arguments."""

    def hook(name):
        def heard(self, *args, logs=None):
            *place, logs = args if logs is None else (*args, logs)
            self.told.append((name, tuple(place), {k: np.array(v) for k, v in logs.items()}))
            if changes is not None:
                changes(self, name, place, logs)

        return heard

    made = type("Recorder", (base,), {name: hook(name) for name in HOOKS})()
    made.told = []
    return made


def agree(mine, theirs):
    assert [(name, place) for name, place, _ in mine] == [
        (name, place) for name, place, _ in theirs
    ]
    for (name, place, own), (_, _, other) in zip(mine, theirs, strict=True):
        assert list(own) == list(other), (name, place)
        for key in own:
            np.testing.assert_allclose(
                own[key], other[key], rtol=2e-5, atol=2e-6, err_msg=f"{name} {place} {key}"
            )


def both(use, changes=None):
    theirs, mine = twins()
    told = []
    for model, base in ((mine, callbacks.Callback), (theirs, keras.callbacks.Callback)):
        one = recorder(base, changes)
        use(model, one)
        told.append(one.told)
        assert one.model is model
    agree(*told)
    return told[0]


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 1},
        {"epochs": 3, "validation_data": (X[:9], Y[:9])},
        {"epochs": 4, "validation_data": (X[:9], Y[:9]), "validation_freq": 2},
        {"epochs": 5, "validation_split": 0.3, "validation_freq": [1, 4], "initial_epoch": 1},
        {"epochs": 2, "validation_data": (X, Y), "validation_steps": 1, "validation_batch_size": 4},
        {"epochs": 0},
    ],
    ids=lambda options: " ".join(options),
)
def test_fit_tells_what_keras_tells(options):
    told = both(
        lambda model, one: model.fit(
            X, Y, batch_size=8, shuffle=False, verbose=0, callbacks=[one], **options
        )
    )
    assert told[0][0] == "on_train_begin"
    assert told[-1][0] == "on_train_end"
    assert ("on_train_batch_end" in [name for name, _, _ in told]) == (options["epochs"] > 0)


def test_evaluate_and_predict_tell_what_keras_tells():
    def use(model, one):
        model.evaluate(X, Y, batch_size=8, verbose=0, callbacks=[one])
        model.predict(X, batch_size=8, verbose=0, callbacks=[one])

    told = both(use)
    assert len(told) == 2 * (2 + 2 * 3)


@pytest.mark.parametrize("when", ["on_train_batch_end", "on_epoch_end", "on_epoch_begin"])
def test_a_stop_comes_where_it_comes_in_keras(when):
    def stop(callback, name, place, logs):
        if name == when and place[0] == 1:
            callback.model.stop_training = True

    both(
        lambda model, one: model.fit(
            X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[one],
            validation_data=(X, Y),
        ),
        stop,
    )  # fmt: skip


def test_evaluate_and_predict_can_be_stopped_and_start_again():
    """`stop_evaluating` and `stop_predicting`, which the next call takes back."""

    def stop(callback, name, place, logs):
        if name == "on_test_batch_end" and place[0] == 1:
            callback.model.stop_evaluating = True
        if name == "on_predict_batch_end" and place[0] == 0:
            callback.model.stop_predicting = True

    def use(model, one):
        for _ in range(2):
            model.evaluate(X, Y, batch_size=8, verbose=0, callbacks=[one])
            assert len(model.predict(X, batch_size=8, verbose=0, callbacks=[one])) == 8
        assert len(model.predict(X, batch_size=8, verbose=0)) == 22

    told = both(use, stop)
    assert len(told) == 2 * (2 + 2 * 2 + 2 + 2 * 1)


def test_what_one_callback_adds_the_next_and_the_history_see():
    histories = []

    def use(model, one):
        package = keras if isinstance(model, keras.Model) else None
        source = package.callbacks if package else callbacks
        plateau = source.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0)
        extra = source.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=epoch))
        fitted = model.fit(
            X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[extra, plateau, one]
        )
        histories.append(fitted.history)

    told = both(use)
    assert "learning_rate" not in told[-1][2]
    mine, theirs = histories
    assert sorted(mine) == sorted(theirs) == ["acc", "extra", "learning_rate", "loss"]
    for key in mine:
        np.testing.assert_allclose(mine[key], theirs[key], rtol=2e-5)


# -- the same numbers, the same actions ----------------------------------------------------

# On a grid that floats hold exactly, so that no comparison hangs on a rounding.
SEQUENCES = [
    np.random.RandomState(seed).randint(0, 9, 14) / 8.0 + (0.0 if seed % 2 else 1.0)
    for seed in range(6)
] + [np.full(14, 0.5), np.arange(14) / 4.0, -np.arange(14) / 4.0]


class Machine:
    """A model of nothing but weights and an optimizer, which notes what is done to it."""

    def __init__(self):
        self.weights_now, self.stop_training, self.metrics, self.saved = 0, False, [], []
        self.optimizer = type("Opt", (), {"learning_rate": 1.0})()
        self.weights, self.built = [], True

    def get_weights(self):
        return self.weights_now

    def set_weights(self, weights):
        self.weights_now = weights

    def save(self, path, overwrite):
        self.saved.append(path)

    save_weights = save


def drive(callback, values, batches=3):
    """Feed a sequence of numbers as "loss"; returns what happened, told epoch by epoch."""
    model = Machine()
    callback.set_params({"epochs": len(values), "steps": batches, "verbose": 0})
    callback.set_model(model)
    story = []
    callback.on_train_begin({})
    for epoch, value in enumerate(values):
        logs = {"loss": float(value), "m": float(value)}
        callback.on_epoch_begin(epoch, {})
        for batch in range(batches):
            callback.on_train_batch_begin(batch, {})
            callback.on_train_batch_end(batch, dict(logs))
        model.weights_now = epoch
        callback.on_epoch_end(epoch, logs)
        story.append((epoch, len(model.saved), float(model.optimizer.learning_rate), sorted(logs)))
        if model.stop_training:
            break
    callback.on_train_end({})
    return story, model.saved, getattr(callback, "best", None), getattr(callback, "wait", None)


def same(name, options, capsys, rtol=1e-6):
    for values in SEQUENCES:
        told = []
        for package in (keras.callbacks, callbacks):
            made = getattr(package, name)(**options)
            story, saved, best, wait = drive(made, values)
            told.append((story, saved, best, wait, capsys.readouterr().out))
        theirs, mine = told
        assert [one[:2] + one[3:] for one in mine[0]] == [one[:2] + one[3:] for one in theirs[0]]
        np.testing.assert_allclose([s[2] for s in mine[0]], [s[2] for s in theirs[0]], rtol=rtol)
        assert mine[1:] == theirs[1:], values


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 2},
        {"patience": 0},
        {"patience": 2, "mode": "max", "min_delta": 0.25},
        {"patience": 3, "min_delta": -0.125, "baseline": 0.5},
        {"patience": 1, "start_from_epoch": 4},
        {"patience": 2, "mode": "max", "baseline": 1.25},
    ],
    ids=str,
)
def test_early_stopping_on_the_same_numbers(options, capsys):
    same("EarlyStopping", {"monitor": "loss", "verbose": 1, **options}, capsys)


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 2},
        {"patience": 1, "factor": 0.5, "cooldown": 2},
        {"patience": 0, "mode": "max", "min_delta": 0.5},
        {"patience": 1, "factor": 0.5, "min_lr": 0.25},
        {"patience": 3, "min_delta": 0},
    ],
    ids=str,
)
def test_reduce_on_plateau_on_the_same_numbers(options, capsys):
    same("ReduceLROnPlateau", {"monitor": "loss", "verbose": 1, **options}, capsys)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"save_best_only": True},
        {"save_best_only": True, "mode": "max", "monitor": "m"},
        {"save_best_only": True, "initial_value_threshold": 0.75},
        {"save_freq": 4},
        {"save_freq": 2, "save_best_only": True},
        {"save_weights_only": True, "filepath": "{epoch:03d}-{loss:.3f}.weights.h5"},
        {"save_freq": 5, "filepath": "{epoch}-{batch}-{m:.1e}.keras"},
    ],
    ids=str,
)
def test_checkpoints_on_the_same_numbers(options, capsys):
    given = {"filepath": "{epoch:02d}-{loss:.2f}.keras", "monitor": "loss", "verbose": 1}
    same("ModelCheckpoint", {**given, **options}, capsys)


@pytest.mark.parametrize("schedule", [lambda e, lr: lr * 0.5, lambda e: 1.0 / (e + 1)])
def test_scheduler_on_the_same_epochs(schedule, capsys):
    same("LearningRateScheduler", {"schedule": schedule, "verbose": 1}, capsys)


@pytest.mark.parametrize("options", [{}, {"separator": ";"}, {"append": True}], ids=str)
def test_csv_to_the_byte(options, tmp_path):
    texts = []
    runs = [
        [{"loss": 1.5, "acc": 0.25}, {"acc": 0.5, "val_loss": 3.0, "loss": 1.25}],
        [{"a": np.array([1.0, 2.0]), "b": "word, of two", "val_c": np.array(3.0)}],
    ]
    for number, package in enumerate((keras.callbacks, callbacks)):
        path = tmp_path / f"{number}.csv"
        for fits in runs:
            logger = package.CSVLogger(path, **options)
            logger.on_train_begin()
            for epoch, logs in enumerate(fits):
                logger.on_epoch_end(epoch, logs)
            logger.on_train_end()
        texts.append(path.read_bytes())
    assert texts[1] == texts[0]
    assert texts[1].startswith(b"epoch")


def test_not_a_number_ends_both_alike(capsys):
    X_bad = X.copy()
    X_bad[13] = np.nan

    def use(model, one):
        package = keras.callbacks if isinstance(model, keras.Model) else callbacks
        model.fit(
            X_bad, Y, batch_size=8, epochs=3, shuffle=False, verbose=0,
            callbacks=[package.TerminateOnNaN(), one],
        )  # fmt: skip

    told = both(use)
    assert [name for name, _, _ in told].count("on_train_batch_end") == 2
    lines = capsys.readouterr().out.split("\n")
    assert lines == ["Batch 1: Invalid loss, terminating training"] * 2 + [""]
