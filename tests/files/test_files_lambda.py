"""Functions in files: lambdas are written as Keras writes them, and run only where somebody asks;
what `custom_objects` has under a word is found by that word."""

from __future__ import annotations

import json
import zipfile

import h5py
import numpy as np
import pytest
import torch

import saccade
from parity.reference import close, keras, normal
from saccade import Input, config, lambda_code, layers
from saccade.callbacks import ModelCheckpoint
from saccade.custom_objects import CustomObjectScope, get_custom_objects
from saccade.errors import FileFormatError, UnknownName
from saccade.layers import Activation, Dense, Lambda
from saccade.models import Sequential, clone_model, load_model, model_from_json
from saccade.saving import deserialize_keras_object, serialize_keras_object
from saccade.script_door import open_script_door

X = normal((5, 3), 1)
SCALE = 3.0
pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def layers_of(module, by=2.5):
    return [
        module.Input((3,)),
        module.layers.Lambda(lambda x: x * by, output_shape=lambda shape: shape),
        module.layers.Dense(2),
    ]


def ours(*more):
    factor = 2.5
    shift, rate = torch.tensor([1.0, 2.0, 3.0]), np.array([0.5, 2.0])
    model = Sequential(
        [
            Input((3,)),
            Lambda(lambda x, by=2.0: x * (by * factor * SCALE * rate.max()) + shift),
            Dense(2, activation=lambda x: x * x),
            *more,
        ]
    )
    model.compile("sgd", loss=lambda y, p: (y - p) ** 2, metrics=[lambda y, p: abs(y - p)])
    return model


@pytest.fixture
def script(monkeypatch):
    """The names of the script, which code out of its files finds."""
    monkeypatch.setattr("__main__.SCALE", SCALE, raising=False)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_model_with_lambdas_is_saved_and_read_where_it_is_trusted(ending, script, tmp_path):
    path = tmp_path / f"m.{ending}"
    model = ours()
    model.fit(X, X[:, :2], verbose=0, callbacks=[ModelCheckpoint(path, monitor="loss")])
    want = model.predict(X, verbose=0)
    with pytest.raises(FileFormatError, match=r"arbitrary code execution.*safe_mode=False"):
        load_model(path)
    read = load_model(path, safe_mode=False)
    close(read.predict(X, verbose=0), want)
    read.fit(X, X[:, :2], verbose=0)
    close(clone_model(model)(X).shape, (5, 2))
    with pytest.raises(FileFormatError, match="arbitrary code execution"):
        model_from_json(model.to_json())


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_keras_reads_ours_and_writes_the_same_record(ending, tmp_path):
    model = Sequential(layers_of(saccade))
    theirs = keras.Sequential(layers_of(keras))
    theirs.set_weights(model.get_weights())
    mine, other = tmp_path / f"mine.{ending}", tmp_path / f"theirs.{ending}"
    model.save(mine)
    theirs.save(other)
    want = theirs(X)
    close(keras.models.load_model(mine, safe_mode=False)(X), want)
    close(load_model(other, safe_mode=False)(X), want)
    written = [record_in(path)["config"]["layers"][1]["config"] for path in (mine, other)]
    for word in ("function", "output_shape", "arguments"):
        assert written[0][word] == written[1][word]


def record_in(path):
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            return json.loads(file.attrs["model_config"])
    return json.loads(zipfile.ZipFile(path).read("config.json"))


def test_a_lambda_of_keras_2(tmp_path):
    path = tmp_path / "m.h5"
    Sequential([Input((3,)), Lambda(lambda x: x)]).save(path)
    function = (lambda by: lambda x, plus=1.0: x * by + plus)(2.0)
    code = list(lambda_code.named_record(function)["config"].values())
    with h5py.File(path, "a") as file:
        record = json.loads(file.attrs["model_config"])
        old = record["config"]["layers"][1]["config"]
        old |= {
            "function": code, "function_type": "lambda", "module": "__main__", "mask": None,
            "output_shape": None, "output_shape_type": "raw", "output_shape_module": None,
        }  # fmt: skip
        file.attrs["model_config"] = json.dumps(record)
        file.attrs["keras_version"] = b"2.4.0"
    with pytest.raises(FileFormatError, match="arbitrary code execution"):
        load_model(path)
    close(load_model(path, safe_mode=False)(X), X * 2 + 1)


def test_an_activation_as_keras_writes_it_and_cannot_read_it(tmp_path):
    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    theirs.layers[0].activation = lambda x: x * 2
    with pytest.warns(UserWarning, match="lambda"):
        theirs.save(tmp_path / "m.keras")
    with pytest.raises(FileFormatError, match="arbitrary code execution"):
        load_model(tmp_path / "m.keras")
    close(load_model(tmp_path / "m.keras", safe_mode=False)(X), theirs(X))


def test_records_of_one_layer_and_a_process_that_trusts_its_files(monkeypatch):
    monkeypatch.setattr(lambda_code, "_trusts_files", False)
    for layer in (Activation(lambda x: x + 2), Lambda(lambda x: x + 2)):
        record = json.loads(json.dumps(serialize_keras_object(layer)))
        with pytest.raises(ValueError, match="arbitrary code execution"):
            deserialize_keras_object(record)
        close(deserialize_keras_object(record, safe_mode=False)(X), X + 2)
        config.enable_unsafe_deserialization()
        close(deserialize_keras_object(record)(X), X + 2)
        monkeypatch.setattr(lambda_code, "_trusts_files", False)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".model", ""])
def test_a_script_of_keras_2_reads_the_file_that_it_has_just_written(ending, tmp_path):
    """Any name but one that ends in .keras: to Keras 2 all of them were HDF5, or a SavedModel."""
    path = tmp_path / f"m{ending}"
    factor = 2.0
    model = Sequential([Input((3,)), Lambda(lambda x: x * factor), Activation(lambda x: x + 1)])
    open_script_door()
    try:
        model.save(path)
        open_script_door(False)
        with pytest.raises(FileFormatError, match="arbitrary code execution"):
            load_model(path)
        open_script_door()
        if ending == ".keras":
            with pytest.raises(FileFormatError, match="arbitrary code execution"):
                load_model(path)
            return
        read = load_model(path)
        assert [one.function for one in read.layers[:1]] == [model.layers[0].function]
        close(read(X), X * 2 + 1)
        lambda_code._written_here.clear()  # another process
        with pytest.raises(FileFormatError, match="arbitrary code execution"):
            load_model(path)
    finally:
        open_script_door(False)


@pytest.mark.parametrize("foreign", ["code", "defaults", "closure"])
def test_of_a_foreign_file_with_a_lambda_like_one_of_ours_nothing_is_run(foreign, tmp_path):
    """A file that somebody exchanged for the one that this process wrote, under its name."""
    ran = []
    factor, path = 2.0, tmp_path / "m.h5"
    Sequential([Input((3,)), Lambda(lambda x, by=3.0: x * factor * by)]).save(path)
    with h5py.File(path, "r+") as file:
        model = json.loads(file.attrs["model_config"])
        part = model["config"]["layers"][1]["config"]["function"]["config"]
        if foreign == "code":
            part["code"] = lambda_code.named_record(lambda x: ran.append(x))["config"]["code"]
        else:
            part[foreign] = [4.0]
        file.attrs["model_config"] = json.dumps(model).encode()
    open_script_door()
    try:
        with pytest.raises(FileFormatError, match="arbitrary code execution"):
            load_model(path)
    finally:
        open_script_door(False)
    assert not ran


def test_layers_have_both_functions_too():
    record = layers.serialize(layers.Dense(3, name="mine"))
    assert type(layers.deserialize(record)) is Dense


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("layer", [Activation, lambda word: Dense(2, activation=word)])
@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("word", ["doubling", "doubling_layer", "twice"])
def test_a_word_of_the_custom_objects_is_what_is_written(tmp_path, ending, layer, word, scoped):
    def twice(x):
        return x * 2

    own = {word: Activation(twice) if word == "doubling_layer" else twice}
    path, scope = tmp_path / f"m.{ending}", CustomObjectScope(own if scoped else {})
    if not scoped:
        get_custom_objects().update(own)
    with scope:
        model = Sequential([Input((3,)), layer(word)])
        model.save(path)
        read = load_model(path)
    get_custom_objects().pop(word, None)
    close(read.predict(X, verbose=0), model.predict(X, verbose=0))
    with pytest.raises(UnknownName, match=word):
        load_model(path)
    load_model(path, custom_objects=own)
