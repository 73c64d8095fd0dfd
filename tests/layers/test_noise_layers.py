"""Layers that disturb while training: the laws of what they draw, and where it comes from."""

import copy

import numpy as np
import pytest
import torch

import saccade
from parity.reference import array, keras
from saccade import layers

# By word: a layer, and the variance of what it makes of ones (x is 1 everywhere).
ONES = {
    "Dropout": (lambda f, seed: f.Dropout(0.3, seed=seed), 0.3 / 0.7),
    "SpatialDropout1D": (lambda f, seed: f.SpatialDropout1D(0.3, seed=seed), 0.3 / 0.7),
    "GaussianDropout": (lambda f, seed: f.GaussianDropout(0.3, seed=seed), 0.3 / 0.7),
    "GaussianNoise": (lambda f, seed: f.GaussianNoise(0.4, seed=seed), 0.16),
}


@pytest.mark.parametrize("name", ONES)
@pytest.mark.parametrize("seed", [None, 5])
def test_the_mean_stays_and_the_variance_is_the_formulas(name, seed):
    torch.manual_seed(2)
    keras.utils.set_random_seed(2)
    make, variance = ONES[name]
    x = torch.ones(400, 10, 30)
    drawn = 400 * 30 * (1 if name.startswith("Spatial") else 10)
    for family in (layers, keras.layers):
        y = array(make(family, seed)(x, training=True))
        assert abs(y.mean() - 1) < 5 * np.sqrt(variance / drawn)
        assert abs(y.var() - variance) < 0.06 * variance
    layer = make(layers, seed)
    for inference in (layer(x), layer(x, training=False)):
        assert torch.equal(inference, x)


def commonest(values):
    found, counts = np.unique(values, return_counts=True)
    return found[counts.argmax()]


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_alpha_dropout_keeps_mean_zero_and_variance_one(rate):
    torch.manual_seed(3)
    keras.utils.set_random_seed(3)
    x = torch.randn(1000, 200, generator=torch.Generator().manual_seed(77))
    for family in (layers, keras.layers):
        y = array(family.AlphaDropout(rate, seed=1)(x, training=True))
        assert abs(y.mean()) < 0.02
        assert abs(y.var() - 1) < 0.02
        lowest = commonest(y)  # what is dropped has one value
        kept = y != lowest
        assert abs(kept.mean() - (1 - rate)) < 0.02
        slope = np.polyfit(array(x)[kept], y[kept], 1)
        np.testing.assert_allclose(slope[0] * -1.7580993 + slope[1], lowest, atol=1e-3)


@pytest.mark.parametrize("noise_shape", [(None, 1), (1, None)], ids=str)
def test_alpha_dropout_drops_together(noise_shape):
    x = torch.randn(500, 40, generator=torch.Generator().manual_seed(77))
    y = array(layers.AlphaDropout(0.4, noise_shape=noise_shape, seed=3)(x, training=True))
    dropped = y == commonest(y)
    axis = noise_shape.index(1)
    assert (dropped == dropped.take([0], axis)).all()
    assert 0 < dropped.mean() < 1


@pytest.mark.parametrize(
    ("make", "shape", "together"),
    [
        (lambda: layers.SpatialDropout1D(0.4, seed=2), (50, 6, 20), (1,)),
        (lambda: layers.SpatialDropout2D(0.4, seed=2), (50, 5, 6, 20), (1, 2)),
    ],
)
def test_whole_feature_maps_are_dropped(make, shape, together):
    y = array(make()(torch.ones(shape), training=True))
    assert set(np.unique(y).round(5)) == {0.0, np.float32(1 / 0.6).round(5)}
    assert (np.ptp(y, axis=together) == 0).all()
    by_map = y.mean(together) == 0
    assert abs(by_map.mean() - 0.4) < 5 * np.sqrt(0.24 / by_map.size)
    assert 0 < by_map.mean(0).std() < 0.2  # each image and each map on its own
    assert by_map.mean(1).std() > 0


def test_spatial_dropout_minds_the_rank():
    for layer, shape in (
        (layers.SpatialDropout1D(0.4), (2, 3)),
        (layers.SpatialDropout2D(0.4), (2, 3, 4)),
    ):
        with pytest.raises(ValueError, match="noise_shape"):
            layer(torch.ones(shape), training=True)


EVERY = {
    **{name: make for name, (make, _) in ONES.items()},
    "SpatialDropout2D": lambda f, seed: f.SpatialDropout2D(0.3, seed=seed),
    "AlphaDropout": lambda f, seed: f.AlphaDropout(0.3, seed=seed),
}


def shape_for(name):
    return (2, 4, 4, 30) if name.endswith("2D") else (8, 4, 30)


@pytest.mark.parametrize("name", EVERY)
def test_a_seed_is_a_stream_of_its_own(name):
    x = torch.ones(shape_for(name))
    one, other, another = (EVERY[name](layers, seed) for seed in (1, 1, 2))
    before = torch.get_rng_state()
    first = one(x, training=True)
    assert torch.equal(torch.get_rng_state(), before), "torch's own stream is left alone"
    assert torch.equal(other(x, training=True), first)
    assert not torch.equal(one(x, training=True), first), "each call draws anew"
    assert not torch.equal(another(x, training=True), first)
    free = EVERY[name](layers, None)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    drawn = free(x, training=True)
    assert not torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(5)
    assert torch.equal(free(x, training=True), drawn)


@pytest.mark.parametrize("name", EVERY)
def test_a_copy_goes_on_where_the_layer_is(name):
    x, layer = torch.ones(shape_for(name)), EVERY[name](layers, 1)
    layer(x, training=True)
    copied = copy.deepcopy(layer)
    assert torch.equal(copied(x, training=True), layer(x, training=True))


@pytest.mark.parametrize("name", EVERY)
def test_the_stream_is_in_the_state_of_a_run(name):
    """A run's state finds it; set back, the layer draws the same again."""
    from saccade.numerics.machine.random_streams import streams_of

    model = saccade.Sequential([EVERY[name](layers, 1)])
    (stream,) = streams_of(model.modules())
    state = stream.get_state()
    x = torch.ones(shape_for(name))
    first = model(x, training=True)
    stream.set_state(state)
    assert torch.equal(model(x, training=True), first)


@pytest.mark.parametrize(("make", "text"), [
    (lambda: layers.GaussianNoise(1.5), "stddev must be in [0, 1], got 1.5"),
    (lambda: layers.GaussianNoise(-0.1), "stddev must be in [0, 1]"),
    (lambda: layers.GaussianDropout(1), "rate must be in [0, 1), got 1"),
    (lambda: layers.AlphaDropout(1.0), "rate must be in [0, 1), got 1.0"),
    (lambda: layers.AlphaDropout("a"), "rate must be in [0, 1)"),
    (lambda: layers.SpatialDropout2D(1.1), "rate must be in [0, 1], got 1.1"),
    (lambda: layers.SpatialDropout2D(0.1, "channels"), "channels_last"),
    (lambda: layers.GaussianNoise(0.1, seed="a"), "seed must be None or an integer"),
    (lambda: layers.AlphaDropout(0.1, noise_shape=3), "noise_shape must be a tuple"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_arguments_that_cannot_work(make, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        make()
    assert text in str(caught.value)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_happens_at_strength_zero(name):
    x = torch.ones(shape_for(name))
    layer = {
        "GaussianNoise": lambda: layers.GaussianNoise(0.0),
    }.get(name, lambda: getattr(layers, name)(0.0))()
    assert torch.equal(layer(x, training=True), x)
