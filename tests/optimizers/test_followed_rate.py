"""A variable as a learning rate: read at every step, written by whoever assigns a rate."""

import numpy as np
import pytest
import torch

from saccade.backend import variable
from saccade.optimizers import SGD
from saccade.optimizers.schedules import ExponentialDecay
from saccade.variables import Variable


@pytest.fixture
def weight():
    return variable(np.ones(1))


def test_a_step_takes_what_the_variable_holds(weight):
    rate = variable(0.0)
    assert isinstance(rate, Variable)
    optimizer = SGD(learning_rate=rate)
    for value, expected in ((0.0, 1.0), (0.1, 0.9), (0.2, 0.7)):
        rate.assign(value)
        optimizer.apply_gradients([(torch.ones(1), weight)])
        assert weight.numpy()[0] == pytest.approx(expected)
        assert float(optimizer.learning_rate) == pytest.approx(value)


def test_the_rate_of_the_next_step_is_followed_as_a_metric():
    optimizer = SGD(ExponentialDecay(0.5, 1, 0.5))
    assert optimizer._decayed_lr("float32") == torch.tensor(0.5)
    optimizer.apply_gradients([(torch.ones(1), variable(np.ones(1)))])
    assert optimizer._decayed_lr(torch.float64) == torch.tensor(0.25, dtype=torch.float64)


def test_who_assigns_a_rate_assigns_the_variable(weight):
    rate = variable(0.5)
    optimizer = SGD(learning_rate=rate)
    optimizer.learning_rate = 0.25
    assert rate.numpy() == 0.25
    optimizer.learning_rate.assign(0.125)
    assert rate.numpy() == 0.125
    assert optimizer.get_config()["learning_rate"] == 0.125
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.learning_rate = -1.0
