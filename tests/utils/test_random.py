"""`keras.random`: ranges, moments, and what a seed means."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import random
from saccade.errors import InvalidArgument

MANY = (20_000,)
LOGITS = np.log([[0.5, 0.25, 0.25]])
DRAWS = {
    "normal": (lambda seed: random.normal(MANY, 3.0, 2.0, seed=seed), 3, 4),
    "uniform": (lambda seed: random.uniform(MANY, -1.0, 3.0, seed=seed), 1, 16 / 12),
    "randint": (lambda seed: random.randint(MANY, 2, 7, seed=seed), 4, 2),
    "truncated_normal": (lambda seed: random.truncated_normal(MANY, 1.0, 3.0, seed=seed), 1, 6.96),
    "binomial": (lambda seed: random.binomial(MANY, 10, 0.3, seed=seed), 3, 2.1),
    "gamma": (lambda seed: random.gamma(MANY, 2.5, seed=seed), 2.5, 2.5),
    "beta": (lambda seed: random.beta(MANY, 2.0, 3.0, seed=seed), 0.4, 0.04),
    "categorical": (lambda seed: random.categorical(LOGITS, MANY[0], seed=seed), 0.75, 0.6875),
    "dropout": (lambda seed: random.dropout(np.ones(MANY, "float32"), 0.2, seed=seed), 1, 0.25),
    "shuffle": (lambda seed: random.shuffle(np.arange(101), seed=seed), 50, 850),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWS)
def test_moments_and_seeds(name):
    draw, mean, variance = DRAWS[name]
    first = draw(1)
    numbers = first.double()
    assert float(numbers.mean()) == pytest.approx(mean, rel=0.03)
    assert float(numbers.var(correction=0)) == pytest.approx(variance, rel=0.06)
    assert torch.equal(first, draw(1))
    assert not torch.equal(first, draw(2))
    torch.manual_seed(0)
    unseeded = draw(None)
    assert not torch.equal(unseeded, draw(None))
    torch.manual_seed(0)
    assert torch.equal(unseeded, draw(None))


def test_ranges_and_dtypes():
    numbers = random.uniform(MANY, -1.0, 3.0, seed=0)
    assert -1 <= float(numbers.min()) < float(numbers.max()) < 3
    whole = random.randint(MANY, 2, 7, seed=0)
    assert (whole.dtype, sorted(whole.unique().tolist())) == (torch.int32, [2, 3, 4, 5, 6])
    assert float(random.truncated_normal(MANY, seed=0).abs().max()) <= 2
    assert random.normal((2, 3), dtype="float16").dtype is torch.float16
    assert random.categorical([[1.0, 2.0], [3.0, 1.0]], 5).shape == (2, 5)
    rows = random.dropout(np.ones((4, 50), "float32"), 0.5, noise_shape=(1, 50), seed=0)
    assert bool((rows == rows[0]).all())


def test_a_generator_of_seeds_moves_on_and_repeats():
    one, same, other = (random.SeedGenerator(seed) for seed in (7, 7, 8))
    first = [random.normal((5,), seed=one) for _ in range(3)]
    assert not torch.equal(first[0], first[1])
    for expected in first:
        assert torch.equal(random.normal((5,), seed=same), expected)
    assert not torch.equal(random.normal((5,), seed=other), first[0])
    copied = random.SeedGenerator.from_config(other.get_config())
    assert copied.seed == 8
    assert random.SeedGenerator().seed != random.SeedGenerator().seed
    with pytest.raises(InvalidArgument, match="seed must be an integer"):
        random.SeedGenerator("now")
