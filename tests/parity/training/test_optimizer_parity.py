"""Every optimizer and every argument against Keras: the weights after 20 steps to 1e-5."""

import inspect

import numpy as np
import pytest
import torch

import saccade.layers
from house.slow_cases import slow_unless
from parity.reference import array, close, keep_old_values, keras, normal
from saccade import optimizers
from saccade.models import Sequential
from saccade.variables import Variable

# Keras's own variables lag behind NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(autouse=True)
def as_on_jax(monkeypatch):
    keep_old_values(monkeypatch)


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
    "AdamW": [{}, {"amsgrad": True}, {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.9}],
    "Nadam": [{}, {"beta_1": 0.5, "beta_2": 0.9}, {"epsilon": 0.1}, {"beta_1": 0.0}],
    "Adamax": [{}, {"beta_1": 0.5, "beta_2": 0.9}, {"epsilon": 0.1}],
    "Adafactor": [
        {},
        {"learning_rate": 0.3, "clip_threshold": 0.2},
        {"beta_2_decay": -0.3, "epsilon_1": 1e-3},
        {"epsilon_2": 2.0, "relative_step": False},
    ],
    "Adagrad": [{}, {"initial_accumulator_value": 0.0, "learning_rate": 0.1}, {"epsilon": 0.1}],
    "Adadelta": [{}, {"learning_rate": 1.0, "rho": 0.5}, {"epsilon": 0.1}],
    "Lion": [{}, {"beta_1": 0.5, "beta_2": 0.6}, {"beta_1": 1.0}],
    "Lamb": [{}, {"beta_1": 0.5, "beta_2": 0.9}, {"epsilon": 0.1}],
    "Muon": [
        {},
        {"learning_rate": 0.05, "nesterov": False, "momentum": 0.5},
        {"exclude_layers": ["other", "^vari"], "adam_beta_1": 0.5, "adam_beta_2": 0.9},
        {"rms_rate": None, "ns_steps": 3, "muon_a": 3.0, "muon_b": -4.0, "muon_c": 1.5},
        {"adam_lr_ratio": 0.1, "adam_weight_decay": None, "weight_decay": 0.1, "epsilon": 0.1},
        {"weight_decay": None, "adam_weight_decay": 0.1},
    ],
    "ScheduleFreeAdamW": [
        {},
        {"beta_1": 0.5, "beta_2": 0.9},
        {"beta_1": 1.0},
        {"epsilon": 0.1, "warmup_steps": 7},
        {"learning_rate": 0.05},
    ],
    "Ftrl": [
        {},
        {"learning_rate": 0.5, "learning_rate_power": -0.7, "initial_accumulator_value": 0.5},
        {"learning_rate": 0.5, "l1_regularization_strength": 0.3},
        {"l2_regularization_strength": 0.3, "beta": 0.2},
        {"learning_rate": 0.1, "l2_shrinkage_regularization_strength": 0.3},
    ],
}
GATHER, EMA = {"gradient_accumulation_steps": 3}, {"use_ema": True, "ema_momentum": 0.7}
SHARED = [
    {"weight_decay": 0.1},
    {"clipnorm": 0.5},
    {"clipvalue": 0.2},
    {"global_clipnorm": 0.5},
    {"weight_decay": 0.05, "global_clipnorm": 1.0},
    {"clipnorm": 100.0},
    {"loss_scale_factor": 4.0, "clipvalue": 0.2},
    EMA,
    {**EMA, "ema_overwrite_frequency": 3, "ema_momentum": 0.9},
    {**GATHER, "weight_decay": 0.1},
    {**GATHER, **EMA, "ema_overwrite_frequency": 2, "clipnorm": 0.5},
    {"learning_rate": ("ExponentialDecay", (0.1, 4, 0.5))},
    {**GATHER, "learning_rate": ("PiecewiseConstantDecay", ([1, 3], [0.02, 0.005, 0.03]))},
]
ALL = [(name, options) for name, cases in CASES.items() for options in [*cases, *SHARED]]


def make(family, name, options):
    """An optimizer of saccade or Keras; a schedule is a name and its arguments."""
    options = dict(options)
    if isinstance(options.get("learning_rate"), tuple):
        schedule, arguments = options["learning_rate"]
        options["learning_rate"] = getattr(family.schedules, schedule)(*arguments)
    return getattr(family, name)(**options)


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


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "options"),
    # What all share is one class's: quick with the plainest, and one that has slots of its own.
    slow_unless(lambda name, options: name in ("SGD", "Adam") or options not in SHARED, ALL),
    ids=str,
)
def test_twenty_steps(name, options):
    theirs = make(keras.optimizers, name, options)
    reference = run_theirs(theirs)
    # The ways our step goes: plain, and guarded where nobody waits for the device.
    for keep in (None, torch.tensor(1.0)):
        ours = make(optimizers, name, options)
        if keep is not None:
            ours.fused_on = ()  # Adam as written, as on other devices
        weights = run_ours(ours, keep=keep)
        for mine, other in zip(weights, reference, strict=True):
            close(mine, other)
        mine, others = ours.variables, theirs.variables
        assert [np.shape(v) for v in mine] == [tuple(v.shape) for v in others]
        for one, other in zip(mine, others, strict=True):
            # Ftrl sums differences of large numbers over the rate.
            close(one, other, 1e-4 if name == "Ftrl" else 1e-5, what=other.path)
        assert ours.iterations == int(theirs.iterations)
        assert float(ours.learning_rate) == pytest.approx(float(theirs.learning_rate), rel=1e-6)
        ours.finalize_variable_values(weights)
        if options.get("use_ema"):
            averages = theirs._model_variables_moving_average
            for mine, other in zip(weights, averages, strict=True):
                close(mine, other)


def keras_class(name):
    return getattr(keras.optimizers, name)


@pytest.mark.parametrize("name", CASES)
def test_config_and_defaults(name):
    ours, theirs = getattr(optimizers, name)(), getattr(keras.optimizers, name)()
    mine, other = ours.get_config(), theirs.get_config()
    assert list(mine) == list(other)
    arguments = [
        inspect.signature(one.__init__).parameters for one in (type(ours), keras_class(name))
    ]
    options, reference = ({k: v.default for k, v in one.items()} for one in arguments)
    assert list(options)[:-1] == list(reference)[:-1]  # but for **old and **kwargs
    for key, value in options.items():
        if key != "old":
            assert value == reference[key], key
    for key, value in mine.items():
        if key == "name":  # Keras counts optimizers up: adam_12
            continue
        close(value, other[key]) if isinstance(value, float) else None
        assert isinstance(value, float) or value == other[key], key


@pytest.mark.parametrize("name", CASES)
def test_a_rate_changed_half_way(name):
    """The rate is inside SGD's velocity, so a change takes hold as in Keras, not as in torch."""
    options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {}
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
    options = {"weight_decay": 0.1, **EMA, "gradient_accumulation_steps": 2}
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
    for one, reference in zip([*mine, *ours.variables], [*other, *theirs.variables], strict=True):
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


def test_adafactor_survives_a_row_and_a_column_of_zeros():
    """DEPARTURES.md, 97: the product of the two is less than float32 holds; Keras gives NaN."""
    g = torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    ours, theirs = Variable(torch.ones(2, 2)), keras.Variable(np.ones((2, 2), np.float32))
    mine, other = optimizers.Adafactor(0.1), keras.optimizers.Adafactor(0.1)
    for _ in range(3):
        mine.step([ours], [g])
        other.apply([g], [theirs])
    assert array(ours)[0].tolist() == [1.0, 1.0]
    assert array(ours)[1, 0] == 1.0
    assert 0.4 < array(ours)[1, 1] < 1.0
    assert np.isnan(array(theirs)).all(), "Keras was repaired: take the departure out"


def test_schedule_free_really_departs(monkeypatch):
    """DEPARTURES.md, 98: in Keras on torch beta_1 has no effect."""
    monkeypatch.undo()
    results = []
    for beta_1 in (0.9, 0.5):
        weight = keras.Variable(np.ones(3, np.float32))
        optimizer = keras.optimizers.ScheduleFreeAdamW(0.1, beta_1=beta_1)
        for step in range(5):
            optimizer.apply([torch.tensor(normal((3,), step))], [weight])
        results.append(array(weight))
    close(*results)  # else Keras was repaired: take the departure out


@pytest.mark.parametrize("options", [{}, {"exclude_embeddings": False}], ids=str)
def test_muon_goes_by_adam_where_keras_does(options):
    """By path: embeddings, the layers named, and all that is no matrix."""
    slots = []
    for library in (saccade, keras):
        part = library.layers
        model = (library.Sequential if library is keras else Sequential)(
            [
                part.Input((4,)),
                part.Embedding(5, 3, name="My_Embedding"),
                part.Flatten(),
                part.Dense(3, name="hidden"),
                part.Dense(2, name="head"),
            ]
        )
        family = optimizers if library is saccade else keras.optimizers
        optimizer = family.Muon(exclude_layers=["hea[d]/"], **options)
        optimizer.build(model.trainable_weights)
        slots.append([tuple(np.shape(one)) for one in optimizer.variables])
    assert slots[0] == slots[1]


def test_constraints_and_exclusion_from_weight_decay():
    """A constraint holds after each step, decay and average included; no bias decays."""
    names = ["kernel", "bias", "kernel", "bias", "gain"]
    options = {"weight_decay": 0.3, "learning_rate": 0.1, **EMA, "ema_overwrite_frequency": 2}
    ours, theirs = optimizers.SGD(**options), keras.optimizers.SGD(**options)
    mine, other = [], []
    for values, name in zip(start_values(), names, strict=True):
        mine.append(Variable(torch.tensor(values), name=name))
        other.append(keras.Variable(values, name=name))
    for weights in (mine, other):
        weights[0].constraint = lambda w: w * (w > 0)
    for optimizer, weights in ((ours, mine), (theirs, other)):
        optimizer.exclude_from_weight_decay(var_list=[weights[2]], var_names=["bias"])
        optimizer.build(weights)
    for step in range(7):
        g = [torch.tensor(normal(values.shape, step)) for values in start_values()]
        g[4] = g[4] * 0.0
        ours.apply(g, mine)
        theirs.apply(g, other)
    for one, reference in zip([*mine, *ours.variables], [*other, *theirs.variables], strict=True):
        close(one, reference)
    assert (mine[0].detach() >= 0).all()
    assert (torch.tensor(start_values()[0]) < 0).any()


@pytest.mark.parametrize("keep", [None, torch.tensor(1.0)], ids=["plain", "deferred"])
def test_a_scaled_loss(keep):
    """Halved by what is not finite, which is no step; doubled after three good ones."""
    gradients = [normal((3,), step) for step in range(12)]
    for bad in (2, 3, 9):
        gradients[bad] = np.array([1.0, np.inf if bad == 2 else np.nan, 1.0], np.float32)
    ours = optimizers.LossScaleOptimizer(optimizers.Adam(0.1), 8.0, dynamic_growth_steps=3)
    theirs = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1), 8.0, 3)
    mine, other = Variable(torch.ones(3)), keras.Variable(np.ones(3, np.float32))
    assert ours.scale_loss(2.0) == float(theirs.scale_loss(2.0)) == 16.0
    scales = []
    for g in gradients:
        ours.step([mine], [torch.tensor(g)], keep)
        theirs.apply([torch.tensor(g)], [other])
        scales.append(ours.dynamic_scale)
        for one, reference in zip(ours.variables, theirs.variables, strict=True):
            close(one, reference, what=reference.path)
        assert ours.scale_loss(1.0) == float(theirs.scale_loss(1.0))
    close(mine, other)
    assert scales == [8.0, 8.0, 4.0, 2.0, 2.0, 2.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0]
    assert ours.iterations == 9
    mine, other = ours.get_config(), theirs.get_config()
    assert list(mine) == list(other)
    assert mine["inner_optimizer"]["class_name"] == other["inner_optimizer"]["class_name"]
    ours.learning_rate = 0.5
    assert ours.inner_optimizer.learning_rate == 0.5
