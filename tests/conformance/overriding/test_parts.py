"""What Keras calls on losses, metrics, optimizers, callbacks and what layers are given, a subclass
may override: it is called here too.

Every class is found by introspection; those of a kind do their work side by side.
"""

import numpy as np
import pytest
import torch

import saccade
import saccade.callbacks
import saccade.constraints
import saccade.initializers
import saccade.losses
import saccade.metrics
import saccade.optimizers
import saccade.regularizers
from conformance.overriding.noting import missing, pairs, rounds
from parity.reference import keras

X = np.random.RandomState(0).rand(8, 4).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[np.arange(8) % 3]
NUMBERS = np.arange(8) % 3  # the classes
PREDICTED = np.random.RandomState(1).rand(8, 3).astype(np.float32)
WEIGHTS = np.ones(8, np.float32)


# Steps that have nothing to do with what a model was compiled with.
MODELS_OWN = ("predict", "predict many", "predict_on_batch", "clone", "load h5")


def stack(library, **options):
    return library.Sequential(
        [library.Input((4,)), library.layers.Dense(3, activation="softmax", **options)]
    )


def heads(library, count):
    """A model with so many outputs."""
    entry = library.Input((4,))
    ends = [library.layers.Dense(3, activation="softmax")(entry) for _ in range(count)]
    return library.Model(entry, ends)


def labels_of(name):
    whole = ("Sparse", "Circle", "CategoricalGeneralized")
    return NUMBERS if name.startswith(whole) else Y


LOSSES = pairs(keras.losses, saccade.losses, saccade.losses.Loss)


def test_losses():
    def work(library, own):
        made = {}
        labels = [labels_of(name) for name in own]

        def create():
            made["model"] = heads(library, len(own))
            made["model"].compile("sgd", [cls() for cls in own.values()])

        def one_by_one():
            for name, cls in own.items():
                cls()(labels_of(name), PREDICTED, sample_weight=WEIGHTS)
                cls.from_config(cls().get_config())

        def alone():  # a model of one output goes another way
            for name, cls in own.items():
                model = stack(library)
                model.compile("sgd", cls())
                model.fit(X, labels_of(name), verbose=0, sample_weight=WEIGHTS)

        return [
            ("one by one", one_by_one),
            ("create", create),
            *rounds(library, made, own.values(), X, labels, MODELS_OWN),
            ("alone", alone),
        ]

    assert not missing(LOSSES, work)


def test_a_loss_of_one_s_own():
    def work(library, own):
        cls, made = own["Loss"], {}
        cls.call = lambda self, y, p: (y - p) ** 2

        def create():
            made["model"] = stack(library)
            made["model"].compile("sgd", cls())

        return [("create", create), *rounds(library, made, [cls], X, Y, ("load h5",))]

    assert not missing({"Loss": (keras.losses.Loss, saccade.losses.Loss)}, work)


METRICS = pairs(keras.metrics, saccade.metrics, saccade.metrics.Metric)
ARGUMENTS = {
    "IoU": {"num_classes": 3, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 3, "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 3},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "TopKCategoricalAccuracy": {"k": 2},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}
BY_HAND = ("Mean", "Sum", "IoU", "MeanMetricWrapper")  # no model can ask them about Y


def test_metrics():
    def work(library, own):
        made, apart = {}, {}
        sparse = {name for name in own if name.startswith("Sparse") or name == "MeanIoU"}

        def create():
            for name, cls in own.items():
                options = ARGUMENTS.get(name, {})
                if name == "MeanMetricWrapper":
                    options = {"fn": library.metrics.mean_squared_error}
                apart[name] = cls(**options)

        def one_by_one():
            for name, metric in apart.items():
                if name in ("Mean", "Sum"):
                    given = [PREDICTED]
                elif name == "IoU":
                    given = [NUMBERS, NUMBERS]
                else:
                    given = [NUMBERS if name in sparse else Y, PREDICTED]
                metric(*given)
                metric.update_state(*given)
                metric.result()
                metric.reset_state()
                if name != "MeanMetricWrapper":
                    type(metric).from_config(metric.get_config())

        def in_model(names, loss, labels, key):
            model = stack(library)
            asked = [own[name](**ARGUMENTS.get(name, {})) for name in names]
            more = [own[name](**ARGUMENTS.get(name, {}), name=f"w_{name}") for name in names]
            model.compile("sgd", loss, metrics=asked, weighted_metrics=more)
            model.fit(X, labels, verbose=0)
            made[key] = model

        names = [name for name in own if name not in BY_HAND and name not in sparse]
        whole = sorted(sparse)
        return [
            ("create", create),
            ("one by one", one_by_one),
            ("sparse", lambda: in_model(whole, "sparse_categorical_crossentropy", NUMBERS, "s")),
            ("whole", lambda: in_model(names, "mse", Y, "model")),
            *rounds(library, made, own.values(), X, Y, MODELS_OWN),
        ]

    assert not missing(METRICS, work)


OPTIMIZERS = pairs(keras.optimizers, saccade.optimizers, saccade.optimizers.Optimizer)


@pytest.mark.sampled
@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_optimizers(name):
    def work(library, own):
        cls, made = own[name], {}

        def make(**options):
            if name == "LossScaleOptimizer":
                return cls(library.optimizers.SGD())
            return cls(**options)

        def create():
            made["model"] = stack(library, kernel_constraint="max_norm")
            optimizer = make(use_ema=True, weight_decay=0.1, ema_overwrite_frequency=2)
            made["model"].compile(optimizer, "mse")

        def by_hand():
            weight = library.layers.Dense(3)
            weight.build((None, 3))
            steps = make(clipnorm=1.0) if name != "Lamb" else make()
            steps.apply_gradients([(torch.ones(3), weight.bias)])
            steps.apply([torch.ones(3)], [weight.bias])
            steps.learning_rate = 0.5
            store = {}
            steps.save_own_variables(store)
            steps.load_own_variables(store)

        def gathered():
            if name != "LossScaleOptimizer":
                model = stack(library)
                model.compile(make(gradient_accumulation_steps=2), "mse")
                model.fit(X, Y, 2, verbose=0)

        def config():
            if name != "LossScaleOptimizer":
                cls.from_config(cls().get_config())

        return [
            ("config", config),
            ("create", create),
            *rounds(library, made, [cls], X, Y, (*MODELS_OWN, "evaluate", "test_on_batch")),
            ("by hand", by_hand),
            ("gathered", gathered),
        ]

    # Keras's LossScaleOptimizer can't step by hand before it has built the inner one.
    # Its Adafactor has two variables of one name, which HDF5 can't hold.
    at_fault = {
        "LossScaleOptimizer": ("by hand", "load", "fit loaded"),
        "Adafactor": ("save h5", "load h5"),
    }
    assert not missing({name: OPTIMIZERS[name]}, work, at_fault.get(name, ()))


CALLBACKS = {
    **pairs(keras.callbacks, saccade.callbacks, saccade.callbacks.Callback),
    "Callback": (keras.callbacks.Callback, saccade.callbacks.Callback),
}
del CALLBACKS["TensorBoard"]  # Keras's asks for TensorFlow
OPTIONS = {
    "BackupAndRestore": {"backup_dir": "backup"},
    "CSVLogger": {"filename": "log.csv"},
    "LearningRateScheduler": {"schedule": lambda epoch, rate: rate},
    "ModelCheckpoint": {"filepath": "model.keras"},
}


def test_callbacks():
    def work(library, own):
        model = stack(library)
        model.compile(library.optimizers.SGD(use_ema=True), "mse", metrics=["mae"])

        def all_of_them(asked, **options):
            def step():
                made = [cls(**OPTIONS.get(name, {})) for name, cls in own.items()]
                asked(callbacks=made, **options)

            return step

        def batches():
            while True:
                yield X, Y

        def steps(**options):
            model.fit(batches(), steps_per_epoch=2, verbose=0, **options)

        split = {"validation_split": 0.5, "epochs": 2, "batch_size": 2, "verbose": 0}
        return [
            ("fit", all_of_them(model.fit, x=X, y=Y, **split)),
            ("steps", all_of_them(steps)),
            ("evaluate", all_of_them(model.evaluate, x=X, y=Y, verbose=0)),
            ("predict", all_of_them(model.predict, x=X, verbose=0)),
        ]

    assert not missing(CALLBACKS, work)


def in_layer(word, options, square=()):
    """The work of what a layer takes under a word."""

    def work(library, own):
        made, apart = {}, {}

        def create():
            x = entry = library.Input((4,))
            for name, cls in own.items():
                apart[name] = cls(**options.get(name, {}))
                x = library.layers.Dense(4, **{word: apart[name]})(x)
            made["model"] = library.Model(entry, library.layers.Dense(3)(x))
            made["model"].compile("sgd", "mse")

        def one_by_one():
            for one in apart.values():
                one((3, 3)) if "initializer" in word else one(torch.ones(3, 3))
                type(one).from_config(one.get_config())

        def in_convolution():
            for name in own:
                if name not in square:
                    layer = library.layers.Conv2D(2, 3, **{word: apart[name]})
                    layer.build((None, 5, 5, 1))
                    assert layer(np.ones((1, 5, 5, 1), np.float32)).shape
                    assert isinstance(layer.losses, list)

        def in_weight():
            class Own(library.layers.Layer):
                def build(self, shape):
                    given = {word.removeprefix("kernel_"): made["one"]}
                    self.w = self.add_weight(shape=(4, 4), **given)

                def call(self, x):
                    return x @ self.w

            for made["one"] in apart.values():
                model = library.Sequential([library.Input((4,)), Own(), library.layers.Dense(3)])
                model.compile("sgd", "mse")
                model.fit(X, Y, verbose=0)

        return [
            ("create", create),
            ("one by one", one_by_one),
            *rounds(library, made, own.values(), X, Y, ("predict many", "load h5")),
            ("convolution", in_convolution),
            ("weight", in_weight),
        ]

    return work


def test_initializers():
    found = pairs(keras.initializers, saccade.initializers, saccade.initializers.Initializer)
    options = {"Constant": {"value": 2.0}}
    assert not missing(found, in_layer("kernel_initializer", options, ("Identity",)))


def test_regularizers():
    found = pairs(keras.regularizers, saccade.regularizers, saccade.regularizers.Regularizer)
    assert not missing(found, in_layer("kernel_regularizer", {}, ("OrthogonalRegularizer",)))


def test_constraints():
    found = pairs(keras.constraints, saccade.constraints, saccade.constraints.Constraint)
    assert not missing(found, in_layer("kernel_constraint", {}))


SCHEDULES = pairs(
    keras.optimizers.schedules,
    saccade.optimizers.schedules,
    saccade.optimizers.schedules.LearningRateSchedule,
)
RATES = {
    "CosineDecay": (0.1, 5),
    "CosineDecayRestarts": (0.1, 5),
    "ExponentialDecay": (0.1, 3, 0.5),
    "InverseTimeDecay": (0.1, 3, 0.5),
    "PiecewiseConstantDecay": ([1], [0.1, 0.2]),
    "PolynomialDecay": (0.1, 3),
}


@pytest.mark.sampled
@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_schedules(name):
    def work(library, own):
        cls, made = own[name], {}

        def create():
            rate = cls(*RATES[name])
            rate(1)
            cls.from_config(rate.get_config())
            made["model"] = stack(library)
            made["model"].compile(library.optimizers.SGD(rate), "mse")

        return [("create", create), *rounds(library, made, [cls], X, Y, MODELS_OWN)]

    assert not missing({name: SCHEDULES[name]}, work)
