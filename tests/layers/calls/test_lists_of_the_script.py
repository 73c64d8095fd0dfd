"""Lists that a script goes on appending to after it gave them to a call or a model."""

import numpy as np

from saccade import Input, Model, Sequential
from saccade.layers import Dense, Layer, concatenate


class Both(Layer):
    def call(self, pair):
        return [pair[0], pair[1]]


def test_a_call_keeps_the_list_as_it_was():
    """DenseNet as it is often written: one list for all that came before."""
    first = Input((2,))
    before, x = [first], first
    for _ in range(3):
        before.append(x)
        x = concatenate(before)
    assert Model(first, x).predict(np.ones((1, 2)), verbose=0).shape == (1, x.shape[-1]) == (1, 16)


def test_what_a_call_gave_may_be_changed():
    x = Input((2,))
    one, other = Dense(3)(x), Dense(4)(x)
    pair = Both()([one, one])
    model = Model(x, list(pair))
    pair[0] = other
    pair.append(other)
    assert [found.shape for found in model(np.ones((1, 2)))] == [(1, 3), (1, 3)]


def test_a_model_keeps_its_outputs():
    x = Input((2,))
    one, other = Dense(3)(x), Dense(4)(x)
    named, listed, layers = {"one": one}, [one, one], [Dense(2)]
    models = Model(x, named), Model(x, listed)
    named["other"] = other
    listed.append(other)
    assert [len(model(np.ones((1, 2)))) for model in models] == [1, 2]
    stack = Sequential(layers)
    layers.append(Dense(5))
    assert stack(np.ones((1, 2))).shape == (1, 2)
