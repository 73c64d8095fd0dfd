"""Training beside Keras 3.15.1 on the same batches: outputs, weights, penalties, own steps."""

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade import layers, losses, metrics, models, optimizers, regularizers

pytestmark = pytest.mark.filterwarnings("ignore")

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(24, 6).astype(np.float32)
LABELS = RANDOM.randint(0, 3, 24)
VALUES = RANDOM.rand(24, 1).astype(np.float32)
WEIGHT = RANDOM.rand(24).astype(np.float32)


@pytest.fixture(autouse=True)
def the_same_weights_in_every_run():
    """Adam makes whole steps of gradients that are only rounding; some first weights have such."""
    keras.utils.set_random_seed(0)


class ours:
    layers, losses, metrics, models = layers, losses, metrics, models
    optimizers, regularizers = optimizers, regularizers
    Model = models.Model


def both(make):
    """The same model in both libraries, with the same weights."""
    mine, theirs = make(ours), make(keras)
    mine.set_weights([array(weight) for weight in theirs.weights])
    return mine, theirs


def same_weights(mine, theirs, tolerance=1e-5):
    for one, other in zip(mine.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), array(other), rtol=tolerance, atol=tolerance)


def same_history(mine, theirs, tolerance=1e-4):
    assert list(mine) == list(theirs)
    for name in theirs:
        np.testing.assert_allclose(mine[name], theirs[name], rtol=tolerance, atol=1e-6)


def two_outputs(library, **options):
    make = library.layers
    entry = make.Input((6,), name="entry")
    trunk = make.Dense(5, activation="tanh", kernel_regularizer="l2")(entry)
    kind = make.Dense(3, activation="softmax", name="kind", activity_regularizer="l1")(trunk)
    size = make.Dense(1, name="size", kernel_regularizer="l1")(trunk)
    model = library.Model(entry, [kind, size])
    model.compile(
        library.optimizers.SGD(0.1),
        loss=["sparse_categorical_crossentropy", "mse"],
        **options,
    )
    return model


CASES = {
    "plain": {},
    "loss weights": {"loss_weights": [1.0, 0.3]},
    "loss weights by name": {"loss_weights": [0.5, 2.0], "metrics": {"size": ["mae"]}},
    "metrics": {"metrics": [["acc"], ["mae", "mse"]]},
    "weighted": {"metrics": [["acc"], ["mae"]], "weighted_metrics": [["acc"], ["mae", "mse"]]},
}


@pytest.mark.sampled
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_several_outputs(options, weighted):
    mine, theirs = both(lambda library: two_outputs(library, **options))
    given = {
        "epochs": 3, "batch_size": 7, "shuffle": False, "verbose": 0,
        "validation_data": (X[:9], [LABELS[:9], VALUES[:9]]),
        **({"sample_weight": [WEIGHT, WEIGHT[::-1].copy()]} if weighted else {}),
    }  # fmt: skip
    y = [LABELS, VALUES]
    same_history(mine.fit(X, y, **given).history, theirs.fit(X, y, **given).history)
    same_weights(mine, theirs)
    asked = {"verbose": 0, "batch_size": 5}
    np.testing.assert_allclose(mine.evaluate(X, y, **asked), theirs.evaluate(X, y, **asked), 1e-4)
    for one, other in zip(mine.predict(X, **asked), theirs.predict(X, **asked), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def one_output(library, **options):
    make = library.layers
    model = library.models.Sequential(
        [
            make.Input((6,)),
            make.Dense(5, activation="relu", bias_regularizer="l1", kernel_constraint="max_norm"),
            make.Dense(3, activation="softmax", kernel_regularizer=library.regularizers.L1L2(0.01)),
        ]
    )
    options = {"optimizer": library.optimizers.Adam(0.02), **options}
    model.compile(loss="sparse_categorical_crossentropy", **options)
    return model


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"class_weight": {0: 2.0, 2: 0.1}},
        {"sample_weight": WEIGHT},
        {"validation_split": 0.3, "validation_freq": 2},
        {"initial_epoch": 2},
        {"validation_data": (X, LABELS, WEIGHT)},
    ],
    ids=str,
)
def test_one_output(given):
    options = {"metrics": ["acc"], "weighted_metrics": ["sparse_categorical_crossentropy"]}
    mine, theirs = both(lambda library: one_output(library, **options))
    given = {"epochs": 4, "batch_size": 7, "shuffle": False, "verbose": 0, **given}
    same_history(mine.fit(X, LABELS, **given).history, theirs.fit(X, LABELS, **given).history)
    same_weights(mine, theirs)


OPTIMIZERS = {
    "ema": lambda library: library.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.8),
    "accumulation": lambda library: library.optimizers.Adam(0.05, gradient_accumulation_steps=3),
    "schedule": lambda library: library.optimizers.AdamW(
        library.optimizers.schedules.CosineDecay(0.0, 20, warmup_target=0.1, warmup_steps=5)
    ),
    "scaled": lambda library: library.optimizers.LossScaleOptimizer(
        library.optimizers.RMSprop(0.01), initial_scale=16.0, dynamic_growth_steps=3
    ),
    "clipped": lambda library: library.optimizers.Nadam(0.05, global_clipnorm=0.1),
}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_optimizers_in_fit(make):
    mine, theirs = both(lambda library: one_output(library, optimizer=make(library)))
    given = {"epochs": 3, "batch_size": 7, "shuffle": False, "verbose": 0}
    same_history(mine.fit(X, LABELS, **given).history, theirs.fit(X, LABELS, **given).history)
    same_weights(mine, theirs, 1e-4)


def test_batch_by_batch():
    mine, theirs = both(lambda library: one_output(library, metrics=["acc"]))
    for start in (0, 8, 16):
        x, y, weight = (part[start : start + 8] for part in (X, LABELS, WEIGHT))
        for options in ({}, {"sample_weight": weight}, {"class_weight": {1: 3.0}}):
            np.testing.assert_allclose(
                mine.train_on_batch(x, y, **options), theirs.train_on_batch(x, y, **options), 1e-4
            )
        np.testing.assert_allclose(mine.test_on_batch(x, y), theirs.test_on_batch(x, y), 1e-4)
        np.testing.assert_allclose(
            mine.predict_on_batch(x), theirs.predict_on_batch(x), rtol=1e-4, atol=1e-6
        )
    logs = mine.train_on_batch(X, LABELS, return_dict=True)
    assert list(logs) == list(theirs.train_on_batch(X, LABELS, return_dict=True))
    same_weights(mine, theirs, 1e-4)


def custom_step(library):
    """A step as Keras's guide for torch writes it."""

    class Own(library.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.seen = library.metrics.Mean(name="seen")
            self.error = library.metrics.MeanAbsoluteError(name="error")

        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
            self.zero_grad()
            trainable_weights = list(self.trainable_weights)
            loss.backward()
            gradients = [v.value.grad for v in trainable_weights]
            with torch.no_grad():
                self.optimizer.apply(gradients, trainable_weights)
            self.seen.update_state(loss)
            self.error.update_state(y, y_pred)
            return {"seen": self.seen.result(), "error": self.error.result()}

        def test_step(self, data):
            x, y = data
            y_pred = self(x, training=False)
            self.seen.update_state(self.compute_loss(y=y, y_pred=y_pred))
            return {"seen": self.seen.result()}

        def predict_step(self, data):
            x = data[0] if isinstance(data, tuple) else data
            return self(x, training=False) * 2.0

        @property
        def metrics(self):
            return [self.seen, self.error]

    make = library.layers
    entry = make.Input((6,))
    model = Own(entry, make.Dense(1)(make.Dense(4, activation="relu")(entry)))
    model.compile(library.optimizers.SGD(0.1), "mse")
    return model


def test_a_step_of_ones_own():
    mine, theirs = both(custom_step)
    given = {
        "epochs": 3, "batch_size": 7, "shuffle": False, "verbose": 0,
        "validation_data": (X[:9], VALUES[:9]),
    }  # fmt: skip
    same_history(mine.fit(X, VALUES, **given).history, theirs.fit(X, VALUES, **given).history)
    same_weights(mine, theirs)
    np.testing.assert_allclose(
        mine.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )
    assert set(mine.evaluate(X, VALUES, verbose=0, return_dict=True)) == {"seen"}


def own_loss(library):
    class Own(library.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            loss = super().compute_loss(x, y, y_pred, sample_weight, training)
            return loss + 0.1 * (y_pred**2).mean()

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            logs = dict(super().compute_metrics(x, y, y_pred, sample_weight))
            return {**logs, "one": 1.0}

    make = library.layers
    entry = make.Input((6,))
    model = Own(entry, make.Dense(1, kernel_regularizer="l2")(entry))
    model.compile(library.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


def test_a_loss_and_metrics_of_ones_own():
    mine, theirs = both(own_loss)
    given = {"epochs": 2, "batch_size": 7, "shuffle": False, "verbose": 0}
    same_history(mine.fit(X, VALUES, **given).history, theirs.fit(X, VALUES, **given).history)
    same_weights(mine, theirs)


def added_loss(library):
    class Penalty(library.layers.Layer):
        def __init__(self):
            super().__init__()
            self.size = library.metrics.Mean(name="size")

        def call(self, x):
            self.add_loss(0.1 * (x**2).mean())
            self.size.update_state(x)
            return x

    make = library.layers
    entry = make.Input((6,))
    model = library.Model(entry, make.Dense(1)(Penalty()(make.Dense(4)(entry))))
    model.compile(library.optimizers.SGD(0.1), "mse")
    return model


def test_what_layers_add_and_follow():
    mine, theirs = both(added_loss)
    given = {
        "epochs": 3, "batch_size": 7, "shuffle": False, "verbose": 0,
        "validation_data": (X[:9], VALUES[:9]),
    }  # fmt: skip
    same_history(mine.fit(X, VALUES, **given).history, theirs.fit(X, VALUES, **given).history)
    same_weights(mine, theirs)


def normalised(library):
    make = library.layers
    entry = make.Input((12, 12, 2))
    x = make.Conv2D(6, 3, padding="same", use_bias=False)(entry)
    x = make.BatchNormalization()(x)
    x = make.ReLU()(x)
    x = make.MaxPooling2D()(x)
    x = make.Conv2D(8, 3, padding="same", use_bias=False)(x)
    x = make.BatchNormalization()(x)
    x = make.Activation("relu")(x)
    x = make.Dropout(0.0)(x)
    x = make.GlobalAveragePooling2D()(x)
    model = library.Model(entry, make.Dense(4, activation="softmax")(x))
    model.compile(
        library.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["acc"]
    )
    return model


def test_a_small_network_with_batch_normalisation():
    """Three epochs on the same batches: the same history and weights to 1e-3.

    No bias before a normalisation: its gradient is rounding noise, which Adam makes steps of.
    """
    stream = np.random.RandomState(4)
    y = stream.randint(0, 4, 96)
    x = (stream.rand(96, 12, 12, 2) * (1 + y[:, None, None, None])).astype(np.float32)
    mine, theirs = both(normalised)
    given = {
        "epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0,
        "validation_data": (x[:32], y[:32]),
    }  # fmt: skip
    same_history(mine.fit(x, y, **given).history, theirs.fit(x, y, **given).history, 1e-3)
    same_weights(mine, theirs, 1e-3)
