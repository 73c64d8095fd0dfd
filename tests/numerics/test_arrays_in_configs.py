"""Arrays in a config, and functions of `keras.ops` in it: written, and read back."""

import json

import numpy as np
import pytest
import torch

from saccade import backend as K
from saccade import ops
from saccade.errors import FileFormatError
from saccade.layers import Dense, Input, Lambda, Layer
from saccade.models import Model, Sequential, load_model, model_from_json
from saccade.numerics.tensors.array_record import array_of, array_record
from saccade.utils import deserialize_keras_object, serialize_keras_object

X = np.random.default_rng(0).random((2, 3)).astype("float32")
MEAN, SPREAD = np.array([0.5, 1.0, 2.0]), np.array([[2.0, 4.0, 8.0]])


class Shifted(Layer):
    def __init__(self, mean, **kwargs):
        super().__init__(**kwargs)
        self.mean = mean

    def call(self, x):
        return x - ops.convert_to_tensor(self.mean, "float32")

    def get_config(self):
        return {**super().get_config(), "mean": self.mean}


def scaled(x, mean, spread):
    return (x - ops.convert_to_tensor(mean, "float32")) / ops.convert_to_tensor(spread, "float32")


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_layers_hold_arrays(tmp_path, ending, kind):
    own = {"Shifted": Shifted, "scaled": scaled}
    lambda_layer = Lambda(scaled, arguments={"mean": kind(MEAN), "spread": kind(SPREAD)})
    model = Sequential([Input((3,)), Shifted(kind(MEAN)), lambda_layer])
    model.save(tmp_path / f"model{ending}")
    loaded = load_model(tmp_path / f"model{ending}", custom_objects=own)
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
    assert type(loaded.layers[0].mean) is type(kind(MEAN))
    again = model_from_json(model.to_json(), own)
    np.testing.assert_array_equal(np.asarray(again.layers[0].mean), MEAN)


@pytest.mark.parametrize(
    "config",
    [
        {"value": ["a"], "dtype": "S1000000000"},
        {"value": [1], "dtype": "object"},
        {"value": [[1], [1, 2]], "dtype": "float32"},
        {"value": [300], "dtype": "uint8"},
        {"dtype": "float32"},
        {"value": [1.0], "dtype": "nothing"},
    ],
)
def test_a_record_of_a_stranger_holds_numbers_alone(config):
    with pytest.raises(ValueError, match="numbers"):
        array_of({"class_name": "__numpy__", "config": config})


def test_a_record_is_keras_own():
    record = array_record(np.array([[1, 2]], "int16"))
    assert record == {"class_name": "__numpy__", "config": {"value": [[1, 2]], "dtype": "int16"}}
    assert json.loads(json.dumps(record)) == record


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("function", [ops.tanh, ops.cos, K.cos, K.sigmoid, ops.erf, ops.relu])
def test_functions_of_tensors_as_activations(tmp_path, ending, function):
    x = Input((3,))
    model = Model(x, Dense(2, activation=function)(x))
    model.save(tmp_path / f"model{ending}")
    own = {function.__name__: function}
    loaded = load_model(tmp_path / f"model{ending}", custom_objects=own)
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("part", [ops, K])
def test_functions_have_names(part):
    """What is written into a file, and what a layer that notes one is called after."""
    made = {word: getattr(part, word) for word in part.__all__}
    unnamed = [word for word, one in made.items() if getattr(one, "__name__", "") == "<lambda>"]
    assert unnamed == []


@pytest.mark.parametrize("value", [b"hello", slice(None, 20, 1), slice(1, -1), ..., {"a": [...]}])
def test_bytes_slices_and_dots_come_back(value):
    record = json.loads(json.dumps(serialize_keras_object(value)))
    assert deserialize_keras_object(record) == value
    assert serialize_keras_object(deserialize_keras_object(record)) == record


def test_they_are_written_as_keras_writes_them():
    written = {"class_name": "__bytes__", "config": {"value": "hello"}}
    assert serialize_keras_object(b"hello") == written
    ends = {"start": None, "stop": array_record(np.array([0, 1])), "step": 1}
    written = {"class_name": "__slice__", "config": ends}
    assert serialize_keras_object(slice(None, np.array([0, 1]), 1)) == written
    assert serialize_keras_object(...) == {"class_name": "__ellipsis__", "config": {}}
    with pytest.raises(ValueError, match="UTF-8"):
        serialize_keras_object(b"\xff")


@pytest.mark.parametrize(
    "record",
    [
        {"class_name": "__bytes__", "config": {"value": 3}},
        {"class_name": "__bytes__"},
        {"class_name": "__slice__", "config": {"start": 1}},
        {"class_name": "__slice__", "config": [1]},
    ],
)
def test_their_records_must_be_whole(record):
    with pytest.raises(FileFormatError, match=record["class_name"]):
        deserialize_keras_object(record)
