"""Whole models in `.h5`: written and read back, and as Keras 1 and 2 wrote them."""

from __future__ import annotations

import json
from typing import Any

import h5py
import numpy as np
import pytest

from saccade import notes
from saccade.errors import FileFormatError, NoSuchFile, SaccadeError, UnknownName
from saccade.layers import BatchNormalization, Conv2D, Dense, Flatten, Input
from saccade.models import Model, Sequential, load_model
from saccade.utils import set_random_seed

X, Y = np.random.RandomState(0).rand(24, 6, 6, 1).astype("float32"), np.arange(24) % 3


@pytest.fixture(autouse=True)
def fresh():
    notes.forget_notes()
    yield
    notes.forget_notes()


def made(frozen: bool = False) -> Any:
    set_random_seed(1)
    image = Input((6, 6, 1))
    inner = Model(image, BatchNormalization()(Conv2D(2, 3, name="c")(image)), name="inner")
    model = Sequential([Input((6, 6, 1)), inner, Flatten(), Dense(3, "softmax", name="d")])
    inner.layers[1].trainable = not frozen
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=1, verbose=0)
    return model


@pytest.mark.parametrize("name", ["m.h5", "m.hdf5"])
@pytest.mark.parametrize("frozen", [False, True])
def test_a_model_goes_on_as_if_it_had_never_been_away(tmp_path, caplog, name, frozen):
    model = made(frozen)
    model.preprocessing, model.class_names = {"size": 6}, ["a", "b", "c"]
    model.save(tmp_path / name)
    again = load_model(tmp_path / name)
    assert (again.preprocessing, again.class_names) == ({"size": 6}, ["a", "b", "c"])
    assert int(again.optimizer.iterations) == 1
    mine, theirs = (
        one.fit(X, Y, epochs=2, shuffle=False, verbose=0).history for one in (again, model)
    )
    assert mine == theirs
    assert len(again.trainable_weights) == len(model.trainable_weights) == (4 if frozen else 6)
    assert caplog.text.count("is the older format") == 1


def test_without_how_it_trains(tmp_path, caplog):
    made().save(tmp_path / "m.h5", include_optimizer=False)
    assert load_model(tmp_path / "m.h5").optimizer is None
    assert "was saved before it was compiled" in caplog.text
    made().save(tmp_path / "n.h5", save_format="h5")
    assert load_model(tmp_path / "n.h5", compile=False).optimizer is None


def test_weights_alone_in_the_older_layout(tmp_path, caplog):
    model = made()
    model.save_weights(tmp_path / "w.h5")
    other = made()
    other.set_weights([weight + 1 for weight in other.get_weights()])
    other.load_weights(tmp_path / "w.h5")
    for mine, theirs in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with h5py.File(tmp_path / "w.h5") as file:
        names = [name.decode() for name in file.attrs["layer_names"]]
    assert (names[0], names[-1], len(names)) == ("inner", "d", 3)
    assert "gets the older layout" in caplog.text


def test_very_many_names_are_cut_into_parts(tmp_path):
    many = Sequential([Input((1,)), *(Dense(1, name=f"{'x' * 700}{n}") for n in range(100))])
    many.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as file:
        assert "layer_names" not in file.attrs
        assert "layer_names1" in file.attrs
    before = many.get_weights()
    many.set_weights([weight * 0 for weight in before])
    many.load_weights(tmp_path / "w.h5")
    assert all(map(np.array_equal, many.get_weights(), before))


# -- as others wrote it --------------------------------------------------------------------


def write(path, config, layers, training=None, version="2.2.4", optimizer=()):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version.encode()
        file.attrs["model_config"] = json.dumps(config).encode()
        if training:
            file.attrs["training_config"] = json.dumps(training).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name, _ in layers]
        for name, arrays in layers:
            inner = group.create_group(name)
            names = [f"{name}/{key}:0" for key, _ in arrays]
            inner.attrs["weight_names"] = [one.encode() for one in names]
            for full, (_, values) in zip(names, arrays, strict=True):
                inner[full] = values
        if optimizer:
            inner = file.create_group("optimizer_weights")
            inner.attrs["weight_names"] = [f"t/{n}".encode() for n in range(len(optimizer))]
            for n, values in enumerate(optimizer):
                inner[f"t/{n}"] = values


def numbers(*shapes):
    random = np.random.RandomState(3)
    return [np.float32(random.rand(*shape)) for shape in shapes]


def test_a_sequential_of_keras_2(tmp_path, caplog):
    kernel, bias, dense, other = numbers((3, 3, 1, 2), (2,), (32, 3), (3,))
    initializer = {
        "class_name": "VarianceScaling",
        "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None,
                   "dtype": "float32"},
    }  # fmt: skip
    config = {
        "class_name": "Sequential",
        "config": {"name": "sequential_1", "layers": [
            {"class_name": "Conv2D", "config": {
                "name": "conv2d_1", "trainable": True, "batch_input_shape": [None, 6, 6, 1],
                "dtype": "float32", "filters": 2, "kernel_size": [3, 3], "strides": [1, 1],
                "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1],
                "activation": "relu", "use_bias": True, "kernel_initializer": initializer,
                "bias_initializer": {"class_name": "Zeros", "config": {}},
                "kernel_regularizer": None, "bias_regularizer": None,
                "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None}},
            {"class_name": "Flatten", "config": {
                "name": "flatten_1", "trainable": True, "data_format": "channels_last"}},
            {"class_name": "Dense", "config": {
                "name": "dense_1", "trainable": True, "units": 3, "activation": "softmax"}},
        ]},
    }  # fmt: skip
    training = {
        "optimizer_config": {"class_name": "RMSprop", "config": {
            "lr": 0.0001, "rho": 0.9, "decay": 0.0, "epsilon": 1e-7}},
        "loss": "categorical_crossentropy", "metrics": ["acc"], "sample_weight_mode": None,
        "loss_weights": None,
    }  # fmt: skip
    layers = [
        ("conv2d_1", [("kernel", kernel), ("bias", bias)]),
        ("flatten_1", []),
        ("dense_1", [("kernel", dense), ("bias", other)]),
    ]
    write(tmp_path / "old.h5", config, layers, training, optimizer=numbers((), (3, 3, 1, 2)))
    model = load_model(tmp_path / "old.h5")
    for mine, theirs in zip(model.get_weights(), (kernel, bias, dense, other), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-4)
    assert set(model.evaluate(X, np.eye(3)[Y], verbose=0, return_dict=True)) == {"loss", "acc"}
    assert "state does not fit, so it starts anew" in caplog.text


def test_a_graph_of_keras_2_with_a_model_in_it(tmp_path):
    kernel, bias, gamma = numbers((1, 1, 1, 2), (2,), (2,))

    def of(kind, name, inbound, **config):
        config = {"name": name, "trainable": True, "dtype": "float32", **config}
        return {"class_name": kind, "config": config, "name": name, "inbound_nodes": inbound}

    def input_of(name):
        return of("InputLayer", name, [], batch_input_shape=[None, 6, 6, 1], sparse=False,
                  ragged=False)  # fmt: skip

    inner = {
        "name": "inner",
        "layers": [
            input_of("input_2"),
            of("Convolution2D", "c", [[["input_2", 0, 0, {}]]], filters=2, kernel_size=[1, 1]),
            of("BatchNormalization", "bn", [[["c", 0, 0, {}]]], axis=[3], fused=None),
        ],
        "input_layers": [["input_2", 0, 0]],
        "output_layers": [["bn", 0, 0]],
    }
    config = {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": [
                input_of("input_1"),
                {"class_name": "Model", "config": inner, "name": "inner",
                 "inbound_nodes": [[["input_1", 0, 0, {}]]]},
                of("Add", "add", [[["inner", 1, 0, {}], ["inner", 1, 0, {}]]]),
            ],
            "input_layers": [["input_1", 0, 0]],
            "output_layers": [["add", 0, 0]],
        },
    }  # fmt: skip
    zeros, ones = np.zeros(2, "float32"), np.ones(2, "float32")
    arrays = [("c/kernel", kernel), ("c/bias", bias), ("bn/gamma", gamma), ("bn/beta", zeros),
              ("bn/moving_mean", zeros), ("bn/moving_variance", ones)]  # fmt: skip
    write(tmp_path / "old.h5", config, [("input_1", []), ("inner", arrays), ("add", [])])
    found = load_model(tmp_path / "old.h5").predict(X, verbose=0)
    expected = 2 * gamma * (X * kernel[0, 0, 0] + bias) / np.sqrt(1.001)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_sequential_of_keras_1(tmp_path):
    kernel, bias, dense, other = numbers((3, 3, 1, 2), (2,), (72, 3), (3,))
    config = {
        "class_name": "Sequential",
        "config": [
            {"class_name": "Convolution2D", "config": {
                "name": "convolution2d_1", "trainable": True, "input_dtype": "float32",
                "batch_input_shape": [None, 6, 6, 1], "nb_filter": 2, "nb_row": 3, "nb_col": 3,
                "init": "glorot_uniform", "border_mode": "same", "subsample": [1, 1],
                "dim_ordering": "tf", "W_regularizer": None, "b_regularizer": None,
                "activity_regularizer": None, "W_constraint": None, "b_constraint": None,
                "bias": True, "activation": "relu"}},
            {"class_name": "Dropout", "config": {"name": "dropout_1", "p": 0.25}},
            {"class_name": "Flatten", "config": {"name": "flatten_1"}},
            {"class_name": "Dense", "config": {
                "name": "dense_1", "output_dim": 3, "init": "glorot_uniform",
                "activation": "softmax", "bias": True, "input_dim": None}},
        ],
    }  # fmt: skip
    layers = [
        ("convolution2d_1", [("W", kernel), ("b", bias)]),
        ("dropout_1", []),
        ("flatten_1", []),
        ("dense_1", [("W", dense), ("b", other)]),
    ]
    write(tmp_path / "old.h5", config, layers, version="1.2.2")
    model = load_model(tmp_path / "old.h5")
    assert (model.layers[0].padding, model.layers[1].rate) == ("same", 0.25)
    for mine, theirs in zip(model.get_weights(), (kernel, bias, dense, other), strict=True):
        np.testing.assert_array_equal(mine, theirs)


# -- what cannot work ----------------------------------------------------------------------


def test_what_is_no_model_is_told(tmp_path):
    made().save_weights(tmp_path / "w.h5")
    with pytest.raises(
        FileFormatError, match=r"must hold a model, got weights alone.*load_weights"
    ):
        load_model(tmp_path / "w.h5")
    with pytest.raises(NoSuchFile, match="nothing of that name"):
        load_model(tmp_path / "gone.h5")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(FileFormatError, match="whole HDF5 file"):
        load_model(tmp_path / "text.h5")
    write(tmp_path / "odd.h5", {"class_name": "Sequential", "config": {"layers": [
        {"class_name": "Capsule", "config": {"name": "c"}}]}}, [])  # fmt: skip
    with pytest.raises(UnknownName, match="Capsule"):
        load_model(tmp_path / "odd.h5")
    with h5py.File(tmp_path / "odd.h5", "a") as file:
        file.attrs["model_config"] = b"{not JSON"
    with pytest.raises(FileFormatError, match="model_config must be whole"):
        load_model(tmp_path / "odd.h5")


def test_weights_that_do_not_fit_are_listed(tmp_path):
    made().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        group = file["model_weights/d"]
        del group["d/kernel"]
        group["d/kernel"] = np.zeros((2, 2))
    with pytest.raises(FileFormatError, match=r"d/kernel: needed \(32, 3\), got \(2, 2\)"):
        load_model(tmp_path / "m.h5")


def double_error(y_true, y_pred):
    return 2 * abs(y_true - y_pred).mean(-1)


def test_losses_and_metrics_of_ones_own_come_back_by_name(tmp_path):
    model = Sequential([Input((3,)), Dense(2)])
    model.compile("sgd", double_error, metrics=[double_error])
    x, y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")
    expected = model.evaluate(x, y, verbose=0)
    model.save(tmp_path / "own.h5")
    custom = {"double_error": double_error}
    again = load_model(tmp_path / "own.h5", custom_objects=custom)
    assert again.evaluate(x, y, verbose=0) == expected
    with pytest.raises(SaccadeError, match="double_error"):
        load_model(tmp_path / "own.h5")
