"""Every optimizer of saccade.optimizers, found by looking, put through the same checks."""

import inspect
import json
import pickle

import numpy as np
import pytest
import torch

from parity.reference import keras
from saccade import optimizers
from saccade.errors import InvalidArgument, NotSupported, StateError
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.optimizers import LossScaleOptimizer, Optimizer, schedules
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
    "use_ema": (True, {"ema_overwrite_frequency": 2}),
    "ema_momentum": (0.5, {"use_ema": True, "ema_overwrite_frequency": 2}),
    "ema_overwrite_frequency": (2, {"use_ema": True}),
    "loss_scale_factor": (1000.0, {}),
    "gradient_accumulation_steps": (2, {}),
}
OTHERS = {
    "adadelta": {"rho": (0.5, {}), "epsilon": (0.5, {})},
    "adafactor": {
        "beta_2_decay": (-0.3, {}),
        "epsilon_1": (0.5, {}),
        "epsilon_2": (5.0, {}),
        "clip_threshold": (0.1, {}),
        "relative_step": (False, {}),
    },
    "adagrad": {"initial_accumulator_value": (0.5, {}), "epsilon": (0.5, {})},
    "adam": {
        "beta_1": (0.5, {}),
        "beta_2": (0.5, {}),
        "epsilon": (0.5, {}),
        "amsgrad": (True, {}),
    },
    "adamax": {"beta_1": (0.5, {}), "beta_2": (0.5, {}), "epsilon": (0.5, {})},
    "ftrl": {
        "learning_rate_power": (-0.8, {}),
        "initial_accumulator_value": (0.5, {}),
        "l1_regularization_strength": (0.1, {}),
        "l2_regularization_strength": (0.1, {}),
        "l2_shrinkage_regularization_strength": (0.1, {}),
        "beta": (0.1, {}),
    },
    "lamb": {"beta_1": (0.5, {}), "beta_2": (0.5, {}), "epsilon": (0.5, {})},
    "lion": {"beta_1": (0.5, {}), "beta_2": (0.5, {})},
    "muon": {
        "adam_beta_1": (0.5, {}),
        "adam_beta_2": (0.5, {}),
        "adam_weight_decay": (0.3, {}),
        "epsilon": (0.5, {}),
        "exclude_layers": (["variable"], {}),
        "exclude_embeddings": (False, {}),
        "muon_a": (3.0, {}),
        "muon_b": (-5.0, {}),
        "muon_c": (2.2, {}),
        "adam_lr_ratio": (0.5, {}),
        "momentum": (0.5, {}),
        "ns_steps": (2, {}),
        "nesterov": (False, {}),
        "rms_rate": (0.5, {}),
    },
    "nadam": {"beta_1": (0.5, {}), "beta_2": (0.5, {}), "epsilon": (0.5, {})},
    "rmsprop": {
        "rho": (0.5, {}),
        "momentum": (0.5, {}),
        "epsilon": (0.5, {}),
        "centered": (True, {}),
    },
    "schedulefreeadamw": {
        "beta_1": (0.5, {}),
        "beta_2": (0.5, {}),
        "epsilon": (0.5, {}),
        "warmup_steps": (3, {}),
    },
    "sgd": {"momentum": (0.5, {}), "nesterov": (True, {"momentum": 0.5})},
}
OTHERS["adamw"] = OTHERS["adam"]
# What the method as such does not mind, by its law.
INDIFFERENT = {
    ("lion", "loss_scale_factor"),
    ("muon", "exclude_embeddings"),  # there is none
    ("adafactor", "loss_scale_factor"),
    ("adafactor", "relative_step"),  # its rate is never above 1 / sqrt(t)
}
# The name says nothing about the steps.
SILENT = {"self", "name", "old"}
# One option of each kind, and all that can go together.
KINDS = [
    {},
    {"weight_decay": 0.1, "global_clipnorm": 0.5},
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 3, "loss_scale_factor": 2.0},
    {"learning_rate": schedules.CosineDecay(0.1, 20, warmup_target=0.2, warmup_steps=4)},
    {
        "learning_rate": schedules.ExponentialDecay(0.1, 10, 0.5),
        "gradient_accumulation_steps": 2,
        "use_ema": True,
        "ema_overwrite_frequency": 2,
        "clipnorm": 0.5,
        "weight_decay": 0.1,
    },
]
BOTH = pytest.mark.parametrize("options", KINDS, ids=lambda o: " ".join(o) or "plain")


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
        assert torch.equal(reference, other) == ((name, option) in INDIFFERENT), option


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_looked_at_and_keras_are_taken(name):
    own = set(inspect.signature(optimizers.CLASSES[name].__init__).parameters)
    assert own - SILENT == set(SHARED) | set(OTHERS[name])
    keras_class = getattr(keras.optimizers, optimizers.CLASSES[name].__name__)
    assert set(inspect.signature(keras_class.__init__).parameters) - {"kwargs"} <= own


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


@pytest.mark.sampled
@pytest.mark.parametrize("name", NAMES)
@BOTH
def test_two_runs_are_equal_to_the_bit(name, options):
    assert torch.equal(
        weights_after(make(name, **options), 40), weights_after(make(name, **options), 40)
    )


@pytest.mark.sampled
@pytest.mark.parametrize("name", NAMES)
@BOTH
def test_going_on_is_the_same_as_never_having_stopped(name, options):
    """To the bit, at every place within the gathering of gradients and the averages' turns."""
    for stop in (1, 4, 5):
        whole, first, second = (make(name, **options) for _ in range(3))
        w = [Variable(torch.tensor([[1.0, -2.0], [0.5, 3.0]])), Variable(torch.tensor([0.3, -0.1]))]
        v = [Variable(one.detach().clone()) for one in w]
        for step in range(9):
            if step == stop:
                state = pickle.loads(pickle.dumps(first.state()))
                v = [Variable(one.detach().clone()) for one in v]
                second.restore(state, v)
            g = [one.detach() * (1.5 if step % 3 else -0.4) + 0.2 for one in w]
            whole.step(w, g)
            (first if step < stop else second).step(v, [one.clone() for one in g])
        for one, other in zip([*w, *whole.variables], [*v, *second.variables], strict=True):
            assert np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("name", NAMES)
@BOTH
def test_a_step_that_is_not_kept_changes_nothing(name, options):
    """Gradients of NaN on a device that nobody waits for: weights, slots and averages stay."""
    w = [Variable(torch.tensor([[1.0, -2.0], [0.5, 3.0]])), Variable(torch.tensor([0.3, -0.1]))]
    w[0].constraint = lambda one: one.clamp(-1.0, 1.0)
    optimizer, plain = make(name, **options), make(name, **options)
    optimizer.fused_on = ()  # Adam as on other devices
    v = [Variable(one.detach().clone()) for one in w]
    v[0].constraint = w[0].constraint
    for step in range(4):
        g = [one.detach() * 0.7 + step for one in w]
        optimizer.step(w, g, torch.tensor(1.0))
        plain.step(v, [one.clone() for one in g])
    for one, other in zip([*w, *optimizer.variables], [*v, *plain.variables], strict=True):
        torch.testing.assert_close(torch.tensor(np.asarray(one)), torch.tensor(np.asarray(other)))
    tensors = [one for one in optimizer.variables if torch.is_tensor(one)]
    before = [one.detach().clone() for one in [*w, *tensors]]
    w[0].constraint = lambda one: one * 0.5
    for bad in (float("nan"), float("inf"), 1.0):
        optimizer.step(w, [torch.full_like(one, bad).detach() for one in w], torch.tensor(0.0))
    for one, other in zip([*w, *tensors], before, strict=True):
        assert torch.equal(one.detach(), other)


@pytest.mark.parametrize("name", NAMES)
def test_records_hold_the_schedule(name):
    for schedule in (
        schedules.PolynomialDecay(0.5, 10, power=2.0),
        schedules.PiecewiseConstantDecay([2, 4], [0.5, 0.1, 0.01]),
    ):
        optimizer = make(name, learning_rate=schedule, gradient_accumulation_steps=2)
        record = json.loads(json.dumps(optimizers.serialize(optimizer)))
        assert record["config"]["learning_rate"]["module"] == "keras.optimizers.schedules"
        again = optimizers.get(record)
        assert again.get_config() == optimizer.get_config()
        assert torch.equal(weights_after(again), weights_after(optimizer))
        assert record["config"]["learning_rate"]["class_name"] == type(schedule).__name__


@pytest.mark.parametrize("name", NAMES)
def test_averages_become_the_weights_at_the_end(name):
    optimizer = make(name, use_ema=True, ema_momentum=0.5, learning_rate=0.1)
    w, seen = Variable(torch.tensor([1.0, -2.0])), []
    optimizer.finalize_variable_values([w])  # before the first step: nothing
    assert w.tolist() == [1.0, -2.0]
    for step in range(3):
        optimizer.step([w], [torch.tensor([1.0, -0.5 * step])])
        seen.append(w.detach().clone())
    for current in (optimizer, LossScaleOptimizer(optimizer)):
        current.swap_averages()
        assert not torch.equal(w.detach(), seen[-1])
        assert torch.equal(optimizer.slots["average"][0], seen[-1])
        current.swap_averages()
        assert torch.equal(w.detach(), seen[-1])
    optimizer.finalize_variable_values([w])
    expected = 0.25 * seen[0] + 0.25 * seen[1] + 0.5 * seen[2]
    torch.testing.assert_close(w.detach(), expected)
    other = make(name)
    other.step([w], [torch.ones(2)])
    with pytest.raises(StateError, match="needs averages"):
        other.swap_averages()
    before = w.detach().clone()
    other.finalize_variable_values([w])
    assert torch.equal(w.detach(), before)


@pytest.mark.parametrize("name", NAMES)
def test_gathered_gradients_are_one_step_of_their_mean(name):
    options = {"learning_rate": 0.1, "weight_decay": 0.1, "clipnorm": 0.5}
    one, other = make(name, **options, gradient_accumulation_steps=4), make(name, **options)
    w, v = Variable(torch.tensor([1.0, -2.0])), Variable(torch.tensor([1.0, -2.0]))
    stream = torch.Generator().manual_seed(3)
    for _ in range(3):
        gradients = torch.randn(4, 2, generator=stream)
        before = w.detach().clone()
        for g in gradients:
            assert torch.equal(w.detach(), before)
            one.step([w], [g])
        other.step([v], [gradients.mean(0)])
        torch.testing.assert_close(w.detach(), v.detach())
    assert one.iterations == other.iterations == 3


@pytest.mark.parametrize("name", NAMES)
def test_a_scaled_loss_is_the_same_step(name):
    inner, plain = make(name, learning_rate=0.1), make(name, learning_rate=0.1)
    optimizer = LossScaleOptimizer(inner, 4.0, dynamic_growth_steps=2)
    w, v = Variable(torch.tensor([1.0, -2.0])), Variable(torch.tensor([1.0, -2.0]))
    for step in range(6):
        g = torch.tensor([0.5, -0.25 * step])
        optimizer.step([w], [optimizer.scale_loss(g)])
        optimizer.step([w], [torch.tensor([float("nan"), 1.0])])
        plain.step([v], [g])
        assert torch.equal(w.detach(), v.detach())
    again = LossScaleOptimizer(make(name), 4.0, dynamic_growth_steps=2)
    u = Variable(w.detach().clone())
    again.build([u])
    again.set_weights(optimizer.variables)
    for mine, its in zip(again.variables, optimizer.variables, strict=True):
        assert np.array_equal(np.asarray(mine), np.asarray(its))
    again = LossScaleOptimizer(make(name), 4.0, dynamic_growth_steps=2)
    again.restore(optimizer.state(), [u])
    assert again.dynamic_scale == optimizer.dynamic_scale == 4.0 * 0.5**6
    for current, weight in ((again, u), (optimizer, w)):
        current.step([weight], [torch.ones(2)])
    assert torch.equal(u.detach(), w.detach())
    record = json.loads(json.dumps(optimizers.serialize(optimizer)))
    back = optimizers.get(record)
    assert isinstance(back, LossScaleOptimizer)
    assert back.get_config() == optimizer.get_config()


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
    "loss_scale_factor": [0, -1.0],
    "gradient_accumulation_steps": [1, -2, 2.5],
    "ema_overwrite_frequency": [0, 2.5],
    "initial_accumulator_value": [-0.1],
    "learning_rate_power": [0.1],
    "l1_regularization_strength": [-0.1],
    "l2_regularization_strength": [-0.1],
    "l2_shrinkage_regularization_strength": [-0.1],
    "beta_2_decay": [0.1, float("nan")],
    "epsilon_1": [-1e-30],
    "epsilon_2": [-0.1],
    "clip_threshold": [0, -1.0],
    "adam_beta_1": [-0.1, 1.0],
    "adam_beta_2": [-0.1, 1.0],
    "adam_weight_decay": [-0.1],
    "adam_lr_ratio": [-0.1],
    "rms_rate": [-0.1],
    "ns_steps": [-1, 2.5],
    "exclude_layers": ["dense", [3], ["de("]],
    "warmup_steps": [-1, 2.5],
}


@pytest.mark.parametrize("name", NAMES)
def test_values_that_cannot_work(name):
    taken = inspect.signature(optimizers.CLASSES[name].__init__).parameters
    for option, values in BAD.items():
        for value in values if option in taken else []:
            if name == "lion" and value == 1.0:
                continue  # the step may be the momentum alone
            if (name, option, value) == ("schedulefreeadamw", "beta_1", 1.0):
                continue  # the weights may be the mean alone
            with pytest.raises(InvalidArgument, match=option):
                make(name, **{option: value})
    with pytest.raises(InvalidArgument, match="ema_momentum must be in"):
        make(name, use_ema=True, ema_momentum=1.5)
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
    options = {"momentum": 0.9} if name in ("sgd", "rmsprop") else {}
    options |= {"use_ema": True, "gradient_accumulation_steps": 2}
    one, two = Variable(torch.ones(3)), Variable(torch.ones(2))
    optimizer = make(name, **options)
    for _ in range(3):
        optimizer.step([one], [torch.ones(3)])
    kept = {slot: [t.clone() for t in tensors] for slot, tensors in optimizer.slots.items()}
    optimizer.build([two, one])
    for slot, tensors in optimizer.slots.items():
        assert torch.equal(tensors[1], kept[slot][0])
        fresh = optimizer.make_slots([torch.ones(2)]).get(slot, [torch.zeros(2)])[0]
        assert torch.equal(tensors[0], torch.ones(2) if slot == "average" else fresh)


@pytest.mark.parametrize("name", NAMES)
def test_state_and_restore(name):
    options = {"momentum": 0.9} if name in ("sgd", "rmsprop") else {}
    options = {"amsgrad": True} if name in ("adam", "adamw") else options
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
    optimizer.learning_rate.assign(0.75)
    assert optimizer.learning_rate == 0.75
    optimizer.learning_rate.assign(0.125)
    copied = pickle.loads(pickle.dumps(optimizer.learning_rate))
    assert copied == 0.125
    with pytest.raises(StateError, match="read from an optimizer"):
        copied.assign(1.0)
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
    assert len(called.variables) == len(reference.variables) - 1
    scheduled = make(name, learning_rate=schedules.ExponentialDecay(0.5, 1, 0.5))
    assert scheduled.learning_rate == 0.5
    scheduled.step([w], [torch.ones(2)])
    assert scheduled.learning_rate == 0.25
    with pytest.raises(TypeError, match="follows a schedule"):
        scheduled.learning_rate = 0.1
    with pytest.raises(TypeError, match="follows a schedule"):
        scheduled.learning_rate.assign(0.1)
    scheduled.learning_rate = schedules.ExponentialDecay(1.0, 1, 0.5)
    assert scheduled.learning_rate == 0.5


def test_every_optimizer_is_here_or_refused_by_name():
    exported = {name for name in optimizers.__all__ if name[0].isupper()}
    built = {cls.__name__ for cls in optimizers.CLASSES.values()}
    assert exported == built | {Optimizer.__name__, LossScaleOptimizer.__name__}
    theirs = {
        name
        for name, cls in vars(keras.optimizers).items()
        if inspect.isclass(cls) and issubclass(cls, keras.optimizers.Optimizer)
    }
    assert theirs <= exported | set(optimizers.REFUSED)
    assert all(hasattr(keras.optimizers, name) for name in optimizers.REFUSED)
    for name, instead in optimizers.REFUSED.items():
        for given in (name.lower(), {"class_name": name, "config": {}}):
            with pytest.raises(NotSupported, match=f"{name} is not supported.*[Uu]se "):
                optimizers.get(given)
        assert instead.endswith(".")
