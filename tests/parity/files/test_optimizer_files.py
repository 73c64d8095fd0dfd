"""Optimizers in files between saccade and Keras, both ways: the same state, the same next steps."""

import warnings

import numpy as np
import pytest
import torch

import saccade.layers
from parity.reference import close, keep_old_values, keras, normal
from saccade import optimizers
from saccade.models import Sequential, load_model

# Keras's own arrays lag behind NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(autouse=True)
def as_on_jax(monkeypatch):
    keep_old_values(monkeypatch)


GATHER, EMA = {"gradient_accumulation_steps": 2}, {"use_ema": True, "ema_momentum": 0.5}
CASES = {
    **{name: (cls.__name__, {}) for name, cls in optimizers.CLASSES.items()},
    "sgd momentum": ("SGD", {"momentum": 0.9}),
    "rmsprop all": ("RMSprop", {"momentum": 0.5, "centered": True}),
    "amsgrad": ("Adam", {"amsgrad": True}),
    "average": ("Adam", EMA),
    "gathered": ("Nadam", {**GATHER, **EMA, "weight_decay": 0.1}),
    "gathered sgd": ("SGD", GATHER),
}

RATES = ["number", "schedule", "scaled"]
# Under a LossScaleOptimizer Keras loses sight of Nadam's product and goes on without it, and of the
# numbers that stand for rows and columns of a bias in Adafactor.
LOST_IN_SCALE = ("Nadam", "Adafactor")
TRAVELS = [
    (case, rate)
    for case, (name, _) in CASES.items()
    for rate in RATES
    if not (name in LOST_IN_SCALE and rate == "scaled")
]


def make(family, name, options, rate):
    """With the rate as a number, as a schedule, or within a scaled loss."""
    given = family.schedules.PolynomialDecay(0.1, 10, 0.01) if rate == "schedule" else 0.05
    optimizer = getattr(family, name)(learning_rate=given, **options)
    return family.LossScaleOptimizer(optimizer, 4.0, 2) if rate == "scaled" else optimizer


def model_of(library, optimizer):
    parts = library.layers
    stack = [parts.Input((3,)), parts.Dense(4, activation="tanh"), parts.Dense(2)]
    model = (library.Sequential if library is keras else Sequential)(stack)
    model.compile(optimizer, "mse")
    return model


def steps(library, model, count, first=0):
    """The same steps in either library, one gradient after the other."""
    for step in range(first, first + count):
        g = [torch.tensor(normal(w.shape, step)) for w in model.trainable_weights]
        if library is keras:
            model.optimizer.apply(g, model.trainable_variables)
        else:
            model.optimizer.step(model.trainable_weights, g)


def load_theirs(path):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Skipping variable loading for optimizer")
        return keras.saving.load_model(path)


def assert_same_state(ours, theirs):
    mine, others = ours.optimizer.variables, theirs.optimizer.variables
    assert len(mine) == len(others)
    for one, other in zip(mine, others, strict=True):
        close(one, other, 1e-4, what=other.path)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        close(one, other)


@pytest.mark.sampled
@pytest.mark.parametrize(("case", "rate"), TRAVELS)
def test_what_either_wrote_goes_on_in_the_other(tmp_path, case, rate):
    name, options = CASES[case]
    torch.manual_seed(1)
    ours = model_of(saccade, make(optimizers, name, options, rate))
    steps(saccade, ours, 3)
    ours.save(tmp_path / "ours.keras")
    theirs = load_theirs(tmp_path / "ours.keras")
    assert theirs.optimizer.get_config().keys() == ours.optimizer.get_config().keys()
    assert_same_state(ours, theirs)
    for library, model in ((saccade, ours), (keras, theirs)):
        steps(library, model, 3, first=3)
    assert_same_state(ours, theirs)

    theirs.save(tmp_path / "theirs.keras")
    back = load_model(tmp_path / "theirs.keras")
    assert type(back.optimizer) is type(ours.optimizer)
    assert_same_state(back, theirs)
    for library, model in ((saccade, back), (keras, theirs)):
        steps(library, model, 3, first=6)
    assert_same_state(back, theirs)


@pytest.mark.sampled
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("case", CASES)
def test_our_own_file_goes_on_to_the_bit(tmp_path, case, rate):
    name, options = CASES[case]
    torch.manual_seed(2)
    ours = model_of(saccade, make(optimizers, name, options, rate))
    ours.save(tmp_path / "fresh.keras")
    assert not load_model(tmp_path / "fresh.keras").optimizer.built
    steps(saccade, ours, 3)
    ours.save(tmp_path / "m.keras")
    back = load_model(tmp_path / "m.keras")
    for model in (ours, back):
        steps(saccade, model, 3, first=3)
    for one, other in zip(ours.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(ours.optimizer.variables, back.optimizer.variables, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))
