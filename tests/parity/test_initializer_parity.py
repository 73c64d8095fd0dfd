"""Initialisers against Keras: the distributions, not the numbers, which no two backends share."""

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade import activations, initializers

SHAPES = [(5, 5, 3, 64), (300, 200), (20000,), (3, 3, 16, 128)]
NAMES = sorted(initializers.CLASSES)
CASES = {
    "Constant": [{"value": 0.3}],
    "RandomNormal": [{}, {"mean": 1.0, "stddev": 0.2}],
    "RandomUniform": [{}, {"minval": -1.0, "maxval": 3.0}],
    "TruncatedNormal": [{}, {"mean": 1.0, "stddev": 0.2}],
    "VarianceScaling": [
        {"scale": scale, "mode": mode, "distribution": distribution}
        for scale in (1.0, 2.5)
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ],
}
ALL = [(name, options) for name in NAMES for options in CASES.get(name, [{}])]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("name", "options"), ALL, ids=str)
def test_mean_spread_and_ends(name, options, shape):
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    ours = array(getattr(initializers, name)(**options)(shape))
    theirs = array(getattr(keras.initializers, name)(**options)(shape))
    assert ours.shape == theirs.shape == shape
    assert ours.dtype == theirs.dtype == np.float32
    if theirs.std() < 1e-6:
        np.testing.assert_array_equal(ours, theirs)
        return
    spread, few = float(theirs.std()), 6 / ours.size**0.5
    assert abs(float(ours.mean() - theirs.mean())) < few * spread
    assert float(ours.std()) == pytest.approx(spread, rel=few)
    for q in (0.05, 0.5, 0.95):
        mine, other = float(np.quantile(ours, q)), float(np.quantile(theirs, q))
        assert mine == pytest.approx(other, abs=2 * few * spread)
    if name != "RandomNormal" and options.get("distribution") != "untruncated_normal":
        ends = [float(np.abs(values - theirs.mean()).max()) for values in (ours, theirs)]
        assert ends[0] == pytest.approx(ends[1], rel=0.02), "the ends of the range"


@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (5, 3, 4), (5, 6, 3, 4)], ids=str)
def test_fans(shape):
    theirs = keras.src.initializers.random_initializers.compute_fans(shape)
    assert initializers.count_fans(shape) == tuple(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_config(name):
    for options in CASES.get(name, [{}]):
        ours, theirs = (getattr(f, name)(**options) for f in (initializers, keras.initializers))
        mine, other = ours.get_config(), theirs.get_config()
        # input_axes and output_axes, which older Keras does not know, are only taken when None.
        assert mine == {key: other[key] for key in mine}
        assert [value for key, value in other.items() if key not in mine] in ([], [None, None])
        assert type(ours).from_config(other).get_config() == mine
        again = initializers.get(initializers.serialize(ours))
        assert type(again) is type(ours)
        assert again.get_config() == ours.get_config()
    if "seed" in ours.get_config():
        seeded = type(ours)(seed=3)
        assert type(ours).from_config(seeded.get_config()).seed == 3


@pytest.mark.parametrize("word", sorted(set(initializers._WORDS) - {"Constant", "constant"}))
def test_words(word):
    ours, theirs = initializers.get(word), keras.initializers.get(word)
    assert type(ours).__name__ == type(theirs).__name__
    assert type(initializers.get(word.upper())) is type(ours)


def test_every_initializer_is_here():
    """Those of Keras that are not built yet are refused, never taken for others."""
    theirs = {name for name in dir(keras.initializers) if name[0].isupper()} - {"Initializer"}
    for name in theirs - set(NAMES):
        with pytest.raises(ValueError, match="must be one of"):
            initializers.get(name)
    assert set(NAMES) <= theirs


def test_activation_words_not_built_are_refused():
    theirs = {name for name in dir(keras.activations) if name.islower() and name[0] != "_"}
    theirs -= {"get", "serialize", "deserialize"}
    assert set(activations.FUNCTIONS) <= theirs
    for name in theirs - set(activations._WORDS):
        with pytest.raises(ValueError, match="must be one of"):
            activations.get(name)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: initializers.VarianceScaling(scale=0), "scale must be positive"),
        (lambda: initializers.VarianceScaling(mode="fan_inn"), 'Did you mean "fan_in"'),
        (lambda: initializers.VarianceScaling(distribution="unifrom"), 'Did you mean "uniform"'),
        (lambda: initializers.HeNormal(input_axes=1), "input_axes"),
        (lambda: initializers.get(3.0), "must be a word"),
        (lambda: initializers.get(None), "must be a word"),
        (lambda: initializers.Ones()((2,), dtype="float16"), "float32"),
    ],
)
def test_arguments_that_cannot_work(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_truncated_normal_is_redrawn_not_clipped():
    """Nothing piles up at two standard deviations."""
    torch.manual_seed(0)
    values = initializers.TruncatedNormal(stddev=1.0)((200_000,)).numpy()
    assert np.abs(values).max() <= 2.0
    at_the_edge = (np.abs(values) > 1.999).mean()
    assert at_the_edge < 3e-4
    assert values.std() == pytest.approx(0.87962566103423978, rel=5e-3)
