"""Whatever runs a network at rest runs it folded, with the numbers that the layers give."""

import numpy as np
import pytest
import torch

from saccade import layers, metrics, regularizers
from saccade.data.sources.array_source import ArraySource
from saccade.engines.folded_network import FoldedNetwork
from saccade.losses import MeanSquaredError
from saccade.models import Model, Sequential
from saccade.models.graph_holder import MANY_IMAGES
from saccade.recipe.scores import judge
from saccade.utils import set_random_seed

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(MANY_IMAGES + 8, 9, 7, 3).astype(np.float32)
Y = RANDOM.randint(0, 3, len(X))


@pytest.fixture
def folded(monkeypatch):
    calls = []
    original = FoldedNetwork.__call__

    def call(self, x):
        calls.append(len(x))
        return original(self, x)

    monkeypatch.setattr(FoldedNetwork, "__call__", call)
    return calls


def network(*more, **options):
    set_random_seed(3)
    model = Sequential(
        [
            layers.Input((9, 7, 3)),
            layers.Conv2D(8, 3, use_bias=False, **options),
            layers.BatchNormalization(),
            layers.ReLU(),
            *more,
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def by_layers(model, x, y):
    """What `evaluate` gives batch by batch, too few images for folding."""
    parts = [model.evaluate(x[n : n + 8], y[n : n + 8], verbose=0) for n in range(0, len(x), 8)]
    return np.mean(parts, axis=0)


def test_evaluate(folded):
    model = network()
    needed = by_layers(model, X, Y)
    assert not folded
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), needed, rtol=1e-5)
    assert sum(folded) == len(X)


def test_probabilities_that_are_nearly_zero_have_their_loss(folded):
    """It comes from the logits, which the softmax of a folded network notes as any other does."""
    model = network()
    model.layers[-1].bias.assign([0.0, 60.0, -60.0])
    losses = model.evaluate(X, np.full(len(X), 2), verbose=0)
    assert folded
    np.testing.assert_allclose(losses[0], 120, atol=1)


def test_validation(folded):
    model = network()
    history = model.fit(X, Y, validation_data=(X, Y), epochs=2, verbose=0).history
    assert sum(folded) == 2 * len(X)
    np.testing.assert_allclose(history["val_loss"][-1], by_layers(model, X, Y)[0], rtol=1e-5)


def test_validation_steps_count(folded):
    model = network()
    model.fit(X, Y, validation_data=(X, Y), validation_steps=1, validation_batch_size=8, verbose=0)
    assert not folded
    model.fit(X, Y, validation_data=(X, Y), validation_steps=4, validation_batch_size=10, verbose=0)
    assert sum(folded) == 40


def test_scores_of_a_run(folded):
    model = network()
    source = ArraySource(X, Y, batch_size=16)
    scores = judge(model, source, ["a", "b", "c"])
    assert sum(folded) == len(X)
    np.testing.assert_allclose([scores.loss, scores.accuracy], by_layers(model, X, Y), rtol=1e-5)


class Adding(layers.Layer):
    def call(self, x):
        self.add_loss(x.mean())
        return x


class Watching(layers.Layer):
    seen = 0

    def call(self, x):
        type(self).seen += 1
        return x


@pytest.mark.parametrize(
    "model",
    [
        lambda: network(Adding()),
        lambda: network(layers.ActivityRegularization(l2=1.0)),
        lambda: network(activity_regularizer=regularizers.L2(1.0)),
    ],
)
def test_losses_of_layers_are_seen(folded, model):
    model = model()
    needed = by_layers(model, X, Y)
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), needed, rtol=1e-4)
    assert needed[0] > network().evaluate(X, Y, verbose=0)[0] + 1e-4


def test_what_is_not_plain_is_run_as_it_is(folded):
    model = network(Watching())
    Watching.seen = 0
    model.evaluate(X, Y, verbose=0)
    assert Watching.seen == 2
    model = network()
    model.run_eagerly = True
    model.evaluate(X, Y, verbose=0)
    model = network()
    seen = []
    model.layers[0].register_forward_hook(lambda *given: seen.append(1))
    model.evaluate(X, Y, verbose=0)
    assert len(seen) == 2

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.inner = network()

        def call(self, x):
            return self.inner(x)

    own = Own()
    own.compile("sgd", "sparse_categorical_crossentropy", metrics=[metrics.Mean()])
    own.compile("sgd", MeanSquaredError())
    own.evaluate(X, np.ones((len(X), 3)), verbose=0)
    assert not folded


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e38])
def test_what_is_not_finite_comes_out_as_layers_give_it(bad):
    """Folded, ReLU made zero of NaN: an image without sense was predicted as if it had one."""
    model, x = network(), X.copy()
    x[3, 2, 2] = bad
    with torch.no_grad():
        needed = model(torch.tensor(x), training=False).numpy()
    np.testing.assert_allclose(model.predict(x, verbose=0), needed, atol=1e-6)
    assert np.isnan(needed[3]).all() or bad == 1e38


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_weights_that_are_not_finite_are_no_secret(bad, place):
    model = network()
    weight = model.weights[place]
    weight.assign(np.full(weight.shape, bad, np.float32))
    with torch.no_grad():
        needed = model(torch.tensor(X), training=False).numpy()
    np.testing.assert_allclose(model.predict(X, verbose=0), needed, atol=1e-6)
