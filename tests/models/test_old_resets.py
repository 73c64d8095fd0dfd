"""reset_states: what reset_state was called until TensorFlow 2.5."""

import numpy as np
import pytest

from saccade import metrics
from saccade.layers import Dense, Input
from saccade.models import Sequential


@pytest.mark.parametrize("name", sorted(metrics.CLASSES))
def test_every_metric_has_it(name):
    assert callable(getattr(metrics.CLASSES[name], "reset_states", None))


def test_it_resets():
    mean = metrics.Mean()
    mean.update_state([2.0, 4.0])
    mean.reset_states()
    mean.update_state([1.0])
    assert float(mean.result()) == 1.0


class Calls(metrics.Mean):
    """Written for TensorFlow 2.0 to 2.4, whose fit called it."""

    resets = 0

    def reset_states(self):
        Calls.resets += 1
        super().reset_states()


class Count(metrics.Metric):
    def __init__(self):
        super().__init__(name="count")
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.seen.assign_add(1.0)

    def result(self):
        return self.seen

    def reset_states(self):
        self.seen.assign(0.0)


def test_a_metric_of_the_user_s_that_overrides_it_is_reset_by_it():
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse", metrics=[Count()])
    x = np.zeros((8, 2), "float32")
    history = model.fit(x, x[:, :1], batch_size=2, epochs=2, verbose=0).history
    assert history["count"] == [4.0, 4.0]
    metric = Calls()
    metric(4.0)
    before = Calls.resets
    metric.reset_state()
    assert Calls.resets == before + 1
    assert float(metric.result()) == 0.0
    metric(4.0)
    metric.reset_states()
    assert float(metric.result()) == 0.0


def test_a_model_without_a_state_has_it_too():
    model = Sequential([Input((2,)), Dense(1)])
    assert model.reset_states() is None
