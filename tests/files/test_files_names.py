"""Names of the user's own: registered, in scopes, and a layer's own way into a file."""

import json
import zipfile

import numpy as np
import pytest

from saccade import (
    activations,
    initializers,
    losses,
    metrics,
    optimizers,
    regularizers,
    saving,
    utils,
)
from saccade.errors import InvalidArgument, UnknownName
from saccade.layers import Activation, Dense, Layer
from saccade.models import Sequential, load_model
from saccade.utils import custom_object_scope, get_custom_objects, register_keras_serializable

X = np.random.RandomState(1).standard_normal((6, 4)).astype("float32")
Y = np.random.RandomState(2).standard_normal((6, 2)).astype("float32")


def everything(register):
    """A trained model with something of the user's own in each family."""

    @register
    class Twice(Dense):
        def call(self, x):
            return super().call(x) * 2

    @register
    class Gap(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_true - y_pred).abs().mean(-1)

        def get_config(self):
            return {"name": self.name}

    @register
    class Largest(metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_pred.max(-1).values)

    @register
    class Slow(optimizers.SGD):
        pass

    @register
    class Fives(initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 5.0, "float32")

    @register
    class Pull(regularizers.Regularizer):
        def __call__(self, x):
            return 0.01 * x.abs().sum()

        def get_config(self):
            return {}

    @register
    def bend(x):
        return x * x

    layer = Twice(3, activation=bend, bias_initializer=Fives(), kernel_regularizer=Pull())
    model = Sequential([layer, Activation(bend), Dense(2)])
    model.compile(Slow(0.001), Gap(), metrics=[Largest(name="largest")])
    model.fit(X, Y, verbose=0)
    return model, {one.__name__: one for one in (Twice, Gap, Largest, Slow, Fives, Pull, bend)}


def assert_same(read, model):
    assert [type(one) for one in read.layers] == [type(one) for one in model.layers]
    assert type(read.optimizer) is type(model.optimizer)
    np.testing.assert_array_equal(read.predict(X, verbose=0), model.predict(X, verbose=0))
    assert read.evaluate(X, Y, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))


def test_what_is_registered_is_found(tmp_path):
    model, _ = everything(register_keras_serializable("mine"))
    model.save(tmp_path / "m.keras")
    text = zipfile.ZipFile(tmp_path / "m.keras").read("config.json").decode()
    for name in ("Twice", "Gap", "Largest", "Slow", "Fives", "Pull", "bend"):
        assert f'"registered_name": "mine>{name}"' in text
    assert_same(load_model(tmp_path / "m.keras"), model)


@pytest.mark.parametrize("how", ["argument", "scope", "global"])
def test_what_is_given_is_found(tmp_path, how):
    model, own = everything(lambda one: one)
    model.save(tmp_path / "m.keras")
    with pytest.raises(UnknownName):
        load_model(tmp_path / "m.keras")
    if how == "argument":
        read = load_model(tmp_path / "m.keras", custom_objects=own)
    elif how == "scope":
        with custom_object_scope(own):
            read = load_model(tmp_path / "m.keras")
    else:
        get_custom_objects().update(own)
        read = load_model(tmp_path / "m.keras")
    assert_same(read, model)


def test_every_familys_get_finds_names():
    _, own = everything(lambda one: one)
    families = {
        losses: "Gap",
        metrics: "Largest",
        optimizers: "Slow",
        initializers: "Fives",
        regularizers: "Pull",
    }
    for family, name in families.items():
        with pytest.raises(UnknownName):
            family.get(name)
        with custom_object_scope(own):
            assert type(family.get(name)) is own[name]
    with custom_object_scope(own):
        assert activations.get("bend") is own["bend"]
    with pytest.raises(UnknownName):
        activations.get("bend")  # the scope is over


def test_inner_scopes_win_and_end():
    with custom_object_scope({"a": 1, "b": 1}), custom_object_scope({"a": 2}):
        assert [utils.get_registered_object(name) for name in "abc"] == [2, 1, None]
    assert utils.get_registered_object("a") is None
    with pytest.raises(InvalidArgument, match="must be a dict"):
        custom_object_scope([1])
    with pytest.raises(InvalidArgument, match="get_config"):
        register_keras_serializable()(type("Bare", (), {}))


def test_keras_own_classes_keep_their_meaning(tmp_path):
    model = Sequential([Dense(2, input_shape=(4,))])
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", custom_objects={"Dense": Activation})
    assert type(read.layers[0]) is Dense


def test_objects_of_every_family_as_records():
    things = [Dense(2, name="d"), losses.Huber(0.5), metrics.AUC(name="a"), optimizers.Adam(0.1)]
    for thing in things:
        record = saving.serialize_keras_object(thing)
        again = saving.deserialize_keras_object(json.loads(json.dumps(record)))
        assert type(again) is type(thing)
        assert saving.serialize_keras_object(again) == record
    with pytest.raises(UnknownName, match="family"):
        saving.deserialize_keras_object({"module": "keras.oven", "class_name": "A", "config": {}})


class Banked(Layer):
    """Keeps its weight under a name of its own, for a number that only building knows."""

    def build_for_size(self, size):
        self.size = size
        self.bank = self.add_weight((size,), "ones")
        self.built = True

    def build(self, input_shape):
        self.build_for_size(int(input_shape[-1]))

    def call(self, x):
        return x * self.bank

    def get_build_config(self):
        return {"size": self.size} if self.built else None

    def build_from_config(self, config):
        self.build_for_size(config["size"])
        self.is_from_file = True

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["doubled"] = np.asarray(store["0"]) * 2

    def load_own_variables(self, store):
        self.bank.assign(store["doubled"] / 2)


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.safetensors"])
def test_a_layers_own_way_into_a_file(tmp_path, name):
    model = Sequential([Banked(), Dense(2)])
    model.build((None, 4))
    model.layers[0].bank.assign(np.arange(4.0))
    if name == "m.keras":
        model.save(tmp_path / name)
        read = load_model(tmp_path / name, custom_objects={"Banked": Banked})
        assert read.layers[0].is_from_file
    else:
        model.save_weights(tmp_path / name)
        read = Sequential([Banked(), Dense(2)])
        read.build((None, 4))
        read.load_weights(tmp_path / name)
    np.testing.assert_array_equal(read.predict(X, verbose=0), model.predict(X, verbose=0))


class Fails(Banked):
    def load_own_variables(self, store):
        super().load_own_variables(store)
        raise RuntimeError("mine")


def test_a_hook_that_fails_leaves_the_model_as_it_was(tmp_path):
    read, model = (Sequential([Dense(4), Banked(), one(), Dense(2)]) for one in (Fails, Banked))
    for one in (read, model):
        one.build((None, 4))
        one.layers[1].bank.assign(np.arange(4.0))
        one.layers[2].bank.assign(np.arange(4.0) + 1)
    read.layers[1].bank.assign(np.zeros(4))
    model.layers[2].__class__ = Fails  # the same place in the tree
    model.save_weights(tmp_path / "m.weights.h5")
    before = read.get_weights()
    with pytest.raises(RuntimeError, match="mine"):
        read.load_weights(tmp_path / "m.weights.h5")
    for now, old in zip(read.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, old)
