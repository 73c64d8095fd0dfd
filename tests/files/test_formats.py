"""The table of formats: a line in it is all that save, load and ModelCheckpoint need."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from saccade.callbacks import ModelCheckpoint
from saccade.errors import DataError, InvalidArgument, NoSuchFile
from saccade.files import formats, keras_archive, weight_store
from saccade.layers import Dense
from saccade.models import Sequential, load_model, save_model
from saccade.predictor import Predictor


def write_model(model, path, overwrite, include_optimizer):
    arrays = [weight.numpy().tolist() for weight in model.weights]
    path.write_text(json.dumps({"shape": model.input_shape, "arrays": arrays}))


@contextmanager
def open_model(path):
    text = json.loads(path.read_text())
    layers = [{"class_name": "Dense", "config": {"units": len(text["arrays"][1])}}]
    config = {"class_name": "Sequential", "config": {"layers": layers}}
    config["build_config"] = {"input_shape": text["shape"]}

    def restore(model, compile):
        model.set_weights([np.array(array) for array in text["arrays"]])

    yield SimpleNamespace(where=str(path), config=config, extras={}, restore=restore)


def write_weights(path, model):
    (place,) = [one for one in weight_store.places(model) if one.weights]
    arrays = {f"{place.path}/vars/{n}": one.tolist() for n, one in enumerate(place.weights)}
    path.write_text(json.dumps(arrays))


@contextmanager
def open_weights(where, path):
    found = {name: np.array(values) for name, values in json.loads(path.read_text()).items()}
    yield {name: Named(array) for name, array in found.items()}


class Named(np.ndarray):
    """An array that does not know the name of its layer."""

    layer_name = None

    def __new__(cls, array):
        return array.view(cls)


@pytest.fixture
def added(monkeypatch):
    room = ModuleType("room_of_notes")
    for function in (write_model, open_model, write_weights, open_weights):
        setattr(room, function.__name__, function)
    monkeypatch.setitem(sys.modules, room.__name__, room)
    doors = {name: f"{room.__name__}:{name}" for name in vars(room) if not name.startswith("_")}
    row = formats.Format(".notes", **doors, in_runs=True)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, row))


@pytest.fixture
def model():
    made = Sequential([Dense(2, input_shape=(3,))])
    made.compile("sgd", "mse")
    return made


@pytest.mark.usefixtures("added")
def test_a_format_of_the_table_is_saved_and_loaded(tmp_path, model):
    for path in (tmp_path / "a.notes", tmp_path / "b.notes"):
        save_model(model, path) if path.stem == "a" else model.save(path)
        for one, other in zip(load_model(path).weights, model.weights, strict=True):
            assert (one == other).all()


@pytest.mark.usefixtures("added")
def test_weights_alone_are_written_and_read(tmp_path, model):
    model.save_weights(tmp_path / "w.notes")
    other = Sequential([Dense(2, input_shape=(3,))])
    other.load_weights(tmp_path / "w.notes")
    for one, two in zip(model.weights, other.weights, strict=True):
        assert (one == two).all()


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("weights_only", [False, True])
def test_a_checkpoint_is_written_in_it(tmp_path, model, weights_only):
    keeps = ModelCheckpoint(tmp_path / "{epoch}.notes", save_weights_only=weights_only)
    model.fit(np.zeros((4, 3)), np.zeros((4, 2)), epochs=2, callbacks=[keeps], verbose=0)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["1.notes", "2.notes"]


def test_without_its_line_it_is_unknown(tmp_path, model):
    for write in (model.save, model.save_weights, model.load_weights):
        with pytest.raises(InvalidArgument, match=r"the name must end in"):
            write(tmp_path / "m.notes")
    with pytest.raises(InvalidArgument, match=r"must end in \.keras or \.h5 or \.hdf5, got"):
        ModelCheckpoint(tmp_path / "m.notes")
    with pytest.raises(InvalidArgument, match=r"in \.weights\.h5 or \.h5 or \.hdf5 with save_w"):
        ModelCheckpoint(tmp_path / "m.safetensors", save_weights_only=True)
    with pytest.raises(NoSuchFile):
        load_model(tmp_path / "m.notes")


def test_a_predictor_takes_what_a_run_may_hold(tmp_path, model, request):
    (tmp_path / "m.notes").write_text("")
    with pytest.raises(DataError, match=r"a run folder or a \.keras file"):
        Predictor.load(tmp_path / "m.notes")
    request.getfixturevalue("added")
    model.preprocessing = {"target_size": [1, 3], "color_mode": "grayscale"}
    model.save(tmp_path / "m.notes")
    with pytest.raises(Exception, match="the model must know how its pictures"):
        Predictor.load(tmp_path / "m.notes")  # it got as far as reading the file


def test_the_longest_ending_decides(tmp_path):
    _, kind = formats.check_format("here", tmp_path / "a.weights.h5", "write_weights")
    assert kind.suffix == ".weights.h5"
    _, kind = formats.check_format("here", tmp_path / "a.weights.h5", "write_model")
    assert kind.suffix == ".h5"


def test_every_door_of_the_table_leads_somewhere():
    doors = ("write_model", "open_model", "write_weights", "open_weights")
    for one in formats.FORMATS:
        assert all(callable(one.load(door)) for door in doors if getattr(one, door))
    assert formats.FORMATS[0].load("write_model") is keras_archive.write
