"""Seeds that a layer holds: variables of it that are no weights, left alone by what tries zeros."""

import copy

import numpy as np
import pytest
import torch

from saccade import Input, Model, random
from saccade.layers import Dense, Layer
from saccade.numerics.machine.random_streams import put, state_of, streams_of


class Noise(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = random.SeedGenerator(seed=1337)

    def call(self, x):
        return x + random.normal(x.shape, seed=self.seed_generator)


class Noises(Layer):
    def __init__(self):
        super().__init__()
        self.dense = Dense(3)
        self.seeds = [random.SeedGenerator(1)]
        self.seeds.append(random.SeedGenerator(10))
        self.named = {"inner": Noise()}

    def call(self, x):
        for seed in self.seeds:
            x = x + random.uniform(x.shape, seed=seed)
        return self.named["inner"](self.dense(x))


def test_the_state_is_a_variable_and_no_weight():
    layer = Noise()
    assert layer.variables == [layer.seed_generator.state]
    assert layer.weights == layer.get_weights() == layer.trainable_variables == []
    layer(np.ones((3, 4)))
    np.testing.assert_array_equal(layer.variables[0].numpy(), [1337, 1])
    assert layer.non_trainable_variables == layer.variables


def test_seeds_in_lists_and_inner_layers_are_found():
    layer = Noises()
    layer(np.ones((2, 3)))
    assert len(layer.weights) == 2
    told = [one.numpy().tolist() for one in layer.variables[2:]]
    assert told == [[1, 1], [10, 1], [1337, 1]]
    assert len(streams_of(layer.modules())) == 3


def test_symbols_draw_nothing():
    layer = Noise()
    model = Model(x := Input((3,)), layer(x))
    assert layer.seed_generator.state.tolist() == [1337, 0]
    assert len(model.variables) == 1


def test_a_copy_has_a_state_of_its_own():
    layer = Noise()
    twin = copy.deepcopy(layer)
    first = layer(np.zeros((2, 3)))
    assert twin.seed_generator.state.tolist() == [1337, 0]
    np.testing.assert_array_equal(twin(np.zeros((2, 3))), first)


def test_a_stateless_call_takes_and_gives_the_state():
    layer = Noise()
    expected = layer(np.zeros((2, 3)))
    layer.built = True
    out, after = layer.stateless_call([], [torch.tensor([1337, 0])], np.zeros((2, 3)))
    np.testing.assert_array_equal(out, expected)
    assert after[0].tolist() == [1337, 1]
    assert layer.seed_generator.state.tolist() == [1337, 1]


def test_a_state_is_put_back():
    seed = random.SeedGenerator(5)
    kept = state_of(seed)
    first = random.normal((4,), seed=seed)
    put(seed, kept)
    np.testing.assert_array_equal(random.normal((4,), seed=seed), first)


def test_it_is_in_the_config_by_its_seed():
    twin = random.SeedGenerator.from_config(random.SeedGenerator(7, name="mine").get_config())
    assert (twin.state.tolist(), twin.name) == ([7, 0], "mine")
    with pytest.raises(ValueError, match="seed must be an integer"):
        random.SeedGenerator(-1)
