"""What Keras calls on its own objects, a subclass may override: it is called here too.

Every public method of a class of Keras's is overridden by one that notes that it was called, in a
subclass of Keras's class and in one of saccade's; both do the same work. What is not called here
has to be refused when the class is made.
"""

import inspect
import logging
import warnings

import numpy as np
import pytest
import torch

import saccade
import saccade.callbacks
import saccade.losses
import saccade.metrics
import saccade.optimizers
from conformance.test_layer_conformance import EXAMPLES, NAMES, sample
from parity.reference import keras
from saccade.errors import NotSupported
from saccade.nests import map_nest
from saccade.optimizers.table import CLASSES as OPTIMIZERS

X = np.random.RandomState(0).rand(8, 4).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[np.arange(8) % 3]

# Called by Keras, and not here, with the reason.
ELSEWHERE = {
    # Only where it is read out of a file; here the graph is made again, layer by layer.
    ("Functional", "build"),
    # Steps of saccade's own moves of whole lists; a subclass that overrides these is refused.
    *(("Optimizer", name) for name in (
        "add_variable", "add_variable_from_reference", "add_optimizer_variables",
        "assign", "assign_add", "assign_sub", "check_finite",
    )),
    # The sums of saccade's own metrics are plain numbers; refused.
    ("Metric", "add_variable"),
    # Of Keras's inside: it turns the weights of `adapt` into constants.
    ("Normalization", "finalize_state"), ("Normalization", "convert_weight"),
    # Of Keras's inside: one method for both layers, which do not draw.
    *((layer, name) for layer in ("CenterCrop", "Resizing") for name in (
        "get_random_transformation", "transform_images",
    )),
}  # fmt: skip


def public_methods(cls):
    """The methods of a class of Keras's that are its own or Keras's."""
    found = {}
    for parent in cls.__mro__:
        if parent.__module__.startswith("keras."):
            for name, value in vars(parent).items():
                own = not hasattr(torch.nn.Module, name)  # else of Keras's torch backend
                if inspect.isfunction(value) and own and not name.startswith("_"):
                    found.setdefault(name, value)
    return found


def noting(base, names, called):
    """A subclass whose methods of these names note that they were called."""

    def method_of(name):
        def method(self, *args, **kwargs):
            called.add(name)
            return getattr(super(cls, self), name)(*args, **kwargs)

        def build(self, input_shape):
            called.add(name)
            return super(cls, self).build(input_shape)

        if name == "build" and issubclass(base, (keras.Layer, saccade.Layer)):
            return build
        if hasattr(base, name):
            method.__signature__ = inspect.signature(getattr(base, name))
        return method

    cls = type(f"Own{base.__name__}", (base,), {name: method_of(name) for name in names})
    return cls


def is_refused(base, name):
    try:
        noting(base, [name], set())
    except NotSupported:
        return True
    return False


def missing(theirs, ours, work, family):
    """The methods that Keras calls in this work, and saccade neither calls nor refuses."""
    called_there, called_here = set(), set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work(keras, noting(theirs, public_methods(theirs), called_there))
    names = [name for name in sorted(called_there) if not is_refused(ours, name)]
    work(saccade, noting(ours, names, called_here))
    return {name for name in names if (family, name) not in ELSEWHERE} - called_here


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


# What takes layers, or several arrays by name, is looked at in tests of its own.
OTHERS = ("GroupQueryAttention", "InputLayer", "MultiHeadAttention", "Pipeline",
          "SpectralNormalization", "TimeDistributed", "Wrapper")  # fmt: skip
LAYERS = [name for name in NAMES if hasattr(keras.layers, name) and name not in OTHERS]


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    def work(library, cls):
        config, _, _ = EXAMPLES[name]
        entries = map_nest(
            lambda one: library.Input(batch_shape=(None, *one.shape[1:])), sample(name)
        )
        if (library, name) != (keras, "Equalization"):  # Keras on torch cannot
            cls(**config)(entries)
        layer = cls(**config)
        layer(sample(name))
        layer.get_config()

    found = missing(getattr(keras.layers, name), getattr(saccade.layers, name), work, name)
    assert not found


def fitted(library, loss="mse", optimizer="sgd", metrics=(), callbacks=()):
    """A model that was trained with these for two epochs, and evaluated."""
    dense = library.layers.Dense(3, activation="softmax")
    model = library.Sequential([library.Input((4,)), dense])
    model.compile(optimizer, loss, metrics=list(metrics))
    model.fit(X, Y, 4, 2, verbose=0, validation_split=0.5, callbacks=list(callbacks))
    return model


def use(model):
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    model.get_compile_config()


def test_models():
    def functional(library, cls):
        entry = library.Input((4,))
        use(cls(entry, library.layers.Dense(3)(entry)))

    def stack(library, cls):
        use(cls([library.Input((4,)), library.layers.Dense(3)]))

    def own(library, cls):
        class Own(cls):
            def __init__(self):
                super().__init__()
                self.dense = library.layers.Dense(3)

            def call(self, x):
                return self.dense(x)

        use(Own())

    assert not missing(keras.Model, saccade.Model, functional, "Functional")
    assert not missing(keras.Sequential, saccade.Sequential, stack, "Sequential")
    assert not missing(keras.Model, saccade.Model, own, "Model")


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_optimizers(name):
    ours = OPTIMIZERS[name]

    def work(library, cls):
        fitted(library, optimizer=cls(use_ema=True, weight_decay=0.1))
        cls().get_config()

    assert not missing(getattr(keras.optimizers, ours.__name__), ours, work, "Optimizer")


@pytest.mark.parametrize("name", ["MeanSquaredError", "CategoricalCrossentropy", "Huber", "Loss"])
def test_losses(name):
    def work(library, cls):
        if name == "Loss":
            cls.call = lambda self, y, p: (y - p) ** 2
        fitted(library, loss=cls())
        cls().get_config()

    assert not missing(getattr(keras.losses, name), getattr(saccade.losses, name), work, "Loss")


@pytest.mark.parametrize("name", ["MeanSquaredError", "CategoricalAccuracy", "Precision", "AUC"])
def test_metrics(name):
    def work(library, cls):
        fitted(library, metrics=[cls()])
        cls().get_config()

    assert not missing(getattr(keras.metrics, name), getattr(saccade.metrics, name), work, "Metric")


CALLBACKS = {
    "Callback": {},
    "CSVLogger": {"filename": "log.csv"},
    "EarlyStopping": {},
    "History": {},
    "LambdaCallback": {},
    "LearningRateScheduler": {"schedule": lambda epoch, rate: rate},
    "ModelCheckpoint": {"filepath": "model.keras"},
    "ReduceLROnPlateau": {},
    "TerminateOnNaN": {},
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_callbacks(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def work(library, cls):
        fitted(library, callbacks=[cls(**CALLBACKS[name])])

    theirs, ours = getattr(keras.callbacks, name), getattr(saccade.callbacks, name)
    assert not missing(theirs, ours, work, "Callback")
