"""Layers that give their weights other values while they are called: gradients are of the old."""

import numpy as np
import pytest
import torch

from saccade import Input, Model
from saccade.layers import Dense, Layer
from saccade.script_door import open_script_door


class Spectral(Layer):
    """Divides its matrix by its largest singular value, found a step further at every call."""

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 3), name="w")
        self.u = self.add_weight(shape=(1, 3), initializer="ones", trainable=False, name="u")

    def call(self, x):
        u = self.read()
        v = u @ self.w.T
        further = v @ self.w
        sigma = (further * further).sum()
        self.u.assign((further / sigma).detach())
        return x @ (self.w / sigma)

    def read(self):
        return self.u


class Copying(Spectral):
    def read(self):
        return self.u.detach().clone()


@pytest.mark.parametrize("calls", [1, 3])
def test_the_gradient_is_that_of_the_values_that_were_read(calls):
    slopes = []
    for kind in (Spectral, Copying):
        layer = kind()
        layer.build((None, 4))
        layer.w.assign(np.arange(12).reshape(4, 3) / 7)
        total = sum(layer(np.full((2, 4), 1.0 + one)).sum() for one in range(calls))
        total.backward()
        slopes.append(layer.w.grad.numpy())
    np.testing.assert_allclose(slopes[0], slopes[1], rtol=1e-6)
    assert np.abs(slopes[0]).max() > 0


def test_who_updates_a_dict_pays_nothing():
    class Described(Layer):
        def get_config(self):
            config = super().get_config()
            config.update(a=1)
            return config

    assert not Described._assigns
    assert Spectral._assigns
    assert Copying._assigns  # it inherits the call


def test_fit_trains_through_it():
    a, b = Input((4,)), Input((4,))
    layer = Spectral()
    model = Model([a, b], layer(a) + layer(b))
    model.compile("sgd", "mse")
    before = layer.u.numpy()
    x = np.random.RandomState(0).random((8, 4))
    losses = model.fit([x, x], np.ones((8, 3)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert not np.allclose(layer.u.numpy(), before)


class Adds(Layer):
    def call(self, inputs):
        self.add_loss((inputs[0] - inputs[1]).square().mean())
        return inputs[0]


def test_a_loss_that_a_layer_added_in_another_model_is_not_this_ones():
    x = Input((4,))
    h = Dense(4)(x)
    a, b = Adds()([x, h]), Adds()([h, x])
    one, both = Model(x, a), Model(x, [a, b])
    for model in (one, both):
        model.compile("sgd", "mse")
    data = np.random.RandomState(0).random((8, 4)).astype("float32")
    for _ in range(2):
        one.train_on_batch(data, data)
        added = float((torch.tensor(data) - h.node.layer(data)).square().mean().detach())
        both.evaluate(data, [data, data], verbose=0)
        assert len(both.losses) == 2
        assert float(both.losses[0].detach()) == pytest.approx(added)
        both.train_on_batch(data, [data, data])


def test_a_layer_is_renamed_as_in_tf_keras_2():
    layer = Dense(1, name="one")
    open_script_door()
    try:
        layer._name += "_more"
    finally:
        open_script_door(False)
    assert layer.name == layer._name == "one_more"
    layer._name = 5  # in Keras 3 it is the user's
    assert (layer.name, layer._name) == ("one_more", 5)


class Counting(Layer):
    def __init__(self):
        super().__init__()
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x):
        self.calls.assign_add(1.0)
        return x


class Holding(Layer):
    def __init__(self):
        super().__init__()
        self.inner = Counting()

    def call(self, x):
        return self.inner(x) * 2


@pytest.mark.parametrize("cls", [Counting, Holding])
def test_a_call_on_symbols_assigns_nothing(cls):
    layer, inputs = cls(), Input((3,))
    model = Model(inputs, Dense(1)(layer(inputs)))
    assert float(layer.weights[0].numpy()) == 0.0
    model(np.zeros((2, 3), "float32"))
    assert float(layer.weights[0].numpy()) == 1.0
