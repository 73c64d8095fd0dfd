"""normalize, get_source_inputs, and what `utils` refuses by name."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import utils
from saccade.errors import NotSupported
from saccade.layers import Add, Dense, Input


@pytest.mark.parametrize("order", [1, 2, 3, np.inf])
def test_rows_get_length_one_and_zeros_stay(order):
    x = np.array([[3.0, -4.0, 1.0], [0.0, 0.0, 0.0]])
    found = utils.normalize(x, order=order)
    np.testing.assert_allclose(np.linalg.norm(found, order, axis=-1), [1, 0])
    np.testing.assert_allclose(found[0] * np.linalg.norm(x[0], order), x[0])
    mine = utils.normalize(torch.from_numpy(x), order=order)
    assert torch.is_tensor(mine)
    np.testing.assert_allclose(mine.numpy(), found)


def test_axis_0_is_along_columns():
    x = np.array([[3.0, 0.0], [4.0, 2.0]])
    np.testing.assert_allclose(utils.normalize(x, axis=0), [[0.6, 0.0], [0.8, 1.0]])


def test_every_input_is_found_once():
    a, b, other = Input((2,), name="a"), Input((2,), name="b"), Input((2,))
    both = Add()([Dense(2)(a), b, Dense(2)(b)])
    assert [one.name for one in utils.get_source_inputs(both)] == ["a", "b"]
    assert utils.get_source_inputs(other)[0] is other
    assert utils.is_keras_tensor(both)
    assert not utils.is_keras_tensor(np.zeros(2))


@pytest.mark.parametrize("name", sorted(utils.REFUSED))
def test_what_is_missing_says_what_to_do(name):
    with pytest.raises(NotSupported, match=f"utils.{name}: is not in saccade"):
        getattr(utils, name)
