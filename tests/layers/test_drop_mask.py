"""Dropout's mask from whole words keeps the share that it should, whatever the rate."""

import pytest
import torch

from saccade.layers import Dropout
from saccade.numerics.tensors.drop_mask import drop_mask

RATES = [0.5, 0.25, 0.125, 1 / 256, 255 / 256, 3 / 65536, 0.1, 0.3, 0.9, 1e-7, 1 - 1e-7, 0.0]


@pytest.mark.parametrize("rate", RATES)
def test_the_share_is_met(rate):
    n = 2_000_003
    mask = drop_mask(torch.empty(n), rate, torch.Generator().manual_seed(1))
    dropped = (mask == 0).sum().item()
    assert abs(dropped - n * rate) <= 5 * (n * rate * (1 - rate)) ** 0.5 + 1
    assert set(mask.unique().tolist()) <= {0.0, torch.tensor(1 / (1 - rate)).item()}


@pytest.mark.parametrize("rate", [0.5, 3 / 65536 + 0.5, 0.3])
def test_neighbours_are_independent(rate):
    """Words of each width: no place of a word follows another."""
    mask = drop_mask(torch.empty(8 * 100_000), rate, torch.Generator().manual_seed(2)) > 0
    shares = (mask.reshape(-1, 8).float() - (1 - rate)).T
    correlation = shares @ shares.T / (100_000 * rate * (1 - rate)) - torch.eye(8)
    assert correlation.abs().max() < 5 / 100_000**0.5


def test_shape_dtype_and_stream():
    x = torch.ones(3, 5, 7, dtype=torch.bfloat16)
    mask = drop_mask(x, 0.5, None)
    assert mask.shape == x.shape
    assert mask.dtype is x.dtype
    assert mask.unique().tolist() == [0, 2]
    torch.manual_seed(3)
    once = drop_mask(x, 0.5, None)
    again = drop_mask(x, 0.5, None)
    torch.manual_seed(3)
    assert torch.equal(drop_mask(x, 0.5, None), once)
    assert not torch.equal(once, again)
    assert drop_mask(torch.empty(0, 4), 0.5, None).shape == (0, 4)


def test_a_layer_with_a_seed_has_its_own_stream():
    x = torch.ones(4, 100)
    torch.manual_seed(0)
    first = Dropout(0.5, seed=5)(x, training=True)
    torch.manual_seed(1)
    assert torch.equal(Dropout(0.5, seed=5)(x, training=True), first)
