"""fit, evaluate and predict against Keras, from the same weights over the same batches."""

import numpy as np
import pytest
import torch

import saccade.callbacks
from parity.reference import array, close, keras
from saccade import layers, models, optimizers

# Keras's own variables lag behind NumPy; its data warnings are looked at where they matter.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning"),
]


def lenet(family, activation="tanh", classes=10):
    """The lesson's network, word for word."""
    made = [
        family.layers.Conv2D(
            6, (5, 5), padding="same", activation=activation, input_shape=(28, 28, 1)
        ),
        family.layers.AvgPool2D(pool_size=(2, 2)),
        family.layers.Conv2D(16, (5, 5), padding="valid", activation=activation),
        family.layers.AvgPool2D(pool_size=(2, 2)),
        family.layers.Flatten(),
        family.layers.Dense(120, activation=activation),
        family.layers.Dense(84, activation=activation),
        family.layers.Dense(classes, activation="softmax"),
    ]
    return family.models.Sequential(made) if family is keras else models.Sequential(made)


class Ours:
    layers = layers
    optimizers = optimizers
    callbacks = saccade.callbacks


def small(family, outputs=3, activation="softmax"):
    made = [
        family.layers.Dense(8, activation="tanh", input_shape=(5,)),
        family.layers.Dense(outputs, activation=activation),
    ]
    return family.models.Sequential(made) if family is keras else models.Sequential(made)


def twins(make, *args, **options):
    ours, theirs = make(Ours, *args, **options), make(keras, *args, **options)
    stream = np.random.RandomState(0)
    values = [stream.uniform(-0.2, 0.2, w.shape).astype(np.float32) for w in theirs.weights]
    ours.set_weights(values)
    theirs.set_weights(values)
    return ours, theirs


def pictures(n, classes=10, seed=1):
    stream = np.random.RandomState(seed)
    y = stream.randint(0, classes, n)
    x = stream.uniform(0, 0.4, (n, 28, 28, 1)).astype(np.float32)
    for i, label in enumerate(y):
        x[i, 2 * label : 2 * label + 6, 4:24] += 0.6
    return x, y


def numbers(n=50, classes=3, seed=1):
    stream = np.random.RandomState(seed)
    x = stream.standard_normal((n, 5)).astype(np.float32)
    return x, (np.abs(x[:, :classes]).argmax(1)).astype(np.int64)


def histories(make, compile_with, fit_with, both=lambda family, options: options, **make_with):
    """The histories and the models after the same compile and fit."""
    results, made = [], twins(make, **make_with)
    for family, model in zip((Ours, keras), made, strict=True):
        model.compile(**both(family, dict(compile_with)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COLUMNS", "80")
            results.append(model.fit(verbose=0, shuffle=False, **fit_with))
    ours, theirs = (result.history for result in results)
    return ours, theirs, made


def same_history(ours, theirs, tolerance=1e-5):
    assert sorted(ours) == sorted(theirs)
    assert list(ours) == list(theirs), "the order of the logs"
    for name in theirs:
        close(ours[name], theirs[name], tolerance, name)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_lenet_over_two_epochs(optimizer):
    x, y = pictures(320)
    ours, theirs, (mine, other) = histories(
        lenet,
        {"loss": "sparse_categorical_crossentropy", "optimizer": optimizer, "metrics": ["acc"]},
        {"x": x, "y": y, "epochs": 2, "validation_split": 0.2},
    )
    assert list(ours) == ["acc", "loss", "val_acc", "val_loss"]
    same_history(ours, theirs, 1e-3)
    close(mine.predict(x[:40], verbose=0), other.predict(x[:40], verbose=0), 1e-3)


OPTIMIZERS = {
    "sgd": ("SGD", {"learning_rate": 0.1}),
    "momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {"learning_rate": 0.01}),
    "amsgrad": ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    "centered": ("RMSprop", {"learning_rate": 0.01, "centered": True, "momentum": 0.5}),
    "weight decay": ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}),
    "clipnorm": ("SGD", {"learning_rate": 0.5, "clipnorm": 0.05}),
    "clipvalue": ("SGD", {"learning_rate": 0.5, "clipvalue": 0.01}),
    "global clipnorm": ("SGD", {"learning_rate": 0.5, "global_clipnorm": 0.05}),
}


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_weights_after_twenty_steps(name, options):
    """20 steps of fit: the whole path from batch to weights, to 1e-5."""
    x, y = numbers(80)
    _, _, (mine, other) = histories(
        small,
        {"loss": "sparse_categorical_crossentropy"},
        {"x": x, "y": y, "batch_size": 16, "epochs": 4},
        lambda family, given: given | {"optimizer": getattr(family.optimizers, name)(**options)},
    )
    assert int(array(other.optimizer.iterations)) == mine.optimizer.iterations == 20
    start = twins(small)[0].get_weights()
    for one, reference, before in zip(mine.get_weights(), other.get_weights(), start, strict=True):
        close(one, reference)
        assert np.abs(one - before).max() > 1e-3


WEIGHT = np.random.RandomState(7).uniform(0, 2, 50).astype(np.float32)
FIT = {
    "plain": {},
    "batch size": {"batch_size": 7},
    "class weight": {"class_weight": {0: 2.0, 1: 0.5, 2: 1.5}},
    "class weight, one missing": {"class_weight": {1: 4.0}},
    "sample weight": {"sample_weight": WEIGHT},
    "sample weight and split": {"sample_weight": WEIGHT, "validation_split": 0.3},
    "class weight and split": {"class_weight": {0: 3.0}, "validation_split": 0.3},
    "split 0.1": {"validation_split": 0.1},
    "split 0.33": {"validation_split": 0.33},
    "validation data": {"validation_data": numbers(20, seed=5)},
    "weighted validation": {"validation_data": (*numbers(20, seed=5), WEIGHT[:20])},
    "validation steps": {"validation_data": numbers(40, seed=5), "validation_steps": 1},
    "validation batch size": {
        "validation_data": numbers(40, seed=5),
        "validation_batch_size": 4,
        "validation_steps": 3,
    },
    "validation freq": {"validation_data": numbers(20, seed=5), "validation_freq": 2},
    "validation at epochs": {"validation_data": numbers(20, seed=5), "validation_freq": [1, 3]},
    "initial epoch": {"initial_epoch": 2},
    "steps equal to a pass": {"steps_per_epoch": 5, "batch_size": 10},
}


@pytest.mark.parametrize("options", FIT.values(), ids=FIT)
def test_options_of_fit(options):
    x, y = numbers(50)
    ours, theirs, (mine, other) = histories(
        small,
        {"loss": "sparse_categorical_crossentropy", "optimizer": "sgd", "metrics": ["accuracy"]},
        {"x": x, "y": y, "epochs": 3, **options},
    )
    same_history(ours, theirs)
    assert mine.history.epoch == other.history.epoch
    for one, reference in zip(mine.get_weights(), other.get_weights(), strict=True):
        close(one, reference)


COMPILE = {
    "binary": ({"loss": "binary_crossentropy", "metrics": ["acc"]}, 1, "sigmoid"),
    "categorical": ({"loss": "categorical_crossentropy", "metrics": ["acc"]}, 3, "softmax"),
    "mse": ({"loss": "mse", "metrics": ["mse"]}, 1, "linear"),
    "word of a metric": (
        {
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["sparse_categorical_accuracy", "accuracy"],
        },
        3,
        "softmax",
    ),
    "no metric": ({"loss": "sparse_categorical_crossentropy"}, 3, "softmax"),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("options", "outputs", "activation"), COMPILE.values(), ids=COMPILE)
def test_losses_and_metrics_of_compile(options, outputs, activation, weighted):
    x, y = numbers(50)
    y = {1: (y > 0).astype(np.float32), 3: y}[outputs]
    if options["loss"] == "categorical_crossentropy":
        y = np.eye(3, dtype=np.float32)[y]
    weights = {"sample_weight": WEIGHT} if weighted else {}
    ours, theirs, (mine, other) = histories(
        small,
        {"optimizer": "sgd", **options},
        {"x": x, "y": y, "epochs": 2, "validation_split": 0.2, **weights},
        outputs=outputs,
        activation=activation,
    )
    same_history(ours, theirs)
    for batch_size in (None, 7):
        scored = [
            m.evaluate(x, y, batch_size=batch_size, verbose=0, **weights) for m in (mine, other)
        ]
        close(*scored)
        assert type(scored[0]) is type(scored[1])
        named = [m.evaluate(x, y, verbose=0, return_dict=True) for m in (mine, other)]
        assert sorted(named[0]) == sorted(named[1])
        predicted = [m.predict(x, batch_size=batch_size, verbose=0) for m in (mine, other)]
        close(*predicted)
        assert type(predicted[0]) is np.ndarray


def test_a_loss_of_the_users_sees_probabilities():
    def brier(y_true, y_pred):
        one_hot = torch.nn.functional.one_hot(y_true.reshape(-1).long(), 3)
        return ((y_pred - one_hot) ** 2).sum(-1)

    def confidence(y_true, y_pred):
        return y_pred.max(-1).values

    x, y = numbers(50)
    ours, theirs, _ = histories(
        small,
        {"loss": brier, "optimizer": "sgd", "metrics": [confidence]},
        {"x": x, "y": y, "epochs": 2, "validation_split": 0.2},
    )
    assert list(ours) == ["confidence", "loss", "val_confidence", "val_loss"]
    same_history(ours, theirs)


# -- the record of the hooks ---------------------------------------------------------------


def recorder(base):
    """A callback that writes down every call it gets."""

    class Record(base):
        def __init__(self):
            super().__init__()
            self.calls = []

        def note(self, hook, number, logs):
            if isinstance(logs, dict):
                logs = {name: np.shape(value) for name, value in logs.items()}
            self.calls.append((hook, number, logs))

    def hook_with_number(name):
        return lambda self, number, logs=None: self.note(name, number, logs)

    def hook(name):
        return lambda self, logs=None: self.note(name, None, logs)

    for phase in ("train", "test", "predict"):
        for end in ("begin", "end"):
            setattr(Record, f"on_{phase}_{end}", hook(f"on_{phase}_{end}"))
            name = f"on_{phase}_batch_{end}"
            setattr(Record, name, hook_with_number(name))
    for end in ("begin", "end"):
        setattr(Record, f"on_epoch_{end}", hook_with_number(f"on_epoch_{end}"))
    return Record()


def test_hooks_are_called_in_keras_order_with_keras_arguments():
    x, y = numbers(50)
    mine, other = twins(small)
    records = []
    for family, model in ((Ours, mine), (keras, other)):
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
        record = recorder(family.callbacks.Callback)
        shared = {"verbose": 0, "callbacks": [record]}
        model.fit(x, y, epochs=2, batch_size=20, validation_split=0.2, shuffle=False, **shared)
        model.evaluate(x, y, **shared)
        model.predict(x, **shared)
        records.append(record)
    assert len(records[1].calls) > 30
    for ours, theirs in zip(records[0].calls, records[1].calls, strict=True):
        assert ours == theirs
    assert records[0].params.keys() == records[1].params.keys()


def test_what_a_callback_adds_to_the_logs_is_in_the_history():
    x, y = numbers(30)
    mine, other = twins(small)
    results = []
    for family, model in ((Ours, mine), (keras, other)):

        class Adds(family.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["learning_rate"] = 0.5 / (epoch + 1)
                logs["loss"] = 7.0

        model.compile("sgd", "sparse_categorical_crossentropy")
        results.append(model.fit(x, y, epochs=3, verbose=0, callbacks=[Adds()]).history)
    same_history(*results)
    assert results[0]["learning_rate"] == [0.5, 0.25, 0.5 / 3]


@pytest.mark.parametrize(
    "place",
    [
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_epoch_end",
        "on_test_batch_end",
    ],
)
def test_stop_training(place):
    """Where a callback stops, the same steps have been made as in Keras, and the same history."""
    x, y = numbers(50)
    mine, other = twins(small)
    results = []
    for family, model in ((Ours, mine), (keras, other)):

        def stop(self, number, logs=None):
            self.seen = getattr(self, "seen", 0) + 1
            if self.seen == 2:
                self.model.stop_training = True

        callback = type("Stops", (family.callbacks.Callback,), {place: stop})()
        model.compile("sgd", "sparse_categorical_crossentropy")
        history = model.fit(
            x,
            y,
            epochs=4,
            batch_size=10,
            validation_split=0.4,
            shuffle=False,
            verbose=0,
            callbacks=[callback],
        )
        results.append((history.epoch, int(array(model.optimizer.iterations)), history.history))
    assert results[0][:2] == results[1][:2]
    same_history(results[0][2], results[1][2])


EARLY = {
    "loss falls": ({"monitor": "m"}, [5, 4, 3, 2, 1, 0]),
    "no improvement": ({"monitor": "m"}, [5, 5, 5, 5, 5, 5]),
    "patience 2": ({"monitor": "m", "patience": 2}, [5, 6, 4, 5, 6, 7]),
    "rises": ({"monitor": "m", "mode": "max", "patience": 1}, [1, 2, 2, 3, 3, 3]),
    "min_delta": ({"monitor": "m", "min_delta": 0.5, "patience": 1}, [5, 4.8, 4.4, 4.2, 3, 2]),
    "negative min_delta": (
        {"monitor": "m", "min_delta": -0.5, "patience": 1},
        [5, 4.8, 4.4, 4.2, 3, 2],
    ),
    "baseline": ({"monitor": "m", "baseline": 3, "patience": 2}, [5, 4, 3.5, 2, 4, 4]),
    "start": ({"monitor": "m", "start_from_epoch": 3}, [1, 2, 3, 4, 5, 6]),
    "best": ({"monitor": "m", "restore_best_weights": True, "patience": 2}, [5, 3, 4, 4, 1, 1]),
    "best without a stop": (
        {"monitor": "m", "restore_best_weights": True, "patience": 9},
        [5, 3, 4, 4, 6, 7],
    ),
    "best after start": (
        {"monitor": "m", "restore_best_weights": True, "start_from_epoch": 2, "patience": 9},
        [1, 2, 7, 6, 8, 9],
    ),
}


@pytest.mark.parametrize(("options", "values"), EARLY.values(), ids=EARLY)
def test_early_stopping(options, values):
    x, y = numbers(30)
    mine, other = twins(small)
    results = []
    for family, model in ((Ours, mine), (keras, other)):

        class Feeds(family.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["m"] = float(values[epoch])

        model.compile("sgd", "sparse_categorical_crossentropy")
        stopper = family.callbacks.EarlyStopping(**{"mode": "min", **options})
        history = model.fit(
            x, y, epochs=len(values), shuffle=False, verbose=0, callbacks=[Feeds(), stopper]
        )
        results.append(
            (
                history.epoch,
                stopper.stopped_epoch,
                stopper.best_epoch,
                stopper.best,
                stopper.wait,
                model.get_weights(),
            )
        )
    assert results[0][:5] == results[1][:5]
    for one, reference in zip(results[0][5], results[1][5], strict=True):
        close(one, reference)
