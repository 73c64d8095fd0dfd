"""Subscripts with slices that go backwards: the numbers that NumPy gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade.numerics.tensors.subscripts import pick

X = np.arange(4 * 5 * 6, dtype=np.float32).reshape(4, 5, 6)
MASK = X[:, :, 0] % 2 == 0
BACK = slice(None, None, -1)


@pytest.mark.parametrize(
    "places",
    [
        (BACK,),
        (slice(3, None, -2), BACK),
        (slice(None, 1, -1), slice(1, 4), slice(5, 0, -3)),
        (slice(0, 3, -1),),  # empty
        (slice(-2, -9, -1), None, 2),
        (..., BACK),
        (0, ..., slice(4, None, -2)),
        (None, BACK, ..., None, BACK),
        (MASK, BACK),
        (MASK, ..., BACK),
        (BACK, [2, 0]),
        (slice(1, 3), 4),
    ],
    ids=str,
)
def test_backward_slices_are_numpys(places):
    theirs = tuple(torch.tensor(one) if one is MASK else one for one in places)
    np.testing.assert_array_equal(pick(torch.tensor(X), theirs).numpy(), X[places])


def test_gradients_come_back_to_their_places():
    x = torch.arange(5.0, requires_grad=True)
    (pick(x, (slice(4, None, -2),)) * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert x.grad.tolist() == [3.0, 0.0, 2.0, 0.0, 1.0]
