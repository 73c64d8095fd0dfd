"""predict() of many images melts the layers together; the numbers are those of the layers."""

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from saccade import layers
from saccade.models import Model, Sequential
from saccade.models.graph_holder import MANY_IMAGES
from saccade.training.fast_network import FastNetwork

X = np.random.RandomState(0).rand(MANY_IMAGES, 9, 7, 3).astype(np.float32)


def network():
    x = given = layers.Input((None, None, 3))
    x = start = layers.Conv2D(4, 3, padding="same", strides=2, activation="relu")(x)
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same", dilation_rate=2)(x))
    x = layers.Dropout(0.5)(layers.ReLU()(layers.Add()([x, start])))
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.DepthwiseConv2D(3, use_bias=False)(x)))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 1, groups=2)(x))
    model = Sequential([Model(given, x), layers.Dense(3, activation="softmax")])
    model.build((None, None, None, 3))
    stream = np.random.RandomState(1)
    for weight in model.weights:
        weight.assign(stream.rand(*weight.shape) - (0.0 if "variance" in weight.name else 0.4))
    return model


@pytest.fixture
def melted(monkeypatch):
    calls = []
    original = FastNetwork.__call__

    def call(self, x):
        calls.append(len(x))
        return original(self, x)

    monkeypatch.setattr(FastNetwork, "__call__", call)
    return calls


def plain(model, x):
    with torch.no_grad():
        return model(torch.tensor(x), training=False).numpy()


def test_the_numbers_are_those_of_the_layers(melted):
    model = network()
    np.testing.assert_allclose(model.predict(X, verbose=0), plain(model, X), atol=1e-6)
    assert melted == [32] * (MANY_IMAGES // 32)
    assert plain(model, X).std() > 0.01
    larger = np.random.RandomState(2).rand(MANY_IMAGES, 12, 12, 3).astype(np.float32)
    np.testing.assert_allclose(model.predict(larger, verbose=0), plain(model, larger), atol=1e-6)


def test_few_images_go_through_the_layers(melted):
    model = network()
    model.predict(X[: MANY_IMAGES - 1], verbose=0)
    assert not melted


def test_weights_that_change_are_seen(melted):
    model = network()
    before = model.predict(X, verbose=0)
    model.layers[0].layers[1].kernel.assign(np.ones((3, 3, 3, 4)))
    after = model.predict(X, verbose=0)
    assert np.abs(after - before).max() > 1e-3
    np.testing.assert_allclose(after, plain(model, X), atol=1e-6)
    model.add(layers.Activation("relu"))
    np.testing.assert_array_equal(model.predict(X, verbose=0), after)


def test_several_threads_may_predict_images_of_several_sizes():
    model = network()
    sizes = [(9, 7), (16, 16), (8, 30), (11, 11)] * 3
    sets = [
        np.random.RandomState(n).rand(MANY_IMAGES, *size, 3).astype("f")
        for n, size in enumerate(sizes)
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: model.predict(x, verbose=0), sets))
    for y, x in zip(found, sets, strict=True):
        np.testing.assert_allclose(y, plain(model, x), atol=1e-6)


def test_copies_and_other_models_are_left_as_they_are(melted):
    model = network()
    model.predict(X, verbose=0)
    twin = copy.deepcopy(model)
    np.testing.assert_allclose(twin.predict(X, verbose=0), plain(model, X), atol=1e-6)
    del melted[:]

    class Own(Sequential):
        def call(self, x):
            return super().call(x) * 2

    own = Own(model.layers)
    np.testing.assert_allclose(own.predict(X, verbose=0), 2 * plain(model, X), atol=1e-6)
    hooked = network()
    seen = []
    hooked.layers[0].layers[1].register_forward_hook(lambda *given: seen.append(1))
    hooked.predict(X, verbose=0)
    assert seen
    given = layers.Input((9, 7, 3))
    listed = Model(given, [layers.Flatten()(given)])
    assert isinstance(listed.predict(X, verbose=0), list)
    with pytest.raises(ValueError, match="must be"):
        model.predict(np.zeros((MANY_IMAGES, 9, 7, 4), np.float32), verbose=0)
