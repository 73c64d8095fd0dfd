"""Normalisations against Keras: outputs, gradients and moving statistics, at rest and training."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from parity.twins import agree, twins
from saccade import layers

BATCH = {
    "plain": {},
    "momentum": {"momentum": 0.5},
    "momentum 0": {"momentum": 0.0},
    "momentum 1": {"momentum": 1.0},
    "epsilon": {"epsilon": 1e-5},
    "no beta": {"center": False},
    "no gamma": {"scale": False},
    "neither": {"center": False, "scale": False},
    "axis 1": {"axis": 1},
}
SHAPES = [(4, 5, 6, 3), (6, 4), (4, 7, 3), (1, 4, 4, 2)]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("options", BATCH.values(), ids=BATCH)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_batch_normalization(options, shape, training):
    agree("BatchNormalization", options, shape, training=training)


@pytest.mark.parametrize("shape", [(1, 3), (1, 1, 1, 3)], ids=str)
def test_a_batch_of_one_number_a_channel(shape):
    """The variance of one number is 0: the output is beta. torch itself divides by zero."""
    agree("BatchNormalization", {}, shape, training=True)


def test_moving_statistics_over_many_steps():
    ours, theirs = twins("BatchNormalization", {"momentum": 0.9}, (5, 3, 3, 2))
    for step in range(30):
        x = normal((5, 3, 3, 2), step) * (1 + step) + step
        ours(x, training=True)
        theirs(x, training=True)
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        close(one, other)


def test_moving_variance_is_the_population_s():
    """The law, without Keras: two numbers 0 and 2 vary by 1, not by 2."""
    layer = layers.BatchNormalization(momentum=0.0)
    layer(torch.tensor([[0.0], [2.0]]), training=True)
    assert layer.moving_mean.numpy() == pytest.approx([1.0])
    assert layer.moving_variance.numpy() == pytest.approx([1.0])


def test_frozen_is_at_rest():
    ours, theirs = twins("BatchNormalization", {}, (4, 5, 6, 3))
    ours.trainable = theirs.trainable = False
    x = normal((4, 5, 6, 3), 1)
    before = [w.copy() for w in ours.get_weights()]
    close(ours(x, training=True), theirs(x, training=True))
    for one, other in zip(ours.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_layer_used_twice_learns():
    """Its statistics move twice in one step; the gradient is Keras's."""
    x = normal((4, 3), 0)
    results = []
    for layer in twins("BatchNormalization", {}, (4, 3)):
        place = torch.tensor(x, requires_grad=True)
        y = layer(layer(place, training=True) * 2 + 1, training=True)
        (slope,) = torch.autograd.grad((y**3).sum(), place)
        results.append([array(y), array(slope), *(array(w) for w in layer.weights)])
    for one, other in zip(*results, strict=True):
        close(one, other, 1e-4)


def test_small_spread_far_from_zero():
    """Mean 1000, spread 0.1: a variance from the difference of squares would be noise."""
    x = normal((64, 8), 0) * 0.1 + 1000
    layer = layers.BatchNormalization(momentum=0.0)
    layer(x, training=True)
    np.testing.assert_allclose(
        layer.moving_variance.numpy(), x.astype(np.float64).var(0), rtol=1e-3
    )


@pytest.mark.parametrize(
    "options",
    [{}, {"epsilon": 0.1}, {"center": False}, {"scale": False}, {"center": False, "scale": False},
     {"axis": (-2, -1)}, {"rms_scaling": True}, {"rms_scaling": True, "scale": False}],
    ids=str,
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:You passed `rms_scaling")
@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 3, 4, 5)], ids=str)
def test_layer_normalization(options, shape):
    agree("LayerNormalization", options, shape)


@pytest.mark.parametrize("axis", [1, -2, (1, 2), (2, 1), [1, 3], (-1, 1)], ids=str)
def test_layer_normalization_elsewhere(axis):
    """DEPARTURES.md: Keras on torch raises for axes other than the last ones. NumPy."""
    x = normal((2, 3, 4, 5), 1)
    layer = layers.LayerNormalization(axis, epsilon=0.1)
    layer.build_on((None, 3, 4, 5))
    gamma, beta = (normal(w.shape, i) for i, w in enumerate(layer.weights))
    layer.set_weights([gamma, beta])
    places = sorted(a % 4 for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    assert gamma.shape == tuple(x.shape[a] for a in places)
    wide = [n if a in places else 1 for a, n in enumerate(x.shape)]
    mean, variance = (f(x, axis=tuple(places), keepdims=True) for f in (np.mean, np.var))
    expected = (x - mean) / np.sqrt(variance + 0.1) * gamma.reshape(wide) + beta.reshape(wide)
    close(layer(x), expected)


def test_layer_normalization_elsewhere_really_departs():
    """Where this fails, Keras was repaired and the line in DEPARTURES.md is old."""
    with pytest.raises(RuntimeError, match="normalized_shape"):
        keras.layers.LayerNormalization(1)(torch.ones(2, 3, 4))


@pytest.mark.parametrize(
    "options",
    [{"groups": 2}, {"groups": 3}, {"groups": 6}, {"groups": 1}, {"groups": -1},
     {"groups": 2, "epsilon": 0.1}, {"groups": 2, "center": False}, {"groups": 2, "scale": False},
     {"groups": 2, "center": False, "scale": False}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("shape", [(2, 6), (1, 4, 6), (2, 3, 4, 6)], ids=str)
def test_group_normalization(options, shape):
    agree("GroupNormalization", options, shape, tolerance=2e-5)


@pytest.mark.parametrize("axis", [1, 2, 3, -2])
def test_group_normalization_axis(axis):
    agree("GroupNormalization", {"groups": 2, "axis": axis}, (2, 4, 6, 8), tolerance=2e-5)


@pytest.mark.parametrize("options", [{"center": False}, {"scale": False}, {}], ids=str)
def test_group_normalization_of_data(options):
    """As a first layer: the weights have gradients, the input has none."""
    x, got = normal((2, 3, 4, 6), 5), []
    for layer in twins("GroupNormalization", {"groups": 2, **options}, x.shape):
        y = layer(torch.tensor(x))
        weights = [getattr(w, "value", w) for w in layer.trainable_weights]
        got.append([array(y), *map(array, torch.autograd.grad((y**2).sum(), weights))])
    for one, other in zip(*got, strict=True):
        close(one, other, 1e-4)


def test_group_normalization_frozen_in_the_middle():
    """The input has a gradient, the weights have none."""
    x, got = normal((2, 3, 4, 6), 5), []
    for layer in twins("GroupNormalization", {"groups": 2}, x.shape):
        layer.trainable = False
        place = torch.tensor(x, requires_grad=True)
        got.append(array(torch.autograd.grad((layer(place) ** 2).sum(), place)[0]))
    close(*got, 1e-4)


@pytest.mark.parametrize("axis", [-1, 1, [1, 2]], ids=str)
def test_unit_normalization(axis):
    agree("UnitNormalization", {"axis": axis}, (3, 4, 5))
    zeros = torch.zeros(2, 3, 4)
    close(layers.UnitNormalization(axis)(zeros), keras.layers.UnitNormalization(axis)(zeros))
