"""The shapes that a user's own layer is given, of the very types that Keras gives."""

from types import SimpleNamespace

import numpy as np
import pytest

from parity.reference import keras
from saccade import layers, models, tree

X = np.ones((2, 4), np.float32)
SACCADE = SimpleNamespace(
    layers=layers, tree=tree, Input=layers.Input, Model=models.Model, Sequential=models.Sequential
)


def kinds(value):
    """A nest of shapes as the names of its types."""
    if isinstance(value, dict):
        return {key: kinds(one) for key, one in value.items()}
    parts = [kinds(one) for one in value if isinstance(one, (list, tuple))]
    return type(value).__name__, parts


def probe(library, nest):
    """What `build` and `compute_output_shape` saw, and the model's own shapes."""
    seen = {}

    class Probe(library.layers.Layer):
        def build(self, input_shape):
            seen["build"] = kinds(input_shape)

        def call(self, inputs):
            return inputs if hasattr(inputs, "dtype") else library.tree.flatten(inputs)[0]

        def compute_output_shape(self, input_shape):
            seen["compute_output_shape"] = kinds(input_shape)
            one = input_shape.get("a") if isinstance(input_shape, dict) else input_shape
            return one if not isinstance(one[0], (list, tuple)) else one[0]

    inputs = {"a": library.Input((4,), name="a"), "b": library.Input((4,), name="b")}
    outputs = Probe()(nest(inputs["a"], inputs["b"]))
    model = library.Model(list(inputs.values()), [outputs, inputs["b"] + 1.0])
    seen["input_shape"], seen["output_shape"] = kinds(model.input_shape), kinds(model.output_shape)
    seen["computed"] = kinds(model.compute_output_shape([(None, 4), (None, 4)]))
    dense = library.layers.Dense(2)
    library.Sequential([library.Input((4,)), dense])
    seen["dense"] = kinds(dense.compute_output_shape((None, 4)))
    arrays = nest(X, X)
    Probe()(arrays)
    seen["built on arrays"] = seen["build"]
    return seen


@pytest.mark.parametrize(
    "nest",
    [lambda a, b: a, lambda a, b: [a, b], lambda a, b: (a, b), lambda a, b: {"a": a, "b": b}],
    ids=["one", "list", "tuple", "dict"],
)
def test_shapes_are_plain_tuples_in_the_nest_of_the_inputs(nest):
    assert probe(SACCADE, nest) == probe(keras, nest)
