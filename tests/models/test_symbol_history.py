"""What symbols and the layers of a graph tell about one another, as scripts ask for it."""

import numpy as np
import pytest

from parity.reference import close, keras
from saccade import backend as K
from saccade.layers import Dense, Embedding, Input, InputLayer, Normalization
from saccade.models import Model, Sequential

X = np.random.default_rng(0).random((4, 3)).astype("float32")


def made(package):
    x = package.Input((3,))
    first = package.layers.Dense(2)
    return package.Model(x, package.layers.Dense(1)(first(x))), first


@pytest.fixture
def model():
    import saccade

    return made(saccade)[0]


def test_the_input_of_an_input_layer_is_what_it_gives(model):
    place = model.layers[0]
    assert place.input is place.output is model.input is place.get_input_at(0)
    assert made(keras)[0].layers[0].input == []  # Keras 3's; Keras 2 gave the tensor
    part = Model(place.input, model.layers[1].output)
    whole = K.function([place.input], [model.layers[-1].output])
    close(whole([X])[0], model(X))
    close(part(X), model.layers[1](X))
    alone = InputLayer(input_shape=(3,))
    assert alone.input is alone.output


def test_a_sequential_with_an_input_has_one_too():
    model = Sequential([Input((3,)), Dense(2)])
    assert model.layers[0].input is model.input
    assert Model(model.input, model.layers[0].output)(X).shape == (4, 2)


def test_a_symbol_knows_its_layer():
    import saccade

    mine, theirs = made(saccade), made(keras)
    for (model, first), (reference, other) in [(mine, theirs)]:
        history, expected = model.output._keras_history, reference.output._keras_history
        assert history.operation is history.layer is history[0] is model.layers[-1]
        assert tuple(history[1:]) == tuple(expected[1:])
        assert history._fields == expected._fields
        again = first(model.input)._keras_history
        assert tuple(again) == (first, 1, 0)
        assert tuple(other(reference.input)._keras_history) == (other, 1, 0)
    assert mine[0].input._keras_history.layer is mine[0].layers[0]


def test_the_mask_of_a_symbol_is_a_symbol():
    x = Input((4,), dtype="int32")
    y = Embedding(5, 3, mask_zero=True)(x)
    given = keras.Input((4,), dtype="int32")
    theirs = keras.layers.Embedding(5, 3, mask_zero=True)(given)._keras_mask
    assert (y._keras_mask.shape, y._keras_mask.dtype) == (theirs.shape, theirs.dtype)
    numbers = np.array([[1, 0, 2, 0]])
    close(Model(x, y._keras_mask)(numbers), keras.Model(given, theirs)(numbers))
    assert x._keras_mask is None


@pytest.mark.parametrize("shape", [(3,), (2, 3), ()])
@pytest.mark.parametrize("given", [(3.0, 2.0), ([3.0], [2.0])])
@pytest.mark.parametrize("invert", [False, True])
def test_one_mean_for_all_normalises_any_shape(shape, given, invert):
    x = np.ones(shape, "float32")
    mean, variance = given
    if shape == ():
        assert float(Normalization(mean=3.0, variance=2.0, axis=None)(1.0)) < 0
        return
    options = {"mean": mean, "variance": variance, "invert": invert}
    close(Normalization(**options)(x), keras.layers.Normalization(**options)(x))
