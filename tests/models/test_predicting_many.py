"""predict() of many images folds the layers together; the numbers are those of the layers."""

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from saccade import activations, layers, optimizers
from saccade.engines.folded_network import FoldedNetwork
from saccade.models import Model, Sequential
from saccade.models.graph_holder import MANY_IMAGES
from saccade.utils import set_random_seed

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
def folded(monkeypatch):
    calls = []
    original = FoldedNetwork.__call__

    def call(self, x):
        calls.append(len(x))
        return original(self, x)

    monkeypatch.setattr(FoldedNetwork, "__call__", call)
    return calls


def plain(model, x):
    with torch.no_grad():
        return model(torch.tensor(x), training=False).numpy()


def test_the_numbers_are_those_of_the_layers(folded):
    model = network()
    np.testing.assert_allclose(model.predict(X, verbose=0), plain(model, X), atol=1e-6)
    assert folded == [32] * (MANY_IMAGES // 32)
    assert plain(model, X).std() > 0.01
    larger = np.random.RandomState(2).rand(MANY_IMAGES, 12, 12, 3).astype(np.float32)
    np.testing.assert_allclose(model.predict(larger, verbose=0), plain(model, larger), atol=1e-6)


def test_few_images_go_through_the_layers(folded):
    model = network()
    model.predict(X[: MANY_IMAGES - 1], verbose=0)
    assert not folded


def test_weights_that_change_are_seen(folded):
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


def test_copies_and_other_models_are_left_as_they_are(folded):
    model = network()
    model.predict(X, verbose=0)
    twin = copy.deepcopy(model)
    np.testing.assert_allclose(twin.predict(X, verbose=0), plain(model, X), atol=1e-6)
    del folded[:]

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
    assert listed.predict(X, verbose=0).shape[0] == len(X)
    with pytest.raises(ValueError, match="must be"):
        model.predict(np.zeros((MANY_IMAGES, 9, 7, 4), np.float32), verbose=0)


def small(optimizer="adam", **options):
    set_random_seed(0)
    model = Sequential(
        [
            layers.Input((9, 7, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Conv2D(3, 3, use_bias=False),
            layers.BatchNormalization(momentum=0.5, **options),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    model.compile(optimizer, "mse")
    return model


OPTIMIZERS = [
    "sgd",
    "adadelta",
    "adafactor",
    "adagrad",
    "adam",
    "adamw",
    "adamax",
    "ftrl",
    "lamb",
    "lion",
    "muon",
    "nadam",
    "rmsprop",
    "schedulefreeadamw",
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_between_two_predictions_is_seen(folded, optimizer):
    made = optimizers.get(optimizer)
    made.learning_rate = 0.1
    model = small(made)
    before = model.predict(X, verbose=0)
    model.fit(X[:32], np.ones((32, 2)), epochs=2, verbose=0)
    after = model.predict(X, verbose=0)
    np.testing.assert_allclose(after, plain(model, X), atol=1e-5)
    assert np.abs(after - before).max() > 1e-4
    assert folded


def test_whatever_changes_between_two_predictions_is_seen(folded):
    def train(model):
        for _ in range(3):  # fit would give the weights their averages at its end
            model.train_on_batch(X[:32], np.ones((32, 2)))

    def renew_statistics(model):
        model(torch.tensor(X[:32]) * 5, training=True)

    def swap(model):
        model.optimizer.swap_averages()

    def write_past_torch(model):
        model.layers[1].kernel.data.mul_(-2)

    def other_activation(model):
        model.layers[0].activation = activations.linear

    def other_epsilon(model):
        model.layers[2].epsilon = 3.0

    model = small(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), center=False, scale=False)
    model.predict(X, verbose=0)
    changes = train, renew_statistics, swap, write_past_torch, other_activation, other_epsilon
    for change in changes:
        before = plain(model, X)
        change(model)
        after = plain(model, X)
        assert np.abs(after - before).max() > 1e-3, change.__name__
        found = model.predict(X, verbose=0)
        np.testing.assert_allclose(found, after, atol=1e-5, err_msg=change.__name__)
    assert folded


def test_what_is_told_to_train_is_never_at_rest(folded):
    given = layers.Input((9, 7, 3))
    x = layers.Flatten()(layers.Conv2D(2, 3)(given))
    model = Model(given, layers.Dropout(0.5)(x, training=True))
    assert len(np.unique(model.predict(np.ones_like(X), verbose=0), axis=0)) > MANY_IMAGES / 2
    inner = Model(given, layers.BatchNormalization()(layers.Conv2D(2, 3)(given)))
    outer = Model(given, inner(given, training=True))
    found = outer.predict(X, batch_size=MANY_IMAGES, verbose=0)
    np.testing.assert_allclose(found.mean((0, 1, 2)), 0, atol=1e-5)  # of the batch's statistics
    assert not folded


def test_whole_numbers_stay_whole(folded):
    given = layers.Input((9, 7, 3), dtype="uint8")
    turned = layers.Lambda(lambda x: (x + 200).float(), output_shape=(9, 7, 3))(given)
    model = Model(given, layers.Conv2D(2, 3)(turned))
    x = np.random.RandomState(3).randint(0, 256, X.shape).astype(np.uint8)
    np.testing.assert_allclose(model.predict(x, verbose=0), plain(model, x), rtol=1e-4, atol=1e-3)
    assert folded


def test_a_change_of_a_few_numbers_of_many_is_seen():
    x = np.zeros((MANY_IMAGES, 1, 1, 200), np.float32)
    x[..., 1] = 1.0
    model = Sequential([layers.Input((1, 1, 200)), layers.Conv2D(64, 1, use_bias=False)])
    model.compile(optimizers.SGD(1.0), "mse")
    before = model.predict(x, verbose=0)
    model.fit(x[:32], np.ones((32, 1, 1, 64)), verbose=0)  # moves 64 of 12,800 numbers
    after = model.predict(x, verbose=0)
    np.testing.assert_allclose(after, plain(model, x), atol=1e-6)
    assert np.abs(after - before).max() > 1e-3


def test_another_layer_in_a_model_inside_is_seen():
    set_random_seed(0)
    inner = Sequential([layers.Input((9, 7, 3)), layers.Conv2D(3, 3, padding="same")])
    given = layers.Input((9, 7, 3))
    model = Model(given, layers.Flatten()(inner(given)))
    model.predict(X, verbose=0)
    inner.pop()
    inner.add(layers.Conv2D(3, 5, padding="same"))
    inner.build((None, 9, 7, 3))
    np.testing.assert_allclose(model.predict(X, verbose=0), plain(model, X), atol=1e-5)
