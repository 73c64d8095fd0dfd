"""Every optimizer and every argument against Keras: the weights after 20 steps to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from saccade import optimizers
from saccade.variables import Variable

# Keras's own variables lag behind NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPES = [(3, 3, 2, 4), (4,), (6, 5), (5,), ()]
STEPS = 20
CASES = {
    "SGD": [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"nesterov": True},
        {"momentum": 1.0},
        {"learning_rate": 0.3},
    ],
    "Adam": [
        {},
        {"amsgrad": True},
        {"amsgrad": True, "beta_2": 0.5},
        {"beta_1": 0.5, "beta_2": 0.9},
        {"beta_1": 0.0},
        {"epsilon": 0.1},
        {"learning_rate": 0.05},
    ],
    "RMSprop": [
        {},
        {"rho": 0.5},
        {"momentum": 0.9},
        {"centered": True},
        {"centered": True, "momentum": 0.8},
        {"epsilon": 0.1},
    ],
}
SHARED = [
    {"weight_decay": 0.1},
    {"clipnorm": 0.5},
    {"clipvalue": 0.2},
    {"global_clipnorm": 0.5},
    {"weight_decay": 0.05, "global_clipnorm": 1.0},
    {"clipnorm": 100.0},
]
ALL = [(name, options) for name, cases in CASES.items() for options in [*cases, *SHARED]]


def start_values():
    return [normal(shape, 10 + i) for i, shape in enumerate(SHAPES)]


def gradient(step, w):
    """Of a bumpy bowl: depends on the weights, so an early fault grows."""
    return w + 0.5 * np.float32(np.sin(step + 1.0)) * normal(w.shape, step)


def variable(values):
    """A weight in the memory layout that convolution gives its kernels."""
    tensor = torch.tensor(values)
    if tensor.ndim == 4:
        tensor = tensor.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)
    return Variable(tensor)


def run_ours(optimizer, steps=STEPS, keep=None):
    weights = [variable(values) for values in start_values()]
    for step in range(steps):
        g = [torch.tensor(gradient(step, array(w))) for w in weights]
        optimizer.step(weights, g, keep)
    return weights


def run_theirs(optimizer, steps=STEPS):
    weights = [keras.Variable(values) for values in start_values()]
    for step in range(steps):
        g = [torch.tensor(gradient(step, array(w))) for w in weights]
        optimizer.apply(g, weights)
    return weights


@pytest.mark.parametrize(("name", "options"), ALL, ids=str)
def test_twenty_steps(name, options):
    theirs = getattr(keras.optimizers, name)(**options)
    reference = run_theirs(theirs)
    # The two ways our Adam goes: fused on the CPU, and as written where nobody waits.
    for keep in (None, torch.tensor(1.0)):
        ours = getattr(optimizers, name)(**options)
        for mine, other in zip(run_ours(ours, keep=keep), reference, strict=True):
            close(mine, other)
        mine, others = ours.variables, theirs.variables
        assert [np.shape(v) for v in mine] == [tuple(v.shape) for v in others]
        for one, other in zip(mine, others, strict=True):
            close(one, other, what=other.path)


@pytest.mark.parametrize("name", CASES)
def test_config_and_defaults(name):
    ours, theirs = getattr(optimizers, name)(), getattr(keras.optimizers, name)()
    mine, other = ours.get_config(), theirs.get_config()
    assert mine.keys() == other.keys()
    for key, value in mine.items():
        if key == "name":  # Keras counts optimizers up: adam_12
            continue
        close(value, other[key]) if isinstance(value, float) else None
        assert isinstance(value, float) or value == other[key], key


@pytest.mark.parametrize("name", CASES)
def test_a_rate_changed_half_way(name):
    """The rate is inside SGD's velocity, so a change takes hold as in Keras, not as in torch."""
    options = {"momentum": 0.9} if name != "Adam" else {}
    results = []
    for family, run in ((optimizers, run_ours), (keras.optimizers, run_theirs)):
        optimizer = getattr(family, name)(learning_rate=0.02, **options)
        steps = [0]

        def apply(*args, optimizer=optimizer, steps=steps, plain=None):
            steps[0] += 1
            if steps[0] == 7:
                optimizer.learning_rate = 0.001
            return plain(*args)

        method = "step" if family is optimizers else "apply"
        plain = getattr(optimizer, method)
        setattr(optimizer, method, lambda *a, p=plain, f=apply: f(*a, plain=p))
        results.append(run(optimizer))
    for mine, other in zip(*results, strict=True):
        close(mine, other)


@pytest.mark.parametrize("name", CASES)
def test_weights_without_a_gradient(name):
    """A weight that the loss does not depend on stays, decay included; the others go on."""
    options = {"weight_decay": 0.1}
    ours, theirs = getattr(optimizers, name)(**options), getattr(keras.optimizers, name)(**options)
    mine = [variable(values) for values in start_values()]
    other = [keras.Variable(values) for values in start_values()]
    theirs.build(other)
    for step in range(5):
        g = [torch.tensor(normal(values.shape, step)) for values in start_values()]
        g[1] = None
        ours.step(mine, list(g))
        with pytest.warns(UserWarning, match="Gradients do not exist"):
            theirs.apply(list(g), other)
    for one, reference in zip(mine, other, strict=True):
        close(one, reference)
    np.testing.assert_array_equal(array(mine[1]), start_values()[1])


def test_centered_rmsprop_survives_a_constant_gradient():
    """DEPARTURES.md, 4: rounding leaves a negative variance, whose root is NaN in Keras."""
    g = torch.tensor(10 ** np.random.RandomState(0).uniform(-3, 3, 5000).astype(np.float32))
    ours, theirs = Variable(torch.zeros(5000)), keras.Variable(np.zeros(5000, np.float32))
    mine, other = optimizers.RMSprop(centered=True), keras.optimizers.RMSprop(centered=True)
    for _ in range(200):
        mine.step([ours], [g])
        other.apply([g], [theirs])
    assert np.isfinite(array(ours)).all()
    survived = np.isfinite(array(theirs))
    assert not survived.all(), "Keras was repaired: take the departure out"
