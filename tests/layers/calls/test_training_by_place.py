"""`training` given by its place, as tf.keras 2's `model(x, True)` and `self.block(x, training)`."""

import numpy as np
import pytest
import torch

from saccade import Input, Model, Sequential
from saccade.layers import BatchNormalization, Dropout, Layer

X = np.ones((8, 10), np.float32)


class Block(Layer):
    def __init__(self):
        super().__init__()
        self.drop = Dropout(0.5)

    def call(self, x, training=None, scale=1.0):
        return self.drop(x, training) * scale


class Blocks(Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, training)


def graph():
    x = Input((10,))
    return Model(x, Dropout(0.5)(x))


def drops(model, *given, **named):
    return bool((model(X, *given, **named) == 0).any())


@pytest.mark.parametrize("make", [graph, Blocks, Block, lambda: Sequential([Dropout(0.5)])])
def test_it_is_what_it_is_by_name(make):
    model = make()
    for yes in (True, 1, np.True_, torch.tensor(True)):
        assert drops(model, yes)
    for no in (False, 0, None):
        assert not drops(model, no)
    assert drops(model, training=True)


def test_a_part_gets_it_by_place_where_the_model_is_trained():
    model = Blocks()
    assert drops(model, training=True)
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    assert not drops(model)


def test_what_comes_after_it_stays_in_its_place():
    np.testing.assert_array_equal(Block()(X, False, 3.0), 3 * X)


def test_a_mask_behind_it_is_one():
    class Seen(Layer):
        def call(self, x, mask=None):
            return x if mask is None else x * 0

    x = Input((10, 2))
    model = Model(x, Seen()(x))
    images = np.ones((2, 10, 2), np.float32)
    assert model(images, False, torch.ones(2, 10, dtype=torch.bool)).sum() == 0
    assert model(images, False).sum() == 40


def test_statistics_move():
    model = Sequential([BatchNormalization()])
    model(np.full((4, 2), 5.0), True)
    assert model.layers[0].moving_mean.numpy() == pytest.approx(0.05)
