"""Sums that hold: many batches, large counts, weights, values on several calls."""

import numpy as np
import pytest
import torch

from saccade.metrics import BinaryAccuracy, Mean, Metric, SparseCategoricalAccuracy, get


def test_hits_are_counted_exactly_beyond_float32():
    """2**24 + 1 is not a float32: a count must not stop there."""
    metric = SparseCategoricalAccuracy()
    metric.add(torch.tensor(2**24), 2**24)
    p, y = torch.eye(2)[[0, 0, 1]], torch.tensor([0, 1, 0])
    metric.update_state(y, p)
    assert int(metric.live_state()["total"]) == 2**24 + 1
    assert int(metric.live_state()["count"]) == 2**24 + 3
    assert metric.reader()() == (2**24 + 1) / (2**24 + 3)


def test_many_small_batches():
    metric, stream = BinaryAccuracy(), np.random.RandomState(0)
    hits = 0
    for _ in range(300):
        p = stream.uniform(size=(3, 1)).astype(np.float32)
        y = stream.randint(0, 2, (3, 1)).astype(np.float32)
        hits += int(((p > 0.5) == y).sum())
        metric.update_state(y, p)
    assert float(metric.result()) == pytest.approx(hits / 900)


def test_a_weight_of_zero_leaves_out():
    metric = Mean()
    metric.update_state([1.0, 100.0], [1.0, 0.0])
    assert float(metric.result()) == 1.0
    metric.reset_state()
    metric.update_state([1.0, 100.0], [0.0, 0.0])
    assert float(metric.result()) == metric.reader()() == 0.0


def test_calling_a_metric_updates_and_reads():
    metric = Mean()
    assert float(metric([1.0, 3.0])) == 2.0
    assert float(metric([8.0])) == 4.0


def test_no_graph_is_kept():
    metric = get("mse")
    y = torch.ones(3, 1, requires_grad=True)
    metric.update_state(torch.zeros(3, 1), y)
    assert not torch.as_tensor(metric.live_state()["total"]).requires_grad


def test_a_metric_of_the_users_reads_the_value_of_its_moment():
    """Its state may change in place; a reader given out before must not move with it."""

    class Peak(Metric):
        def __init__(self):
            super().__init__(name="peak")
            self.value = torch.zeros(())

        def update_state(self, y_true, y_pred, sample_weight=None):
            torch.maximum(self.value, y_pred.max(), out=self.value)

        def result(self):
            return self.value

        def reset_state(self):
            self.value.zero_()

    metric = Peak()
    metric.update_state(None, torch.tensor([1.0]))
    reader = metric.reader()
    metric.update_state(None, torch.tensor([5.0]))
    assert reader() == 1.0
    assert metric.reader()() == 5.0


def test_names_count_up():
    from saccade.names import reset_names

    class Own(Metric):
        pass

    reset_names()
    assert [Own().name, Own().name] == ["own", "own_1"]
    for method in (Own().result, Own().reset_state, Own().update_state):
        with pytest.raises(NotImplementedError):
            method()
