"""What a layer's calls are called in Keras: scripts walk through a model by them."""

import gc
import weakref

import keras
import pytest

from saccade import layers, models


def graph(of):
    first, second = of.layers.Input((4,), name="first"), of.layers.Input((4,), name="second")
    shared = of.layers.Dense(4, name="shared")
    one, two = shared(first), shared(second)
    both = of.layers.Add(name="both")([one, two])
    return of.models.Model([first, second], of.layers.Dense(2, name="last")(both))


def told(node):
    return {
        "layer": node.operation.name,
        "parents": [one.operation.name for one in node.parent_nodes],
        "is_input": node.is_input,
        "in": [tuple(one.shape) for one in node.input_tensors],
        "out": [tuple(one.shape) for one in node.output_tensors],
    }


@pytest.mark.parametrize("word", ["_inbound_nodes", "_outbound_nodes"])
def test_the_calls_are_those_of_keras(word):
    class Saccade:
        layers, models = layers, models

    mine, theirs = graph(Saccade), graph(keras)
    for name in ("first", "second", "shared", "both", "last"):
        found = [told(one) for one in getattr(mine.get_layer(name), word)]
        assert found == [told(one) for one in getattr(theirs.get_layer(name), word)], name


def test_a_layer_is_put_in_between_as_answers_on_the_web_do_it():
    class Saccade:
        layers, models = layers, models

    model = graph(Saccade)
    inputs_of = {}
    for layer in model.layers:
        for node in layer._outbound_nodes:
            inputs_of.setdefault(node.outbound_layer.name, []).append(layer.name)
    assert inputs_of == {"shared": ["first", "second"], "both": ["shared"] * 2, "last": ["both"]}
    both = model.get_layer("both")
    assert [one.name for one in both.inbound_nodes[0].inbound_layers] == ["shared", "shared"]


def test_a_user_may_set_them():
    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inbound_nodes = 5

        def call(self, x):
            return x

    layer = Own()
    layer(layers.Input((2,)))
    assert layer.inbound_nodes == 5
    dense = layers.Dense(1)
    for word in ("_outbound_nodes", "outbound_nodes"):
        setattr(dense, word, [])
    layers.Dense(2)(dense(layers.Input((2,))))
    assert dense.outbound_nodes == []


def test_the_list_keeps_no_call_alive():
    x = layers.Input((2,))
    dense = layers.Dense(1)
    dense(x)
    kept = weakref.ref(dense)
    del dense
    gc.collect()
    assert kept() is None
    assert x.node.layer._outbound_nodes == []
