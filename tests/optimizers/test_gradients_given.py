"""Gradients as an optimizer is given them: arrays, none, and those that take a weight's place."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import optimizers
from saccade.backend.own_variable import Variable
from saccade.names import reset_names


def weights():
    return [Variable([[1.0, 2.0], [3.0, 4.0]]) for _ in range(2)]


def values(weight):
    return weight.numpy().tolist()


@pytest.mark.parametrize("name", sorted(set(optimizers.CLASSES) - {"LossScaleOptimizer"}))
@pytest.mark.parametrize("limit", [{}, {"clipnorm": 0.5}, {"clipvalue": 0.1}])
def test_arrays_are_gradients_as_tensors_are(name, limit):
    moved = []
    for kind in (torch.tensor, lambda one: np.array(one, "float64")):
        optimizer, (weight, other) = optimizers.CLASSES[name](**limit), weights()
        optimizer.apply([kind([[0.1, 0.2], [-0.3, 1.0]])] * 2, [weight, other])
        moved.append(weight.numpy())
        assert weight.dtype in ("float32", torch.float32)
    np.testing.assert_allclose(*moved, rtol=1e-6)
    assert (moved[0] != [[1.0, 2.0], [3.0, 4.0]]).all()


def test_a_weight_without_a_gradient_is_named(caplog):
    left, moved = weights()
    left.path = "dense/kernel"
    optimizers.SGD(1.0).apply_gradients([(None, left), (torch.ones(2, 2), moved)])
    assert values(left) == [[1.0, 2.0], [3.0, 4.0]]
    assert values(moved) == [[0.0, 1.0], [2.0, 3.0]]
    assert "no gradient for dense/kernel" in caplog.text


def test_a_gradient_takes_the_place_of_a_weight_that_asks_for_it():
    taken, moved = weights()
    taken.overwrite_with_gradient = True
    optimizer = optimizers.SGD(1.0, clipvalue=0.5, loss_scale_factor=2.0)
    optimizer.apply([torch.ones(2, 2)] * 2, [taken, moved])
    assert values(taken) == [[1.0, 1.0], [1.0, 1.0]]
    assert values(moved) == [[0.5, 1.5], [2.5, 3.5]]


def test_of_gathered_gradients_the_largest_takes_its_place():
    taken, moved = weights()
    taken.overwrite_with_gradient = True
    optimizer = optimizers.SGD(1.0, gradient_accumulation_steps=2)
    for gradient, there, beside in [
        (1.0, [[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]),
        (2.0, [[2.0, 2.0], [2.0, 2.0]], [[-0.5, 0.5], [1.5, 2.5]]),
        (1.0, [[2.0, 2.0], [2.0, 2.0]], [[-0.5, 0.5], [1.5, 2.5]]),
        (0.5, [[1.0, 1.0], [1.0, 1.0]], [[-1.25, -0.25], [0.75, 1.75]]),
    ]:
        optimizer.apply([torch.full((2, 2), gradient)] * 2, [taken, moved])
        assert (values(taken), values(moved)) == (there, beside)


def test_a_scaled_loss_leaves_such_a_gradient_as_it_is():
    taken, _ = weights()
    taken.overwrite_with_gradient = True
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.5))
    optimizer.apply([torch.full((2, 2), 7.0)], [taken])
    assert values(taken) == [[7.0, 7.0], [7.0, 7.0]]
    assert int(optimizer.iterations) == 1


def test_optimizers_are_numbered_as_layers_are():
    reset_names()
    names = [optimizers.Adam().name, optimizers.Adam().name, optimizers.AdamW().name]
    assert names == ["adam", "adam_1", "adam_w"]
    second = optimizers.Adam()
    assert optimizers.deserialize(optimizers.serialize(second)).name == "adam_2"
    assert optimizers.Adam(name="mine").name == "mine"
