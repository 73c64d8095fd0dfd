"""Inputs of a graph: those that may be left out, those of a dtype of their own."""

import numpy as np
import pytest
import torch

from saccade import Input, Model
from saccade.errors import InvalidArgument
from saccade.graph import Symbol as KerasTensor
from saccade.layers import Dense, InputLayer, Layer
from saccade.models import load_model


class MayAdd(Layer):
    def call(self, x, y=None):
        return x if y is None else x + y

    def compute_output_shape(self, x_shape):
        return x_shape


@pytest.fixture
def pair():
    return Input((2,), name="one"), Input((2,), name="other", optional=True)


def test_an_optional_input_may_be_none(pair, tmp_path):
    for inputs in (list(pair), {"one": pair[0], "other": pair[1]}):
        model = Model(inputs, MayAdd()(*pair))
        for given in ([np.ones((1, 2)), None], {"one": np.ones((1, 2)), "other": None}):
            np.testing.assert_array_equal(model(given), [[1, 1]])
        np.testing.assert_array_equal(model([np.ones((1, 2)), np.ones((1, 2))]), [[2, 2]])
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras", custom_objects={"MayAdd": MayAdd})
    np.testing.assert_array_equal(loaded([np.ones((1, 2)), None]), [[1, 1]])
    flags = [one.optional for one in loaded.layers if isinstance(one, InputLayer)]
    assert flags == [False, True]


def test_training_goes_without_an_optional_input(pair):
    x, y = np.ones((4, 2)), np.ones((4, 1))
    model = Model({"one": pair[0], "other": pair[1]}, Dense(1)(MayAdd()(*pair)))
    model.compile("sgd", "mse")
    for given in ({"one": x, "other": None}, [x, None]):
        model.fit(given, y, verbose=0)
        expected = ((model(given).detach().numpy() - 1) ** 2).mean()
        assert model.evaluate(given, y, verbose=0) == pytest.approx(expected, rel=1e-5)
        np.testing.assert_allclose(model.predict(given, verbose=0), model(given).detach())


def test_any_other_input_is_needed(pair):
    model = Model(list(pair), MayAdd()(*pair))
    with pytest.raises(ValueError, match='input "one": needs an array'):
        model([None, np.ones((1, 2))])
    x = Input((3,))
    trained = Model(x, Dense(1)(x))
    trained.compile("sgd", "mse")
    with pytest.raises(ValueError, match="fit"):
        trained.fit([None], np.ones((4, 1)), verbose=0)


def test_an_input_that_is_given_a_symbol_is_that_symbol(pair):
    assert Input(tensor=pair[0], shape=(2,)) is pair[0]


def test_an_input_layer_takes_a_symbol_for_its_own():
    symbol = KerasTensor((4, 3), dtype="int32")
    layer = InputLayer(input_tensor=symbol, shape=(3,), batch_size=4, dtype="int32")
    assert layer.output is symbol
    assert (layer.batch_shape, layer.input_dtype) == ((4, 3), "int32")
    assert (layer.sparse, layer.ragged) == (False, False)
    model = Model(symbol, symbol + 1)
    assert model(np.zeros((4, 3), "int32")).tolist() == [[1, 1, 1]] * 4
    made = Input((3,))
    assert InputLayer(input_tensor=made).output is made
    assert made.node.layer is not None


@pytest.mark.parametrize(
    "options",
    [{"shape": (4,)}, {"batch_shape": (4, 4)}, {"batch_size": 5}, {"dtype": "float16"}],
    ids=str,
)
def test_what_is_given_beside_a_symbol_must_agree(options):
    with pytest.raises(InvalidArgument, match=f"{next(iter(options))} must be that of"):
        InputLayer(input_tensor=KerasTensor((4, 3)), **options)


def test_wrong_inputs():
    with pytest.raises(InvalidArgument, match="must be a symbol"):
        InputLayer(input_tensor=np.zeros((4, 3)))
    for make in (Input, InputLayer):
        with pytest.raises(InvalidArgument, match="without batch_size="):
            make(batch_shape=(4, 3), batch_size=4)


def test_operators_keep_the_dtype_of_an_input():
    halves, integers = Input((2,), dtype="float16"), Input((2,), dtype="int32")
    symbols = [
        halves + 2,
        halves * 2.5,
        integers + 2,
        integers * 2.5,
        integers / 2,
        halves + halves,
    ]
    told = [one.dtype for one in symbols]
    assert told == ["float16", "float16", "int32", "float32", "float32", "float16"]
    found = Model([halves, integers], symbols)([np.ones((2, 2)), np.ones((2, 2))])
    assert [str(one.dtype).removeprefix("torch.") for one in found] == told


def test_floats_that_are_not_whole_stay_floats_for_an_input_of_integers():
    x = Input((2,), dtype="uint8")
    model = Model(x, x + 0)
    assert model(np.array([[3.0, 200.0]])).dtype is torch.uint8
    for kept in ([0.5, 1.0], [1.0, 300.0]):
        np.testing.assert_allclose(model(np.array([kept], np.float32)), [kept])
