"""Every metric against Keras: values over several batches, weighted and not, to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from saccade import metrics

# Keras's own variables lag behind NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CLASSES = 4
SIZES = [5, 3, 7]


def batches(name, flat=False, pixels=()):
    """(y_true, y_pred, weight) of a few batches of different sizes."""
    for seed, n in enumerate(SIZES):
        stream = np.random.RandomState(seed)
        shape = (n, *pixels)
        p = stream.uniform(size=(*shape, CLASSES)).astype(np.float32)
        labels = stream.randint(0, CLASSES, shape)
        weight = stream.uniform(size=shape).astype(np.float32)
        if name == "SparseCategoricalAccuracy":
            yield labels if flat else labels[..., None], p, weight
        elif name == "CategoricalAccuracy":
            yield np.eye(CLASSES, dtype=np.float32)[labels], p, weight
        elif name == "BinaryAccuracy":
            y = (labels % 2).astype(np.float32)
            yield (y if flat else y[..., None]), p[..., :1], weight
        else:
            yield (
                normal((*shape, 1), seed)[..., 0] if flat else p[..., ::-1].copy(),
                (p[..., :1] if flat else p),
                weight,
            )


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("weights", ["none", "(N,)", "(N,1)"])
@pytest.mark.parametrize("name", sorted(set(metrics.CLASSES) - {"Mean"}))
def test_values_over_batches(name, weights, flat):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    assert ours.name == theirs.name
    for y_true, y_pred, weight in batches(name, flat):
        weight = {"none": None, "(N,)": weight, "(N,1)": weight[:, None]}[weights]
        ours.update_state(y_true, y_pred, weight)
        theirs.update_state(y_true, y_pred, weight)
        close(ours.result(), theirs.result())
        close(ours.reader()(), theirs.result())
    ours.reset_state()
    theirs.reset_state()
    close(ours.result(), theirs.result())


@pytest.mark.parametrize("name", sorted(set(metrics.CLASSES) - {"Mean"}))
def test_a_value_for_every_pixel(name):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for y_true, y_pred, _ in batches(name, name != "BinaryAccuracy", (2, 3)):
        if y_true.shape != y_pred.shape and name == "MeanSquaredError":
            continue
        ours.update_state(y_true, y_pred)
        theirs.update_state(y_true, y_pred)
    close(ours.result(), theirs.result())


@pytest.mark.parametrize("weights", ["none", "(N,)", "(N,1)", "scalar"])
@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 3), (4, 2, 3)], ids=str)
def test_mean(weights, shape):
    if weights == "(N,1)" and shape == (4, 2, 3):
        shape = (4, 2)
    ours, theirs = metrics.Mean(), keras.metrics.Mean()
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
        y = np.asarray(y, np.float32)
        assert float(ours(y, p)) == float(theirs(y, p)) == 1.0


@pytest.mark.parametrize("name", sorted(metrics.CLASSES))
def test_config(name):
    ours, theirs = (
        getattr(metrics, name)().get_config(),
        getattr(keras.metrics, name)().get_config(),
    )
    assert set(ours) == set(theirs)
    assert {**ours, "dtype": 0} == {**theirs, "dtype": 0}
