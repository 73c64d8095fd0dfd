"""Every function of keras.activations: names, defaults, values and gradients to 1e-5."""

import inspect

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from saccade import activations

ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
# Arguments that a function can't do without, and shapes that it needs.
NEEDED = {"threshold": {"threshold": 0.3, "default_value": -2.0}}
OPTIONS = [
    ("relu", {"negative_slope": 0.3}),
    ("relu", {"max_value": 0.7}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 0.4}),
    ("relu", {"negative_slope": 0.2, "max_value": 1.0}),
    ("relu", {"negative_slope": 0.2, "threshold": 0.3}),
    ("relu", {"negative_slope": 0.2, "max_value": 1.0, "threshold": 0.3}),
    ("relu", {"negative_slope": 0.2, "max_value": 1.0, "threshold": -0.5}),
    ("leaky_relu", {"negative_slope": 0.5}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 1.5}),
    ("hard_shrink", {"threshold": 1.2}),
    ("soft_shrink", {"threshold": 1.2}),
    ("softmax", {"axis": 1}),
    ("softmax", {"axis": (1, 2)}),
    ("softmax", {"axis": None}),
    ("log_softmax", {"axis": 1}),
    ("glu", {"axis": 1}),
]
KERAS = sorted(
    name
    for name in dir(keras.activations)
    if name.islower() and name[0] != "_" and name not in ("get", "serialize", "deserialize")
)


# DEPARTURES.md: Keras sums the cumulative sums, so that its sparsemax does not sum to 1.
DEPARTS = {"sparsemax"}


def with_slope(function, x, probe, options):
    x = torch.tensor(x, requires_grad=True)
    y = function(x, **options)
    return array(y), array(torch.autograd.grad((y * torch.tensor(probe(y.shape))).sum(), x)[0])


def agree(name, options, shape=(3, 4, 6)):
    x = normal(shape, 1) * 2
    mine, theirs = (
        with_slope(getattr(family, name), x, lambda s: normal(s, 2), options)
        for family in (activations, keras.activations)
    )
    for one, other in zip(mine, theirs, strict=True):
        close(one, other, what=name)
    return mine[0]


def test_every_name_of_keras_is_here():
    assert set(KERAS) == set(activations._WORDS)
    assert set(activations.FUNCTIONS) == set(KERAS) - set(ALIASES)
    for alias, name in ALIASES.items():
        assert getattr(activations, alias) is activations.get(alias) is getattr(activations, name)
        assert getattr(keras.activations, alias) is getattr(keras.activations, name)


@pytest.mark.parametrize("name", KERAS)
def test_arguments_and_defaults_are_keras(name):
    ours, theirs = (
        [(p.name, p.default) for p in inspect.signature(getattr(f, name)).parameters.values()]
        for f in (activations, keras.activations)
    )
    assert ours == theirs


@pytest.mark.parametrize("name", sorted({*KERAS} - DEPARTS))
@pytest.mark.parametrize("shape", [(3, 6), (2, 3, 4, 8)], ids=str)
def test_values_and_slopes(name, shape):
    agree(name, NEEDED.get(name, {}), shape)


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=str)
def test_every_argument_bites(name, options):
    got = agree(name, options)
    plain = array(getattr(activations, name)(torch.tensor(normal((3, 4, 6), 1) * 2)))
    if options.get("max_value") != 6:
        assert got.shape != plain.shape or np.abs(got - plain).max() > 1e-4


@pytest.mark.parametrize("name", KERAS)
def test_at_the_ends(name):
    """Large, small and zero arguments, and the corners of the formulas."""
    x = np.array([[-100, -30, -8, -1, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1, 6, 80]], np.float32)
    options = NEEDED.get(name, {})
    ours, theirs = (
        array(getattr(family, name)(torch.tensor(x), **options))
        for family in (activations, keras.activations)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_a_value_on_the_threshold_is_not_above_it():
    x = torch.tensor([0.3, 0.4, 0.5])
    for options in ({}, {"negative_slope": 0.2}, {"max_value": 0.45}):
        ours = activations.relu(x, threshold=0.4, **options)
        close(ours, keras.activations.relu(x, threshold=0.4, **options))
        assert ours[1] == 0


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sparsemax_is_the_nearest_point_of_the_simplex(axis):
    """Not negative, sums to 1, and no mixture with another such point comes nearer."""
    x = torch.tensor(normal((4, 5, 6), 7)).double()
    y = activations.sparsemax(x, axis)
    assert (y >= 0).all()
    assert (y == 0).any()
    torch.testing.assert_close(y.sum(axis), torch.ones_like(y.sum(axis)))
    for seed in range(20):
        other = torch.softmax(3 * torch.tensor(normal(x.shape, seed)).double(), axis)
        mixed = 0.9 * y + 0.1 * other
        near, far = ((x - p).square().sum(axis) for p in (y, mixed))
        assert (near <= far + 1e-12).all()


def test_sparsemax_really_departs():
    """The departure is still there: where this fails, Keras was repaired and the file is old."""
    x = torch.tensor([[0.2, 0.1, -3.0], [5.0, 0.0, 0.0]])
    ours, theirs = (array(f.sparsemax(x)) for f in (activations, keras.activations))
    close(ours, [[0.55, 0.45, 0.0], [1.0, 0.0, 0.0]])
    close(theirs[1], ours[1])
    assert abs(theirs[0].sum() - 1) > 0.1


@pytest.mark.parametrize("name", KERAS)
def test_words_and_back(name):
    function = getattr(activations, name)
    word = activations.serialize(function)
    assert word == keras.activations.serialize(getattr(keras.activations, name))
    assert activations.deserialize(word) is activations.get(name) is function
    record = {"module": "builtins", "class_name": "function", "config": name}
    assert activations.get(record) is function


def test_functions_of_ones_own():
    def twice(x):
        return 2 * x

    assert activations.get(twice) is twice
    assert activations.serialize(twice) is twice
    assert activations.deserialize("twice", custom_objects={"twice": twice}) is twice
    record = {"module": "my", "class_name": "function", "config": "twice"}
    assert activations.deserialize(record, {"twice": twice}) is twice
    assert activations.get(None) is activations.linear
    with pytest.raises(ValueError, match="must be one of"):
        activations.get("twice")
    with pytest.raises(ValueError, match="word or a function"):
        activations.get(3)


def test_softmax_over_several_axes_leaves_no_mark():
    x = torch.tensor(normal((2, 3, 4), 0))
    assert activations.logits_of(activations.softmax(x, (1, 2)), "softmax") is None
    assert activations.logits_of(activations.softmax(x, (2,)), "softmax") is x
    assert activations.logits_of(activations.softmax(x, [-1]), "softmax") is x
