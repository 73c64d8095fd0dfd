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
CASES["Identity"] = [{}, {"gain": 2.0}]
CASES["Orthogonal"] = [{}, {"gain": 2.0}]
MATRICES = {"Identity", "Orthogonal"}  # held to their laws below, they are no distributions
ALL = [(n, options) for n in NAMES for options in CASES.get(n, [{}]) if n not in MATRICES]


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
        # input_axes and output_axes, which older Keras does not know, are only written when given.
        gain = {"gain": 2.0} if name == "Identity" and options else {}  # Keras loses it
        assert mine == {key: other[key] for key in mine if key not in gain} | gain
        assert [value for key, value in other.items() if key not in mine] in ([], [None, None])
        assert type(theirs).from_config(mine).get_config() == other
        assert type(ours).from_config(other).get_config() == mine or gain
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
    """Keras's other one is refused by name, with what to use instead."""
    theirs = {name for name in dir(keras.initializers) if name[0].isupper()} - {"Initializer"}
    assert theirs - set(NAMES) == {
        *initializers.REFUSED, "STFTInitializer", "IdentityInitializer", "OrthogonalInitializer"
    }  # fmt: skip
    for word in ("STFT", "stft", "STFTInitializer", {"class_name": "STFT", "config": {}}):
        with pytest.raises(ValueError, match=r"STFT is not in saccade\. .* instead"):
            initializers.get(word)
    for name in {name for name in dir(keras.initializers) if name[0] != "_"} - {"STFT", "stft"}:
        assert hasattr(initializers, name) or name == "STFTInitializer"


@pytest.mark.parametrize("gain", [1.0, 0.5])
@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (2, 3, 4, 5), (2, 2, 1, 7)], ids=str)
def test_orthogonal_is_orthogonal(shape, gain):
    """Of the rows and columns the fewer are at right angles and have length `gain`."""
    values = initializers.Orthogonal(gain, seed=1)(shape).reshape(-1, shape[-1]).double()
    values = values if values.shape[0] >= values.shape[1] else values.T
    square = values.T @ values
    torch.testing.assert_close(square, gain**2 * torch.eye(len(square)).double(), atol=1e-6, rtol=0)
    assert not torch.equal(initializers.Orthogonal(seed=2)(shape), values.reshape(shape).float())
    theirs = array(keras.initializers.Orthogonal(gain, seed=1)(shape)).reshape(-1, shape[-1])
    assert np.abs(theirs).sum() > 0
    np.testing.assert_allclose((theirs**2).sum(), float((values**2).sum()), rtol=1e-5)


def test_orthogonal_favours_no_direction():
    """Without the signs of R the first column would lean to one side."""
    corner = [float(initializers.Orthogonal(seed=n)((3, 3))[0, 0]) for n in range(200)]
    assert abs(np.mean(corner)) < 0.15
    assert np.std(corner) == pytest.approx(3**-0.5, rel=0.15)


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2)], ids=str)
def test_identity(shape):
    for gain in (1.0, 2.5):
        ours = initializers.Identity(gain)(shape)
        np.testing.assert_array_equal(ours, array(keras.initializers.Identity(gain)(shape)))
        record = initializers.serialize(initializers.Identity(gain))
        assert torch.equal(initializers.get(record)(shape), ours)


@pytest.mark.parametrize(("axes", "fans"), [(([2], [3]), (4, 5)), (([0, 2], [1, 3]), (8, 15))])
def test_fans_of_chosen_axes(axes, fans):
    shape = (2, 3, 4, 5)
    assert initializers.count_fans(shape, *axes) == fans
    assert keras.src.initializers.random_initializers.compute_fans(shape, *axes) == fans
    drawn = initializers.HeUniform(1, *axes)((40, 30, 4, 5))
    limit = (6 / initializers.count_fans((40, 30, 4, 5), *axes)[0]) ** 0.5
    assert float(drawn.abs().max()) == pytest.approx(limit, rel=1e-2)
    config = initializers.HeUniform(1, *axes).get_config()
    assert config == keras.initializers.HeUniform(1, *axes).get_config()
    assert torch.equal(initializers.HeUniform.from_config(config)((40, 30, 4, 5)), drawn)


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
        (lambda: initializers.Ones()((2,), dtype="float16"), "float32"),
        (lambda: initializers.Identity()((2, 2, 2)), "Identity: makes matrices"),
        (lambda: initializers.Orthogonal()((2,)), "at least two axes"),
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
