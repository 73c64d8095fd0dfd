"""Methods of the user's under names that torch's modules have: in Keras each is the user's."""

import copy
import pickle

import numpy as np
import pytest
import torch

from saccade import layers, models
from saccade.saving import register_keras_serializable

NAMES = sorted(
    name
    for name in dir(torch.nn.Module)
    if not name.startswith("__") and callable(getattr(torch.nn.Module, name))
)
X = np.random.default_rng(0).random((8, 3)).astype("float32")
Y = X[:, :2]


def mine(name):
    def method(self, *args, **kwargs):
        return "mine", name, args

    return method


METHODS = {name: mine(name) for name in NAMES}


class PlainLayer(layers.Layer):
    def build(self, input_shape):
        self.inner = layers.Dense(2, kernel_initializer="ones")
        self.scale = self.add_weight(shape=(2,), initializer="ones", name="scale")

    def call(self, x):
        return self.inner(x) * self.scale


class PlainModel(models.Model):
    def __init__(self, **options):
        super().__init__(**options)
        self.first = layers.Dense(4, kernel_initializer="ones")
        self.last = layers.Dense(2, kernel_initializer="ones")

    def call(self, x):
        return self.last(self.first(x))


OF_MODELS = {name: one for name, one in METHODS.items() if name != "compile"}  # Keras's


@register_keras_serializable("own")
class OwnLayer(PlainLayer):
    locals().update(METHODS)


@register_keras_serializable("own")
class OwnModel(PlainModel):
    locals().update(OF_MODELS)


def around(layer):
    return models.Sequential([layers.Input((3,)), layer])


def trained(model):
    model.compile("sgd", "mse")
    model.fit(X, Y, shuffle=False, epochs=2, verbose=0)
    return model.predict(X, verbose=0), model.get_weights()


@pytest.mark.parametrize(("plain", "own"), [(PlainLayer, OwnLayer), (PlainModel, OwnModel)])
def test_each_is_the_user_s_and_nothing_else_changes(plain, own, tmp_path):
    is_model = plain is PlainModel
    one, other = plain(), own()
    for expected, found in zip(
        trained(one if is_model else around(one)),
        trained(model := other if is_model else around(other)),
        strict=True,
    ):
        for a, b in zip(expected, found, strict=True):
            np.testing.assert_array_equal(a, b)
    for name in OF_MODELS if is_model else METHODS:
        assert getattr(other, name)(1, 2) == ("mine", name, (1, 2)), name
    model.save(tmp_path / "model.keras")
    for again in (
        models.load_model(tmp_path / "model.keras"),
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
    ):
        np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    other.trainable = False
    assert other.trainable_weights == []
    model.summary(print_fn=lambda line: None)


def test_forward_beside_call_is_a_method_like_any_other():
    class Net(models.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2, kernel_initializer="ones")

        def forward(self, x, times):
            return self.dense(x) * times

        def call(self, x):
            return self.forward(x, 3.0)

    class Twice(layers.Dense):
        def forward(self, x):
            return 2 * self(x)

    net = Net()
    np.testing.assert_allclose(net(X).detach(), net.forward(X, 3.0).detach())
    net.compile("sgd", "mse")
    net.fit(X, Y, verbose=0)
    twice = Twice(2)
    np.testing.assert_allclose(twice.forward(X).detach(), 2 * twice(X).detach())
    assert around(twice).predict(X, verbose=0).shape == (8, 2)


def test_forward_without_call_is_written_as_torch_s_modules_are():
    class Double(layers.Layer):
        def forward(self, x):
            return 2 * x

    assert Double()(torch.ones(2)).tolist() == [2.0, 2.0]
