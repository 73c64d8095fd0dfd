"""Layers that have nothing to build say that they are built once they are made, as in Keras."""

import numpy as np
import pytest

from conformance.test_layer_conformance import EXAMPLES
from parity.reference import keras
from saccade import layers
from saccade.layers import Input, Layer, MaxPooling2D, ReLU, Reshape
from saccade.models import Sequential, load_model

NAMES = [
    name
    for name in sorted(EXAMPLES)
    if isinstance(getattr(layers, name, None), type) and hasattr(keras.layers, name)
]


@pytest.mark.parametrize("name", NAMES)
def test_built_is_what_keras_says(name):
    args = EXAMPLES[name][0]
    try:
        theirs = getattr(keras.layers, name)(**args).built
    except (TypeError, ValueError) as error:
        pytest.skip(f"Keras makes it otherwise: {error}")
    assert getattr(layers, name)(**args).built == theirs


def test_the_first_shape_is_looked_at_all_the_same():
    with pytest.raises(ValueError, match="input"):
        Reshape((7,))(np.ones((1, 3), "float32"))
    with pytest.raises(ValueError, match="input"):
        MaxPooling2D((3, 3))(np.ones((1, 2, 2), "float32"))


def test_what_a_user_builds_is_not_built_before():
    class Scaled(ReLU):
        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

    layer = Scaled()
    assert not layer.built
    assert layer(np.ones((1, 2), "float32")).shape == (1, 2)
    assert layer.built
    assert len(layer.weights) == 1


def test_a_layer_of_the_users_own_is_not_built():
    class Own(Layer):
        def call(self, x):
            return x

    assert not Own().built


def test_build_takes_shapes_that_may_be_missing():
    """`attention_mask_shape=None` gets the shape where the call brings one."""
    seen = []

    class Masked(Layer):
        def build(self, inputs_shape, attention_mask_shape=None):
            seen.append((inputs_shape, attention_mask_shape))

        def call(self, inputs, attention_mask=None):
            return inputs

    class Named(Layer):
        def build(self, input_shape, mask_shape=None):
            seen.append((input_shape, mask_shape))

        def call(self, x):
            return x

    x = np.ones((2, 3), "float32")
    Masked()(x, attention_mask=np.ones((2, 1), "float32"))
    Masked()(x)
    Named()(x)
    found = [[shape and shape[1:] for shape in pair] for pair in seen]
    assert found == [[(3,), (1,)], [(3,), None], [(3,), None]]


class Kept(Layer):
    def build(self, inputs_shape, attention_mask_shape=None):
        self.seen = (inputs_shape, attention_mask_shape)

    def call(self, inputs, attention_mask=None):
        return inputs


def test_such_a_layer_is_built_for_one_shape_and_read_from_a_file(tmp_path):
    model = Sequential([Kept()])
    model.build((None, 3))
    assert model.layers[0].seen == ((None, 3), None)
    model = Sequential([Input((3,)), Kept()])
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras", custom_objects={"Kept": Kept})
    assert [*loaded.layers[0].seen[0]] == [None, 3]


def test_shapes_of_a_layer_are_asked_by_names_of_their_own():
    class Added(Layer):
        def call(self, a, b):
            return a + b

        def compute_output_shape(self, a_shape, b_shape):
            return a_shape

    class Passing(Layer):
        def build(self, shape, extra_shape=None):
            assert tuple(shape)[1:] == (2,)

        def call(self, x, mask=None):
            return x

        def compute_output_shape(self, input_shape, mask_shape=None):
            return input_shape

    x = Input((2,))
    assert Added()(x, x).shape == Passing()(x).shape == (None, 2)
    assert Passing()(np.ones((1, 2), "float32")).shape == (1, 2)
