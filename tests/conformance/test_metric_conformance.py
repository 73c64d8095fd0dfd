"""Every metric of saccade, found by looking, put through the same checks."""

import copy
import inspect
import json
import pickle

import numpy as np
import pytest
import torch

from parity.reference import keras
from parity.scores.metric_cases import CASES, CLASSES, each, several_hot
from saccade import activations, metrics
from saccade.dtype_policy import DTypePolicy
from saccade.errors import InvalidArgument, ShapeError, StateError, UnknownName
from saccade.metrics import Metric

NAMES = sorted(name for name, case in CASES.items() if case)


def made(which, /, **more):
    return metrics.CLASSES[which](**CASES[which][2][0] | more)


def batch(name, seed, n=6):
    target, prediction, _ = CASES[name]
    stream = np.random.RandomState(seed)
    y = () if target is None else (torch.as_tensor(target(stream, n)),)
    return (*y, torch.as_tensor(prediction(stream, n)))


def same(a, b, **tolerance):
    torch.testing.assert_close(
        torch.as_tensor(a), torch.as_tensor(b), check_dtype=False, **tolerance
    )


@pytest.mark.parametrize("name", sorted(CASES))
def test_arguments_are_keras_s(name):
    mine, theirs = (
        [(p.name, p.default, p.kind) for p in inspect.signature(one).parameters.values()]
        for one in (metrics.CLASSES[name], getattr(keras.metrics, name))
    )
    assert mine == theirs


@pytest.mark.parametrize("name", NAMES)
def test_words(name):
    snake = metrics.snake_case(name)
    needs = [p for p in inspect.signature(metrics.CLASSES[name]).parameters.values()
             if p.default is p.empty]  # fmt: skip
    for word in (name, snake, snake.upper()):
        if needs:
            with pytest.raises(InvalidArgument, match=f"{name} needs {needs[0].name}"):
                metrics.get(word)
        else:
            assert type(metrics.get(word)) is metrics.CLASSES[name]
            assert metrics.as_reported(word).name == word, "compile keeps the word that was typed"


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"PearsonCorrelation"}))
def test_batches_add_up_to_the_whole(name, weights):
    whole, parts = made(name), made(name)
    data = batch(name, 0, 8)
    weight = torch.arange(1.0, 9.0) if weights else None
    whole.update_state(*data, sample_weight=weight)
    for rows in (slice(0, 3), slice(3, 8)):
        part = None if weight is None else weight[rows]
        parts.update_state(*(one[rows] for one in data), sample_weight=part)
    same(parts.result(), whole.result(), rtol=1e-5, atol=1e-6)
    doubled = made(name)
    for _ in range(2):
        doubled.update_state(*data)
    twice = made(name)
    twice.update_state(*data, sample_weight=torch.full((8,), 2.0))
    if name not in ("R2Score",):
        same(doubled.result(), twice.result(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_reads_the_value_of_its_moment_and_reset_forgets(name):
    metric = made(name)
    fresh = copy.deepcopy(metric.result())
    metric.update_state(*batch(name, 0))
    then, reader = metric.result().clone(), metric.reader()
    assert list(metric.readers()) == [metric.name]
    metric.update_state(*batch(name, 5, 3))
    metric.update_state(*batch(name, 8, 11))
    assert not torch.equal(metric.result(), then)
    same(reader(), then)
    metric.reset_state()
    same(reader(), then)
    assert metric.result().sum() == fresh.sum()
    metric.update_state(*batch(name, 0))
    same(metric.result(), then, rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_state_goes_on_elsewhere_bit_for_bit(name):
    metric, fresh = made(name), made(name)
    weight = None if "IoU" in name else torch.rand(6, generator=torch.Generator().manual_seed(0))
    metric.update_state(*batch(name, 0), sample_weight=weight)
    fresh.restore(json.loads(json.dumps(metric.state())))
    assert torch.equal(fresh.result(), metric.result())
    for twin in (metric, fresh):
        twin.update_state(*batch(name, 1), sample_weight=weight)
    assert torch.equal(fresh.result(), metric.result())
    assert fresh.state() == metric.state()


@pytest.mark.parametrize("name", NAMES)
def test_every_option_bites_and_copies_are_their_own(name):
    seen = set()
    for options in CASES[name][2]:
        metric = metrics.CLASSES[name](**options)
        if not (options.get("from_logits") or options.get("num_labels")):
            metric.update_state(*batch(name, 3, 21))
            seen.add(str(metric.result()))
        for twin in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
            same(twin.result(), metric.result())
            twin.reset_state()
        assert metric.state() == metric.state()
    if name not in ("AUC", "Precision", "Recall"):
        few = {"MeanIoU": 1, "SensitivityAtSpecificity": 1, "SpecificityAtSensitivity": 1}
        assert len(seen) >= min(2, len(CASES[name][2])) or name in few
    else:
        assert len(seen) > len(CASES[name][2]) / 2
    with pytest.raises(InvalidArgument, match="must be one of"):
        made(name, dtype="float17")
    assert made(name, name="mine").name == "mine"


@pytest.mark.parametrize("name", NAMES)
def test_results_come_in_the_dtype_that_is_asked_for(name):
    metric, half = made(name), made(name, dtype="float16")
    for one in (metric, half):
        one.update_state(*batch(name, 0))
    assert half.result().dtype == torch.float16
    torch.testing.assert_close(half.result().float(), metric.result(), rtol=2e-3, atol=1e-3)
    assert half.dtype == type(half).from_config(half.get_config()).dtype == "float16"
    assert made(name, dtype=DTypePolicy("mixed_bfloat16")).dtype == "bfloat16"
    with pytest.raises(AttributeError):
        half.dtype = "float32"


@pytest.mark.parametrize("name", NAMES)
def test_no_graph_is_kept(name):
    data = batch(name, 0)
    p = data[-1].float().requires_grad_(True)
    metric = made(name)
    metric.update_state(*data[:-1], p)
    assert not metric.result().requires_grad
    sums = metric.live_state().values()
    assert all(not torch.as_tensor(one).requires_grad for one in sums)


@pytest.mark.parametrize("name", sorted(n for n in NAMES if n != "Mean" and n != "Sum"))
def test_targets_that_do_not_fit_are_refused(name):
    y, p = batch(name, 0)
    metric = made(name)
    with pytest.raises(ShapeError):
        metric.update_state(y[:4], p)
    assert not np.any(np.asarray(metric.result()))


def test_hits_and_decisions_are_counted_exactly():
    """2**24 + 1 is not a float32: a count must not stop there, nor a sum of fractions."""
    for name in ("Accuracy", "CategoricalAccuracy", "TopKCategoricalAccuracy", "BinaryAccuracy"):
        metric = made(name)
        metric.add(torch.tensor(2**24), 2**24)
        metric.update_state(*batch(name, 0))
        assert not metric.live_state()["total"].is_floating_point()
    positives = metrics.TruePositives()
    positives.grow(true_positives=torch.tensor([2**24]))
    positives.update_state([1], [0.9])
    assert positives.state() == {"true_positives": [2**24 + 1]}
    mean = metrics.Mean()
    mean.add(torch.tensor(2.0**24), 2**24)
    mean.update_state([1.0])
    assert mean.reader()() == 1.0
    assert float(mean.live_state()["total"]) == 2**24 + 1


def test_cross_entropies_read_the_logits_as_the_losses_do():
    x = torch.tensor([[200.0, 0.0], [0.0, 1.0]], requires_grad=True)
    p = activations.softmax(x)
    sparse = metrics.SparseCategoricalCrossentropy()
    sparse.update_state(torch.tensor([1, 1]), p)
    assert float(sparse.result()) == pytest.approx((200 + 0.3132617) / 2)
    dense = metrics.CategoricalCrossentropy()
    dense.update_state(torch.eye(2)[[1, 1]], p)
    assert float(dense.result()) == pytest.approx((200 + 0.3132617) / 2)
    two = metrics.BinaryCrossentropy()
    two.update_state(torch.zeros(1, 1), activations.sigmoid(torch.tensor([[200.0]])))
    assert float(two.result()) == pytest.approx(200.0)


# -- the user's own ------------------------------------------------------------------------


class Confusing(Metric):
    """Variables of a user's: a number, a vector made with the first batch, a metric inside."""

    def __init__(self, name="confusing"):
        super().__init__(name=name)
        self.total = self.add_variable((), "zeros", name="total")
        self.seen = self.add_weight(name="seen", initializer="zeros", dtype="int64")
        self.by_class = None
        self.inner = metrics.Mean()

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.by_class is None:
            self.by_class = self.add_variable((y_pred.shape[-1],), "zeros", name="by_class")
        self.total.assign(self.total + y_pred.sum())
        self.seen.assign_add(len(y_pred))
        self.by_class.assign_add(torch.sum(y_pred, 0))
        self.inner.update_state(y_pred)

    def result(self):
        return {
            "total": self.total,
            "share": self.total / (self.seen + 1) ** 1,
            "classes": self.by_class,
            "inner": self.inner.result(),
        }


def test_variables_of_the_users_metric():
    metric, p = Confusing(), torch.tensor([[0.25, 0.5], [1.0, 0.25]])
    metric.update_state(None, p)
    readers = metric.readers()
    read = {key: reader() for key, reader in readers.items()}
    assert read["total"] == 2.0
    assert read["share"] == pytest.approx(2 / 3)
    np.testing.assert_array_equal(read["classes"], [1.25, 0.75])
    assert read["inner"] == 0.5
    state = json.loads(json.dumps(metric.state()))
    metric.update_state(None, p)
    assert readers["total"]() == 2.0, "the value of its moment"
    assert metric.reader()()["total"] == 4.0
    fresh = Confusing()
    fresh.restore(state)
    fresh.update_state(None, p)
    assert fresh.state() == metric.state()
    assert [one.name for one in metric.variables] == [
        *("total", "seen", "by_class"),
        *("total", "count"),  # of the metric inside
    ]
    metric.reset_state()
    assert float(metric.total) == int(metric.seen) == float(metric.inner.result()) == 0
    for twin in (copy.deepcopy(fresh), pickle.loads(pickle.dumps(fresh))):
        assert twin.state() == fresh.state()
        twin.reset_state()
    assert float(fresh.total) == 4.0


def test_a_variable_is_a_tensor_to_all_who_ask():
    metric = Confusing()
    one = metric.add_variable((2,), "ones", name="one")
    same(torch.stack([one, one]).sum(), 4.0)
    same(1 - one / 2, [0.5, 0.5])
    same(one[0] + one.sum() + one.shape[0], 5.0)
    assert bool((one == 1).all())
    assert -one[0] == -1
    np.testing.assert_array_equal(np.asarray(one), [1, 1])
    with pytest.raises(ShapeError, match=r'"one".*\(2,\)'):
        one.assign(torch.zeros(3))

    class Early(Metric):
        def __init__(self):
            self.add_variable((), "zeros")

    with pytest.raises(StateError, match="super"):
        Early()


def test_a_metric_function_of_the_users():
    def largest(y_true, y_pred):
        return y_pred.max(-1).values

    stream = np.random.RandomState(0)
    y, p = several_hot(stream, 6), each(stream, 6)
    metric = metrics.get(largest)
    assert metric.name == "largest"
    metric.update_state(y, p)
    assert float(metric.result()) == pytest.approx(float(p.max(-1).mean()))
    with pytest.raises(InvalidArgument, match=r"does not fit.*k"):
        metrics.MeanMetricWrapper(largest, k=3)
    assert p.shape[1] == CLASSES


BAD = [
    (lambda: metrics.AUC(curve="RCO"), UnknownName, "ROC"),
    (lambda: metrics.AUC(summation_method="interpol"), UnknownName, "interpolation"),
    (lambda: metrics.AUC(num_thresholds=1), InvalidArgument, "at least 2"),
    (lambda: metrics.AUC(thresholds=[1.5]), InvalidArgument, r"\[0, 1\]"),
    (lambda: metrics.AUC(num_labels=3), InvalidArgument, "multi_label"),
    (lambda: metrics.Precision(thresholds=[0.5, 2]), InvalidArgument, r"\[0, 1\]"),
    (lambda: metrics.PrecisionAtRecall(1.5), InvalidArgument, r"\[0, 1\]"),
    (lambda: metrics.PrecisionAtRecall(0.5, 0), InvalidArgument, "at least 1"),
    (lambda: metrics.F1Score(average="makro"), UnknownName, "macro"),
    (lambda: metrics.FBetaScore(beta=0.0), InvalidArgument, "positive"),
    (lambda: metrics.F1Score(threshold=0.0), InvalidArgument, "threshold"),
    (lambda: metrics.IoU(2, [2]), InvalidArgument, "below num_classes"),
    (lambda: metrics.R2Score(class_aggregation="mean"), UnknownName, "uniform_average"),
    (lambda: metrics.R2Score(num_regressors=-1), InvalidArgument, "0 or more"),
]


@pytest.mark.parametrize(("make", "error", "text"), BAD)
def test_arguments_that_cannot_work(make, error, text):
    with pytest.raises(error, match=text):
        make()
