"""What a metric of the user's is made of: variables and metrics, in lists and dicts too."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import losses, metrics, ops
from saccade.backend.own_variable import Variable
from saccade.metrics import Mean, Metric


class Counter(Metric):
    def __init__(self, name="counter"):
        super().__init__(name=name)
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count.assign_add(len(y_pred))
        for part in self._inner():
            part.update_state(y_true, y_pred)
        for variable in self._own()[1:]:
            variable.assign_add(2.0)

    def result(self):
        return self.count


HELD = [
    lambda: Counter(),
    lambda: [Counter(), Counter()],
    lambda: {"a": Counter(), "b": [Counter()]},
    lambda: Variable(0.0, trainable=False),
    lambda: [Variable(0.0, trainable=False), Variable(0.0, trainable=False)],
    lambda: {"a": [Variable(0.0, trainable=False)]},
]


@pytest.mark.parametrize(("held", "many"), list(zip(HELD, [1, 2, 2, 1, 2, 1], strict=True)))
def test_what_is_held_is_counted_reset_and_gone_on_from(held, many):
    metric, fresh = Counter(), Counter()
    metric.parts, fresh.parts = held(), held()
    metric.update_state(None, [1, 2])
    assert [float(one) for one in metric.variables] == [2.0] * (1 + many)
    state = metric.state()
    metric.update_state(None, [1, 2])
    assert [float(one) for one in metric.variables] == [4.0] * (1 + many)
    fresh.restore(state)
    assert [float(one) for one in fresh.variables] == [2.0] * (1 + many)
    metric.reset_state()
    assert [float(one) for one in metric.variables] == [0.0] * (1 + many)


def test_a_variable_is_a_tensor_and_an_array_to_every_function():
    count = Counter().count
    count.numpy = lambda: np.float32(0)  # as `numpy()` of a single number is in a script
    assert np.asarray(count).shape == ()
    assert np.asarray(count, "float64").dtype == np.float64
    assert ops.cast(count, "float16").dtype == torch.float16


def test_weights_below_zero_have_a_mean():
    metric = Mean()
    metric.update_state([[1.0], [3.0]], sample_weight=[1.0, -3.0])
    assert float(metric.result()) == 4.0  # (1 - 9) / (1 - 3)


def test_counts_beyond_float32_are_whole():
    metric = metrics.MeanIoU(num_classes=2)
    metric.variables[0].assign(torch.tensor([[2**24, 0], [0, 0]]))
    metric.update_state([0], [0])
    assert int(metric.total_cm.numpy()[0, 0]) == 2**24 + 1
    assert metric.total_cm.shape == (2, 2)


def test_thresholds_of_auc_need_no_number_of_them():
    metric = metrics.AUC(num_thresholds=None, thresholds=[0.5])
    assert float(metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])) == 0.75


@pytest.mark.parametrize("options", [{"beta": None}, {"beta": "1.0"}, {"threshold": "0.5"}])
def test_numbers_that_are_none_are_refused_by_name(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        metrics.FBetaScore(**options)


def test_a_mask_with_an_axis_more_is_one_of_the_samples():
    predicted = torch.tensor([0.1, 0.2, 0.3, 0.4])
    predicted._keras_mask = np.array([[True], [False], [True], [True]])
    loss = losses.MeanSquaredError()
    loss.call = lambda y_true, y_pred: (y_true - y_pred) ** 2
    found = loss([1.0, 0.0, 1.0, 0.0], predicted, sample_weight=[0.4, 0.3, 0.2, 0.1])
    assert float(found) == pytest.approx((0.4 * 0.81 + 0.2 * 0.49 + 0.1 * 0.16) / 3)
