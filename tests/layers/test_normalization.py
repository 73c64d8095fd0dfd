"""Normalization: what adapt takes from data of every kind, and how it is kept."""

import numpy as np
import pytest
import torch

import saccade
from parity.reference import array, close, keras, normal
from saccade import layers

X = 3 * normal((50, 4, 3), 1) + 2


class Batches:
    """What a generator of images is: batches by number, and round and round when iterated."""

    def __init__(self, x, size):
        self.x, self.size = x, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise AssertionError("asked for a batch that is not there")
        part = self.x[i * self.size : (i + 1) * self.size]
        return part, np.zeros(len(part))

    def __iter__(self):
        while True:
            yield from (self[i] for i in range(len(self)))


KINDS = {
    "array": lambda x: x,
    "tensor": torch.tensor,
    "list of batches": lambda x: [x[:20], x[20:21], x[21:]],
    "generator": lambda x: (x[i : i + 7] for i in range(0, len(x), 7)),
    "pairs": lambda x: ((x[i : i + 7], np.zeros(len(x[i : i + 7]))) for i in range(0, len(x), 7)),
    "numbered": lambda x: Batches(x, 8),
    "with an empty one": lambda x: [x[:30], x[:0], x[30:]],
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None, (-1, 1)], ids=str)
def test_adapt(kind, axis):
    ours, theirs = layers.Normalization(axis), keras.layers.Normalization(axis)
    ours.adapt(kind(X))
    theirs.adapt(X)
    close(ours(X), theirs(X))
    kept = () if axis is None else tuple(a % 3 for a in np.atleast_1d(axis))
    y = array(ours(X))
    axes = tuple(a for a in range(3) if a not in kept)
    close(y.mean(axes), np.zeros(y.mean(axes).shape), 1e-4)
    close(y.var(axes), np.ones(y.var(axes).shape), 1e-4)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    for mine, reference in zip(ours.weights, theirs.weights, strict=True):
        assert array(mine).dtype == array(reference).dtype
        close(mine, reference)
    close(ours.mean, theirs.mean)
    close(ours.variance, theirs.variance)
    assert ours.mean.shape == theirs.mean.shape


def test_a_second_adapt_forgets_the_first():
    layer = layers.Normalization()
    layer.adapt(X * 100)
    layer.adapt(X)
    close(layer.mean, X.mean((0, 1), keepdims=True))


def test_numbers_far_from_zero():
    """The variance is not the difference of two large numbers."""
    x = (1e4 + normal((3000, 2), 3)).astype(np.float32)
    layer = layers.Normalization()
    layer.adapt(x)
    close(layer.variance[0], x.astype(np.float64).var(0), 1e-4)


def test_bytes():
    x = np.random.RandomState(0).randint(0, 256, (2100, 2, 2, 3)).astype(np.uint8)
    layer = layers.Normalization()
    layer.adapt(x)
    close(layer.mean[0, 0, 0], x.mean((0, 1, 2)))
    assert layer(x).dtype == torch.float32
    close(layer(x), keras_normalised(x), 1e-4)


def keras_normalised(x):
    theirs = keras.layers.Normalization()
    theirs.adapt(x)
    return array(theirs(x))


def test_the_way_back():
    there, back = layers.Normalization(), layers.Normalization(invert=True)
    for layer in (there, back):
        layer.adapt(X)
    close(back(there(X)), X, 1e-4)


def test_one_number_a_row():
    """As in a regression on one column: axis=None, then a batch of single values."""
    x = X[:, 0, 0]
    ours, theirs = layers.Normalization(axis=None), keras.layers.Normalization(axis=None)
    ours.adapt(x)
    theirs.adapt(x)
    close(ours(x), theirs(x))


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of Keras's own
def test_a_layer_that_adapted_travels_in_a_file(tmp_path):
    model = saccade.Sequential([saccade.Input((4, 3)), layers.Normalization(), layers.Flatten()])
    model.layers[0].adapt(X)
    model.save(tmp_path / "m.keras")
    for load in (saccade.models.load_model, keras.models.load_model):
        again = load(tmp_path / "m.keras")
        close(again(torch.tensor(X)), model(torch.tensor(X)))
    again.save(tmp_path / "keras.keras")
    back = saccade.models.load_model(tmp_path / "keras.keras")
    close(back(torch.tensor(X)), model(torch.tensor(X)))
    assert [w.dtype for w in back.weights] == [torch.float32, torch.float32, torch.int32]


def test_training_leaves_it_alone():
    model = saccade.Sequential([layers.Normalization(), layers.Flatten(), layers.Dense(1)])
    model.layers[0].adapt(X)
    before = model.layers[0].get_weights()
    model.compile("sgd", "mse")
    model.fit(X, np.ones(len(X)), verbose=0)
    for one, other in zip(model.layers[0].get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.layers[0].trainable_weights == []


@pytest.mark.parametrize(("make", "text"), [
    (lambda: layers.Normalization(mean=1.0), "give both mean and variance"),
    (lambda: layers.Normalization(mean=[1.0], variance=[1.0, 2.0]), "must have one shape"),
    (lambda: layers.Normalization(mean=[[1.0]], variance=[[1.0]]), "must have one shape"),
    (lambda: layers.Normalization(mean=[1.0, 2], variance=[1.0, 2])(X), "must have shape (3,)"),
    (lambda: layers.Normalization(axis=3)(X), "input must have the axes (3,)"),
    (lambda: layers.Normalization().build_on((None, None)), "must be known"),
    (lambda: layers.Normalization().adapt([]), "at least one value"),
    (lambda: layers.Normalization().adapt(3), "an array or batches of them"),
    (lambda: layers.Normalization().adapt([1.0, 2.0]), "an array or batches of them, got float"),
    (lambda: layers.Normalization().adapt([X, X[..., :2]]), "arrays that fit"),
    (lambda: layers.Normalization(mean=0.0, variance=1.0).adapt(X), "nothing to do"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_what_cannot_work(make, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        make()
    assert text in str(caught.value)


def test_mean_and_variance_that_are_given_are_both_kept():
    layer = layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])
    assert (layer.input_mean, layer.input_variance) == ([1.0, 2.0], [4.0, 9.0])
    assert layer.get_config()["variance"] == [4.0, 9.0]
    plain = layers.Normalization()
    assert (plain.input_mean, plain.input_variance) == (None, None)
