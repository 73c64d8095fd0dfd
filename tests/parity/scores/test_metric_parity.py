"""Every metric against Keras: values over several batches, weighted and not, to 1e-5."""

import numpy as np
import pytest
import torch

import saccade
from conformance.own_classes import of_keras
from parity.reference import array, close, keras, normal
from parity.scores.metric_cases import (
    CASES,
    CLASSES,
    each,
    labels,
    logits,
    numbers,
    rows,
    several_hot,
)
from saccade import metrics

# Keras's own variables lag behind NumPy; it says that float weights are cut to whole numbers.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are passing weight as `float`:UserWarning"),
]

SIZES = [5, 3, 7]
ALL = [(name, options) for name, case in CASES.items() if case for options in case[2]]
WHOLE_WEIGHTS = {"IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "BinaryIoU"}


def test_every_metric_has_a_case():
    assert set(CASES) == set(metrics.CLASSES)
    theirs = {n for n in dir(keras.metrics) if n[0].isupper()} - {"Metric"}
    assert theirs == set(of_keras(metrics.CLASSES))
    assert {n for n in dir(keras.metrics) if n[0] != "_"} <= set(metrics.__all__)


@pytest.mark.parametrize("weights", ["none", "(N,)"])
@pytest.mark.parametrize(("name", "options"), ALL, ids=str)
def test_values_over_batches(name, options, weights):
    target, prediction, _ = CASES[name]
    ours = getattr(metrics, name)(name="one", **options)
    theirs = getattr(keras.metrics, name)(name="one", **options)
    for seed, n in enumerate(SIZES):
        stream = np.random.RandomState(seed)
        y = () if target is None else (target(stream, n),)
        p = logits(stream, n) if options.get("from_logits") else prediction(stream, n)
        weight = stream.uniform(0, 2, n).astype(np.float32)
        if name in WHOLE_WEIGHTS:
            weight = stream.randint(0, 4, n)
        weight = None if weights == "none" else weight
        ours.update_state(*y, p, sample_weight=weight)
        theirs.update_state(*y, torch.tensor(p), sample_weight=weight)
        close(ours.result(), theirs.result(), 2e-5 if name == "R2Score" else 1e-5)
        value = ours.result()
        assert value.dtype == torch.float32
        close(ours.reader()(), array(value))
    ours.reset_state()
    assert not np.any(array(ours.result())) or name in ("AUC", "R2Score")
    with np.errstate(invalid="ignore"):
        theirs.reset_state()
    if name != "R2Score":
        close(ours.result(), theirs.result())


def sums_of(metric):
    """What a script reads of a metric's sums: attribute, name of the variable, shape and type."""
    words = [one for one in dir(metric) if not one.startswith("_") and one != "variables"]
    values = {one: getattr(metric, one, None) for one in words}
    return {
        word: (value.name, tuple(value.shape), str(value.numpy().dtype), value.numpy().tolist())
        for word, value in values.items()
        if hasattr(value, "assign_add")
    }


# These make their variables with the first batch, and keep one of them as no variable.
LATE = {"F1Score", "FBetaScore", "R2Score"}
# Here every value counts; Keras takes the mean of a sample's first, and its sums are smaller.
EACH_VALUE = {"Mean", "RootMeanSquaredError"}


@pytest.mark.parametrize(
    ("name", "options"), [one for one in ALL if one[0] not in LATE and not one[1].get("top_k")]
)
def test_sums_are_variables_under_kerass_names(name, options):
    """`metric.count.numpy()`, `metric.true_positives`: of numbers, as Keras's torch has them."""
    target, prediction, _ = CASES[name]
    stream = np.random.RandomState(0)
    y = () if target is None else (target(stream, 5),)
    p = logits(stream, 5) if options.get("from_logits") else prediction(stream, 5)
    ours, theirs = (getattr(family, name)(**options) for family in (metrics, keras.metrics))
    if not options.get("multi_label"):
        before, needed = sums_of(ours), sums_of(theirs)
        assert needed
        assert {word: before[word] for word in needed} == needed
    ours.update_state(*y, p)
    theirs.update_state(*y, torch.tensor(p))
    after, needed = sums_of(ours), sums_of(theirs)
    for word, (called, shape, dtype, values) in needed.items():
        assert after[word][:3] == (called, shape, dtype)
        if name not in EACH_VALUE:
            close(np.array(after[word][3]), np.array(values), 1e-5)
        values = np.zeros(shape, dtype)
        getattr(ours, word).assign(values + 2)
        assert (getattr(ours, word).numpy() == 2).all()
        getattr(ours, word).assign(values)
    assert ours.state() == type(ours)(**options).state()


@pytest.mark.parametrize("fill", ["all positive", "all negative", "never called", "always called"])
@pytest.mark.parametrize(
    ("name", "options"), [one for one in ALL if CASES[one[0]][0] is several_hot], ids=str
)
def test_one_class_only(name, options, fill):
    """Empty denominators on one side or the other."""
    stream = np.random.RandomState(1)
    y, p = several_hot(stream, 8), each(stream, 8)
    y = {"all positive": np.ones_like(y), "all negative": np.zeros_like(y)}.get(fill, y)
    p = {"never called": np.zeros_like(p), "always called": np.ones_like(p)}.get(fill, p)
    if options.get("top_k") and fill.endswith("called"):
        return  # ties among the largest: torch's choice differs from TensorFlow's, see below
    ours, theirs = (getattr(family, name)(**options) for family in (metrics, keras.metrics))
    ours.update_state(y, p)
    theirs.update_state(y, torch.tensor(p))
    close(ours.result(), theirs.result())


def test_ties_among_the_largest_go_to_the_lower_class():
    """DEPARTURES.md: as TensorFlow's top_k; torch's order among equals is not defined."""
    p, y = np.full((1, 5), 0.5, np.float32), np.eye(5, dtype=np.float32)
    for place in range(5):
        recall = metrics.Recall(top_k=2)
        assert float(recall(y[place : place + 1], p)) == (place < 2)
        # and in_top_k counts only what is larger than the label
        assert float(metrics.TopKCategoricalAccuracy(k=1)(y[place : place + 1], p)) == 1.0
        assert float(metrics.SparseTopKCategoricalAccuracy(k=1)([place], p)) == 1.0


@pytest.mark.parametrize("from_sorted_ids", [False, True])
@pytest.mark.parametrize("pixels", [(), (2, 3)], ids=str)
def test_top_k_of_shapes(from_sorted_ids, pixels):
    """Keras on torch reads ids only as (batch,); the law is held to NumPy."""
    stream = np.random.RandomState(0)
    y = stream.randint(0, CLASSES, (5, *pixels))
    order = np.argsort(stream.uniform(size=(5, *pixels, CLASSES)), -1)
    p = order if from_sorted_ids else -np.argsort(order, -1)
    ours = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=from_sorted_ids)
    expected = (order[..., :2] == y[..., None]).any(-1).mean()
    close(ours(y, p.astype(np.float32)), expected)
    close(ours(y[..., None], p.astype(np.float32)), expected)


@pytest.mark.parametrize("name", sorted(set(CASES) - {"MeanMetricWrapper"}))
def test_config(name):
    for options in CASES[name][2]:
        if options.get("label_weights"):
            continue  # Keras's own config holds a tensor and can't be read back
        ours = getattr(metrics, name)(name="one", **options)
        theirs = getattr(keras.metrics, name)(name="one", **options)
        assert ours.get_config() == theirs.get_config()
        again = type(ours).from_config(theirs.get_config())
        assert again.get_config() == ours.get_config()
        assert type(theirs).from_config(ours.get_config()).get_config() == theirs.get_config()
        record = metrics.serialize(ours)
        assert record == keras.metrics.serialize(theirs)
        assert metrics.get(record).get_config() == ours.get_config()
        assert getattr(ours, "_direction", None) == getattr(theirs, "_direction", None)
    if {} in CASES[name][2]:
        assert getattr(metrics, name)().name.rstrip("_0123456789") == getattr(
            keras.metrics, name
        )().name.rstrip("_0123456789")


@pytest.mark.parametrize("weight", [None, np.array([1, 2, 3, 4], np.float32)], ids=str)
def test_ignored_labels_add_nothing(weight):
    """They count in the mean unless there are sample weights, on all backends of Keras."""
    y, p = np.array([0, 3, 1, 3]), rows(np.random.RandomState(0), 4)
    found = []
    for library in (metrics, keras.metrics):
        one = library.SparseCategoricalCrossentropy(ignore_class=3)
        one.update_state(y, p, weight)
        found.append(one.result())
    close(*found)
    w = np.ones(4) if weight is None else weight
    whole = w.sum() if weight is None else w[0] + w[2]
    close(found[0], -(w[0] * np.log(p[0, 0]) + w[2] * np.log(p[2, 1])) / whole)


def test_fractions_as_weights_of_a_confusion_matrix():
    """DEPARTURES.md: Keras cuts them to whole numbers unless dtype is float32."""
    stream = np.random.RandomState(0)
    y, p, weight = labels(stream, 9), labels(stream, 9), stream.uniform(size=9).astype(np.float32)
    theirs = keras.metrics.MeanIoU(CLASSES, dtype="float32")
    theirs.update_state(y, p, weight)
    for dtype in (None, "float32"):
        ours = metrics.MeanIoU(CLASSES, dtype=dtype)
        ours.update_state(y, p, weight)
        close(ours.result(), theirs.result())


@pytest.mark.parametrize("weights", ["none", "(N,)", "(N,1)", "scalar"])
@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 3), (4, 2, 3)], ids=str)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_mean_and_sum(name, weights, shape):
    if weights == "(N,1)" and shape == (4, 2, 3):
        shape = (4, 2)
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for seed in range(3):
        values = normal(shape, seed)
        weight = {
            "none": None,
            "(N,)": normal((4,), 9) ** 2,
            "(N,1)": normal((4, 1), 9) ** 2,
            "scalar": 2.5,
        }[weights]
        ours.update_state(values, weight)
        theirs.update_state(values, weight)
    close(ours.result(), theirs.result())


def test_wrapper():
    y, p = numbers(np.random.RandomState(0), 6), numbers(np.random.RandomState(1), 6)
    for family in (metrics, keras.metrics):
        wrapper = family.MeanMetricWrapper(family.huber, name="h", delta=0.1)
        wrapper.update_state(y, torch.tensor(p))
        np.testing.assert_allclose(float(wrapper.result()), _huber(y, p, 0.1), rtol=1e-5)
        assert wrapper._direction == "down"
    ours = metrics.MeanMetricWrapper(metrics.huber, name="h", delta=0.1)
    theirs = keras.metrics.MeanMetricWrapper(keras.metrics.huber, name="h", delta=0.1)
    assert ours.get_config() == theirs.get_config()
    again = metrics.get(metrics.serialize(ours))
    close(again(y, p), _huber(y, p, 0.1))


def _huber(y, p, delta):
    e = np.abs(y - p)
    return np.where(e <= delta, e**2 / 2, delta * e - delta**2 / 2).mean()


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
def test_threshold(threshold):
    ours, theirs = (m.BinaryAccuracy(threshold=threshold) for m in (metrics, keras.metrics))
    p = np.linspace(0, 1, 41, dtype=np.float32)[:, None]
    y = (np.arange(41) % 2).astype(np.float32)[:, None]
    close(ours(y, p), theirs(y, p))
    edge = torch.tensor([[threshold]], dtype=torch.float32)
    assert float(metrics.BinaryAccuracy(threshold=float(edge))([[0.0]], edge)) == 1.0


@pytest.mark.parametrize(
    ("true_shape", "pred_shape"),
    [
        ((6,), (6, 1)),
        ((6, 1), (6, 1)),
        ((6,), (6, 4)),
        ((6, 1), (6, 4)),
        ((6, 4), (6, 4)),
        ((6, 2), (6, 2)),
    ],
    ids=str,
)
@pytest.mark.parametrize("word", ["acc", "accuracy"])
def test_what_accuracy_means(word, true_shape, pred_shape):
    """The same accuracy as Keras's model takes for these shapes, under the word that was typed."""
    stream = np.random.RandomState(3)
    y_pred = stream.uniform(size=pred_shape).astype(np.float32)
    y_true = stream.randint(0, 2, true_shape).astype(np.float32)
    ours = metrics.accuracy_for(torch.tensor(y_true), torch.tensor(y_pred), word)
    container = keras.src.trainers.compile_utils.CompileMetrics([word], None)
    container.build(torch.tensor(y_true), torch.tensor(y_pred))
    container.update_state(torch.tensor(y_true), torch.tensor(y_pred))
    theirs = container.result()
    ours.update_state(y_true, y_pred)
    assert [ours.name] == list(theirs)
    close(ours.result(), array(theirs[word]))


def test_ties_go_to_the_first_class():
    p = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5]], np.float32)
    for name, y in (("SparseCategoricalAccuracy", [0, 1]), ("CategoricalAccuracy", np.eye(3)[:2])):
        ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
        close(ours(y, p), theirs(np.array(y), p))
        assert float(ours.result()) == 1.0


def counted(library):
    """The true positives of an epoch: of 6 training samples, and of 2 held-out ones."""
    model = library.Sequential(
        [library.layers.Input((1,)), library.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile("sgd", "mse", metrics=[library.metrics.TruePositives(name="tp")])
    x = np.ones((6, 1), "float32")
    history = model.fit(x, x, validation_data=(x[:2], x[:2]), verbose=0).history
    return float(history["tp"][0]), float(history["val_tp"][0])


def test_counts_of_training_and_validation():
    """DEPARTURES.md: Keras on torch reads the counts after the validation has reset them."""
    assert counted(saccade) == (6, 2)
    assert counted(keras) == (2, 2), "Keras departs no more"
