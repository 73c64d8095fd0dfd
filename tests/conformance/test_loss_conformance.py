"""Every loss and metric of saccade, found by looking, put through the same checks."""

import copy
import inspect
import itertools
import json
import pickle

import numpy as np
import pytest
import torch

from parity.reference import keras
from saccade import losses, metrics
from saccade.errors import InvalidArgument, ShapeError, UnknownName

# Keras's own variables lag behind NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

STREAM = np.random.RandomState(0)
P = torch.tensor(STREAM.dirichlet(np.ones(3), 6)).float()
LABELS = torch.tensor([0, 2, 1, 0, 2, 2])
ONE_HOT = torch.eye(3)[LABELS]

# Targets and predictions that fit, and another value for every option that must bite.
LOSSES = {
    "BinaryCrossentropy": (ONE_HOT, {"from_logits": True, "label_smoothing": 0.3}),
    "CategoricalCrossentropy": (ONE_HOT, {"from_logits": True, "label_smoothing": 0.3}),
    "MeanSquaredError": (ONE_HOT, {}),
    "SparseCategoricalCrossentropy": (LABELS, {"from_logits": True, "ignore_class": 2}),
}
METRICS = {
    "BinaryAccuracy": (ONE_HOT, {"threshold": 0.1}),
    "CategoricalAccuracy": (ONE_HOT, {}),
    "Mean": (None, {}),
    "MeanSquaredError": (ONE_HOT, {}),
    "SparseCategoricalAccuracy": (LABELS, {}),
}
SILENT = {"self", "name"}


def loss_of(name, /, **options):
    return losses.CLASSES[name](**options)(LOSSES[name][0], P)


def value_of(metric, rows=slice(None)):
    """The metric after the given rows, seen in two batches."""
    name = type(metric).__name__
    target, prediction = METRICS[name][0], P[rows]
    for half in (slice(0, 2), slice(2, None)):
        if target is None:
            metric.update_state(prediction[half])
        else:
            metric.update_state(target[rows][half], prediction[half])
    return float(metric.result())


def test_every_loss_and_metric_is_here():
    for family, table, base in (
        (losses, LOSSES, {"Loss"}),
        (metrics, METRICS, {"Metric"}),
    ):
        exported = {name for name in family.__all__ if name[0].isupper()} - base
        assert exported == set(family.CLASSES) == set(table)
    # "mse" and the class under every word
    for word, cls in losses._WORDS.items():
        assert type(losses.get(word)) is type(losses.get(word.upper())) is cls
    for word, cls in metrics._WORDS.items():
        assert type(metrics.get(word)) is cls
        assert metrics.get(word).name == word, "a metric keeps the word that was typed"


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_batch_of_one_is_a_row_of_the_batch(name):
    loss = losses.CLASSES[name](reduction="none")
    target = LOSSES[name][0]
    whole = loss(target, P)
    assert whole.shape == (6,)
    for i in range(6):
        torch.testing.assert_close(loss(target[i : i + 1], P[i : i + 1])[0], whole[i])
    torch.testing.assert_close(losses.CLASSES[name]()(target, P), whole.mean())
    torch.testing.assert_close(losses.CLASSES[name](reduction="sum")(target, P), whole.sum())


@pytest.mark.parametrize("name", sorted(LOSSES))
@pytest.mark.parametrize("from_logits", [False, True])
def test_the_slope_is_the_gradient(name, from_logits):
    """torch's gradcheck in float64: a loss computes in its predictions' own precision."""
    options = {"from_logits": from_logits} if name != "MeanSquaredError" else {}
    loss = losses.CLASSES[name](**options)
    y_pred = P.double().requires_grad_(True)
    assert torch.autograd.gradcheck(lambda p: loss(LOSSES[name][0], p), y_pred)
    assert loss(LOSSES[name][0], y_pred).dtype == torch.float64


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_loss_is_least_where_it_should_be(name):
    """Moving a prediction towards its target never makes the loss larger."""
    target = LOSSES[name][0]
    values = [
        float(losses.CLASSES[name]()(target, (1 - share) * P + share * ONE_HOT))
        for share in np.linspace(0, 1, 11)
    ]
    assert all(a > b for a, b in itertools.pairwise(values))
    assert values[-1] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_every_option_of_a_loss_bites(name):
    cls = losses.CLASSES[name]
    options = {**LOSSES[name][1], "reduction": "sum"}
    taken = set(inspect.signature(cls.__init__).parameters)
    assert taken - SILENT == set(options) | ({"axis", "dtype"} & taken)
    for option, value in options.items():
        assert not torch.equal(loss_of(name, **{option: value}), loss_of(name)), option
    for option in {"axis", "dtype"} & taken:
        with pytest.raises(InvalidArgument, match="axis" if option == "axis" else "float32"):
            cls(**{option: {"axis": 1, "dtype": "float16"}[option]})
    keras_class = getattr(keras.losses, name)
    assert set(inspect.signature(keras_class.__init__).parameters) <= taken
    assert cls(name="mine").name == "mine"


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_config_of_a_loss(name):
    cls = losses.CLASSES[name]
    for option, value in {**LOSSES[name][1], "reduction": "sum"}.items():
        loss = cls(**{option: value})
        config = json.loads(json.dumps(loss.get_config()))
        again = cls.from_config(config)
        assert again.get_config() == loss.get_config()
        assert torch.equal(again(LOSSES[name][0], P), loss(LOSSES[name][0], P))
        theirs = getattr(keras.losses, name).from_config(config)
        assert theirs.get_config() == config
        record = losses.serialize(loss)
        assert losses.get(record).get_config() == loss.get_config()
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert torch.equal(twin(LOSSES[name][0], P), loss(LOSSES[name][0], P))


def test_words_that_cannot_work():
    with pytest.raises(UnknownName, match='Did you mean "sum"'):
        losses.MeanSquaredError(reduction="sums")
    for cls in (losses.CategoricalCrossentropy, losses.BinaryCrossentropy):
        for smoothing in (-0.1, 1.5):
            with pytest.raises(InvalidArgument, match="label_smoothing"):
                cls(label_smoothing=smoothing)


def test_a_loss_of_the_users():
    class Huge(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_true - y_pred).abs().sum(-1) * 100

    loss = Huge(reduction="sum")
    assert loss.name == "huge"
    assert losses.get(loss) is loss
    torch.testing.assert_close(loss(ONE_HOT, P), (ONE_HOT - P).abs().sum() * 100)
    plain = losses.get(lambda t, p: (t - p).abs().sum(-1))
    torch.testing.assert_close(plain(ONE_HOT, P), (ONE_HOT - P).abs().sum(-1).mean())
    weight = torch.arange(6.0)
    torch.testing.assert_close(
        plain(ONE_HOT, P, weight), ((ONE_HOT - P).abs().sum(-1) * weight).mean()
    )


# -- metrics -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(METRICS))
def test_batches_add_up_to_the_whole(name):
    cls = metrics.CLASSES[name]
    metric, whole = cls(), cls()
    value = value_of(metric)
    if METRICS[name][0] is None:
        whole.update_state(P)
    else:
        whole.update_state(METRICS[name][0], P)
    assert value == pytest.approx(float(whole.result()), rel=1e-6)
    assert metric.reader()() == pytest.approx(value)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_reset_forgets_and_nothing_is_zero(name):
    metric = metrics.CLASSES[name]()
    assert float(metric.result()) == metric.reader()() == 0.0
    first = value_of(metric)
    metric.reset_state()
    assert float(metric.result()) == metric.reader()() == 0.0
    assert value_of(metric) == first


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_reader_reads_the_value_of_its_moment(name):
    metric = metrics.CLASSES[name]()
    value_of(metric, slice(0, 4))
    then, reader = float(metric.result()), metric.reader()
    target = METRICS[name][0]
    metric.update_state(*([P * 5] if target is None else [target, ONE_HOT * 1.0]))
    assert float(metric.result()) != then
    assert reader() == pytest.approx(then)
    metric.reset_state()
    assert reader() == pytest.approx(then)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_state_goes_on_elsewhere(name):
    metric = metrics.CLASSES[name]()
    value_of(metric, slice(0, 4))
    state = json.loads(json.dumps(metric.state()))
    expected = value_of(metric, slice(1, 6))
    fresh = metrics.CLASSES[name]()
    fresh.restore(state)
    assert value_of(fresh, slice(1, 6)) == expected


@pytest.mark.parametrize("name", sorted(METRICS))
def test_copies_of_a_metric_are_their_own(name):
    options = METRICS[name][1]
    metric = metrics.CLASSES[name](**options)
    value = value_of(metric)
    for twin in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
        assert float(twin.result()) == pytest.approx(value)
        twin.reset_state()
        for option, other in options.items():
            setattr(twin, option, other * 5)
        assert value_of(twin) == pytest.approx(value) or options
        if options:
            assert value_of(twin) != pytest.approx(value), "the copy uses the original's option"
    assert float(metric.result()) == pytest.approx(value)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_option_of_a_metric_bites(name):
    cls, options = metrics.CLASSES[name], METRICS[name][1]
    taken = set(inspect.signature(cls.__init__).parameters)
    assert taken - SILENT == set(options) | {"dtype"}
    for option, value in options.items():
        assert value_of(cls(**{option: value})) != value_of(cls()), option
    with pytest.raises(InvalidArgument, match="float32"):
        cls(dtype="float16")
    assert cls(name="mine").name == "mine"
    for value in options.values():
        config = cls(**dict.fromkeys(options, value)).get_config()
        assert value_of(cls.from_config(config)) == value_of(cls(**dict.fromkeys(options, value)))


WRONG = {
    "SparseCategoricalAccuracy": [(ONE_HOT, P), (LABELS[:3], P)],
    "CategoricalAccuracy": [(LABELS, P), (ONE_HOT[:, :2], P)],
    "BinaryAccuracy": [(LABELS, P), (ONE_HOT, P[:, :1]), (LABELS[:3, None], P[:, 0])],
    "MeanSquaredError": [(ONE_HOT.T, P), (LABELS, P), (ONE_HOT[:, :2], P)],
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_targets_that_do_not_fit_are_not_broadcast(name):
    for target, prediction in WRONG[name]:
        metric = metrics.CLASSES[name]()
        with pytest.raises(ShapeError):
            metric.update_state(target, prediction)
        assert float(metric.result()) == 0.0


def test_a_metric_function_of_the_users():
    def largest(y_true, y_pred):
        return y_pred.max(-1).values

    metric = metrics.get(largest)
    assert metric.name == "largest"
    metric.update_state(ONE_HOT, P)
    assert float(metric.result()) == pytest.approx(float(P.max(-1).values.mean()))
