"""What a network with trained weights was trained on travels with it."""

import copy
import pickle

import numpy as np
import pytest

from saccade.applications import InputRecord, resnet
from saccade.applications.building import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord
from saccade.layers import Dense, Flatten, Input, Rescaling
from saccade.models import Model, Sequential, load_model


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """The weights of a ResNet of one block a stage, and the function that builds it."""
    monkeypatch.setattr(resnet, "_FILTERS", (4, 4, 4, 4))

    def build(weights=None, **options):
        given = {"include_top": False, "input_shape": (32, 32, 3), **options}
        plain = {"input_tensor": None, "pooling": "avg", "classes": 5, "name": "small"}
        plain |= {"classifier_activation": "softmax", "weights": weights}
        made = NetworkOptions(**{**plain, **given})
        record = NetworkRecord("small", resnet.PRETRAINED["resnet50"])
        return network.build_network(
            made, lambda image, _: resnet._resnet(image, (1, 1, 1, 1)), record
        )

    build().save_weights(tmp_path / "small.weights.h5")
    return build, tmp_path / "small.weights.h5"


def test_only_trained_weights_have_one(saved):
    build, path = saved
    assert build().input_record is None
    record = build(path).input_record
    assert record == InputRecord(
        "caffe", -123.68, 151.061, "saccade.applications.resnet.preprocess_input"
    )
    with pytest.raises(AttributeError):
        record.low = 0.0
    extremes = np.zeros((1, 2, 1, 3), np.float32)
    extremes[0, 1] = 255.0
    extremes = resnet.preprocess_input(extremes)
    assert extremes.min() == pytest.approx(record.low, abs=1e-4)
    assert extremes.max() == pytest.approx(record.high, abs=1e-4)


def test_it_is_copied_pickled_and_saved(saved, tmp_path):
    build, path = saved
    model = build(path)
    assert copy.deepcopy(model).input_record == model.input_record
    assert pickle.loads(pickle.dumps(model)).input_record == model.input_record
    model.save(tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras").input_record == model.input_record


def test_inside_another_model(saved, tmp_path):
    build, path = saved
    Sequential([build(path), Dense(2)]).save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    assert again.input_record is None
    assert again.layers[0].input_record == build(path).input_record


def test_a_graph_that_goes_on_from_the_output_has_it_on_the_first_layer(saved, tmp_path):
    build, path = saved
    backbone = build(path)
    model = Model(backbone.input, Dense(2)(backbone.output))
    model.save(tmp_path / "m.keras")
    for one in (model, load_model(tmp_path / "m.keras")):
        records = {layer.name: getattr(layer, "input_record", None) for layer in one.layers}
        assert records.pop("conv1_pad") == backbone.input_record
        assert set(records.values()) == {None}


def test_a_network_on_a_symbol_has_it_where_the_symbol_goes_in(saved):
    build, path = saved
    image = Input((32, 32, 3))
    model = build(path, input_tensor=Rescaling(2.0, name="rescaling")(image))
    assert [layer.name for layer in model.layers[1:3]] == ["rescaling", "conv1_pad"]
    assert model.layers[2].input_record == model.input_record
    assert not hasattr(model.layers[1], "input_record")


def test_a_file_with_a_record_of_another_kind_is_read_all_the_same(saved, tmp_path, monkeypatch):
    from saccade.files import extras

    build, path = saved
    for wrong in (["x"], {"": 3}, {"": {"mode": "caffe"}}):
        monkeypatch.setattr(extras, "input_records", lambda model, wrong=wrong: wrong)
        build(path).save(tmp_path / "m.keras")
        assert load_model(tmp_path / "m.keras").input_record is None
    assert Sequential([Flatten(input_shape=(2, 2))]).input_record is None
