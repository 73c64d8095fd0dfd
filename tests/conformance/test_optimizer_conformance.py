"""Every optimizer of saccade.optimizers, found by looking, put through the same checks."""

import inspect
import json

import numpy as np
import pytest
import torch

from parity.reference import keras
from saccade import optimizers
from saccade.errors import InvalidArgument
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.optimizers import Optimizer
from saccade.variables import Variable

# Keras's own variables lag behind NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NAMES = sorted(optimizers.CLASSES)
# Another value for each option that must bite; with what it needs to have an effect.
SHARED = {
    "learning_rate": (0.5, {}),
    "weight_decay": (0.3, {}),
    "clipnorm": (0.1, {}),
    "clipvalue": (0.1, {}),
    "global_clipnorm": (0.1, {}),
}
OTHERS = {
    "adam": {
        "beta_1": (0.5, {}),
        "beta_2": (0.5, {}),
        "epsilon": (0.5, {}),
        "amsgrad": (True, {}),
    },
    "rmsprop": {
        "rho": (0.5, {}),
        "momentum": (0.5, {}),
        "epsilon": (0.5, {}),
        "centered": (True, {}),
    },
    "sgd": {"momentum": (0.5, {}), "nesterov": (True, {"momentum": 0.5})},
}
REFUSED = {
    "use_ema": True,
    "ema_overwrite_frequency": 10,
    "loss_scale_factor": 2.0,
    "gradient_accumulation_steps": 4,
}
# `ema_momentum` without use_ema, and the name, say nothing about the steps.
SILENT = {"self", "name", "ema_momentum", "old"}


def make(name, /, **options):
    return optimizers.CLASSES[name](**options)


def weights_after(optimizer, steps=6):
    """Weights after steps down a bowl whose slope changes sign now and then."""
    w = [Variable(torch.tensor([[1.0, -2.0], [0.5, 3.0]])), Variable(torch.tensor([0.3, -0.1]))]
    for step in range(steps):
        g = [one.detach() * (1.5 if step % 3 else -0.4) + 0.2 for one in w]
        optimizer.step(w, g)
    return torch.cat([one.detach().reshape(-1) for one in w])


@pytest.mark.parametrize("name", NAMES)
def test_every_option_bites(name):
    options = {**SHARED, **OTHERS[name]}
    for option, (value, needed) in options.items():
        reference = weights_after(make(name, **needed))
        assert torch.equal(reference, weights_after(make(name, **needed)))
        other = weights_after(make(name, **{**needed, option: value}))
        assert not torch.equal(reference, other), option


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_looked_at_and_keras_are_taken_or_refused(name):
    own = set(inspect.signature(optimizers.CLASSES[name].__init__).parameters)
    assert own - SILENT == set(SHARED) | set(OTHERS[name]) | set(REFUSED)
    keras_class = getattr(keras.optimizers, optimizers.CLASSES[name].__name__)
    assert set(inspect.signature(keras_class.__init__).parameters) - {"kwargs"} <= own
    for option, value in REFUSED.items():
        with pytest.raises(InvalidArgument, match=f"{option} is not supported yet"):
            make(name, **{option: value})


@pytest.mark.parametrize("name", NAMES)
def test_config_round_trip(name):
    for option, (value, needed) in {"learning_rate": (0.01, {}), **OTHERS[name], **SHARED}.items():
        optimizer = make(name, **{**needed, option: value})
        config = json.loads(json.dumps(optimizer.get_config()))
        again = optimizers.CLASSES[name].from_config(config)
        assert again.get_config() == optimizer.get_config()
        torch.testing.assert_close(weights_after(again), weights_after(optimizer))
        record = optimizers.serialize(make(name, **{**needed, option: value}))
        assert type(optimizers.get(record)) is optimizers.CLASSES[name]
        theirs = getattr(keras.optimizers, record["class_name"]).from_config(config)
        back = optimizers.CLASSES[name].from_config(theirs.get_config())
        for key, number in optimizer.get_config().items():
            if key != "name":
                assert back.get_config()[key] == pytest.approx(number), key


@pytest.mark.parametrize("name", NAMES)
def test_two_runs_are_equal_to_the_bit(name):
    for options in ({}, {"weight_decay": 0.1, "global_clipnorm": 0.5}):
        assert torch.equal(
            weights_after(make(name, **options), 40), weights_after(make(name, **options), 40)
        )


@pytest.mark.parametrize("name", NAMES)
def test_words_in_any_case_and_classes_and_objects(name):
    cls = optimizers.CLASSES[name]
    for given in (name, name.upper(), cls.__name__, cls, cls()):
        assert type(optimizers.get(given)) is cls
    kept = cls()
    assert optimizers.get(kept) is kept
    assert optimizers.get(name) is not optimizers.get(name)


BAD = {
    "learning_rate": [-0.1, float("nan"), float("inf"), "fast", None],
    "weight_decay": [-0.1],
    "clipnorm": [0, -1.0],
    "clipvalue": [0, -1.0],
    "global_clipnorm": [0, -1.0],
    "beta_1": [-0.1, 1.0, 2],
    "beta_2": [-0.1, 1.0],
    "rho": [-0.1, 1.5],
    "momentum": [-0.1, 1.5],
}


@pytest.mark.parametrize("name", NAMES)
def test_values_that_cannot_work(name):
    taken = inspect.signature(optimizers.CLASSES[name].__init__).parameters
    for option, values in BAD.items():
        for value in values if option in taken else []:
            with pytest.raises(InvalidArgument, match=option):
                make(name, **{option: value})
    with pytest.raises(InvalidArgument, match="only one kind of clipping"):
        make(name, clipnorm=1.0, clipvalue=1.0)
    with pytest.raises(InvalidArgument, match=r"learning_rte=.*Did you mean learning_rate=\?"):
        make(name, learning_rte=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_frozen_weights_have_no_slots_and_do_not_move(name):
    model = Sequential([Dense(3, input_shape=(2,)), Dense(1)])
    model.layers[0].trainable = False
    before = model.layers[0].get_weights()
    model.compile(make(name, weight_decay=0.1), "mse")
    model.fit(np.ones((4, 2), np.float32), np.zeros(4), verbose=0)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], before[0])
    assert all(len(slots) == 2 for slots in model.optimizer.slots.values())


@pytest.mark.parametrize("name", NAMES)
def test_slots_outlive_a_change_of_the_weights(name):
    """Unfreezing a layer gives it fresh slots; the others keep theirs."""
    options = {"momentum": 0.9} if name != "adam" else {}
    one, two = Variable(torch.ones(3)), Variable(torch.ones(2))
    optimizer = make(name, **options)
    for _ in range(3):
        optimizer.step([one], [torch.ones(3)])
    kept = {slot: [t.clone() for t in tensors] for slot, tensors in optimizer.slots.items()}
    optimizer.build([two, one])
    for slot, tensors in optimizer.slots.items():
        assert torch.equal(tensors[1], kept[slot][0])
        assert torch.equal(tensors[0], torch.zeros(2))


@pytest.mark.parametrize("name", NAMES)
def test_state_and_restore(name):
    options = {"momentum": 0.9} if name != "adam" else {"amsgrad": True}
    w = Variable(torch.ones(3))
    optimizer = make(name, **options)
    for _ in range(3):
        optimizer.step([w], [torch.ones(3)])
    optimizer.learning_rate = 0.123
    state, values = optimizer.state(), w.detach().clone()
    optimizer.step([w], [torch.ones(3)])
    expected = w.detach().clone()
    fresh, v = make(name, **options), Variable(values)
    fresh.restore(state, [v])
    assert fresh.learning_rate == 0.123
    assert fresh.iterations == 3
    fresh.step([v], [torch.ones(3)])
    assert torch.equal(v.detach(), expected)


@pytest.mark.parametrize("name", NAMES)
def test_the_learning_rate_is_read_and_written_as_in_keras(name):
    optimizer = make(name, learning_rate=0.25)
    for rate in (optimizer.learning_rate, optimizer.lr):
        assert float(rate) == 0.25
        assert rate.numpy() == np.float32(0.25)
        assert float(rate.value) == 0.25
    optimizer.learning_rate = 0.5
    assert optimizer.lr == 0.5
    optimizer.lr = np.float32(0.125)
    assert optimizer.learning_rate == 0.125
    with pytest.raises(InvalidArgument, match="learning_rate must be a number"):
        optimizer.learning_rate = "fast"
    assert optimizer.learning_rate == 0.125
    rates = iter([0.5, 0.25, 0.125])
    called = make(name, learning_rate=lambda: next(rates))
    reference = make(name, learning_rate=0.5)
    w, v = Variable(torch.ones(2)), Variable(torch.ones(2))
    for rate in (0.5, 0.25, 0.125):
        reference.learning_rate = rate
        called.step([w], [torch.ones(2)])
        reference.step([v], [torch.ones(2)])
    assert torch.equal(w.detach(), v.detach())


def test_every_optimizer_is_here():
    exported = {name for name in optimizers.__all__ if name[0].isupper()} - {Optimizer.__name__}
    assert exported == {cls.__name__ for cls in optimizers.CLASSES.values()}
    assert set(NAMES) == set(OTHERS)
