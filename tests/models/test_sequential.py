"""Sequential: building, adding, taking off, nesting, and what it says of itself."""

import copy
import pickle

import numpy as np
import pytest
import torch

from saccade.errors import InvalidArgument, ShapeError, StateError, UnknownName
from saccade.layers import (
    AveragePooling2D,
    AvgPool2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputLayer,
    Layer,
)
from saccade.models import Model, Sequential

X = np.random.RandomState(0).standard_normal((5, 4)).astype(np.float32)
IMAGES = np.random.RandomState(0).uniform(size=(3, 28, 28, 1)).astype(np.float32)


def lenet(**first):
    """The lesson's network, built by add()."""
    model = Sequential()
    model.add(Conv2D(6, (5, 5), padding="same", activation="tanh", **first))
    model.add(AvgPool2D(pool_size=(2, 2)))
    model.add(Conv2D(16, (5, 5), padding="valid", activation="tanh"))
    model.add(AvgPool2D(pool_size=(2, 2)))
    model.add(Flatten())
    model.add(Dense(120, activation="tanh"))
    model.add(Dense(84, activation="tanh"))
    model.add(Dense(10, activation="softmax"))
    return model


SHAPES = [(None, 28, 28, 6), (None, 14, 14, 6), (None, 10, 10, 16), (None, 5, 5, 16),
          (None, 400), (None, 120), (None, 84), (None, 10)]  # fmt: skip


def outputs(model, x):
    return model(x).detach().numpy()


def test_the_lessons_lenet():
    model = lenet(input_shape=(28, 28, 1))
    assert model.built
    assert model.count_params() == 61_706
    assert [layer.output_shape for layer in model.layers] == SHAPES
    assert model.input_shape == (None, 28, 28, 1)
    assert model.output_shape == (None, 10)
    assert [w.shape for w in model.get_weights()] == [
        (5, 5, 1, 6), (6,), (5, 5, 6, 16), (16,), (400, 120), (120,), (120, 84), (84,),
        (84, 10), (10,),
    ]  # fmt: skip
    y = model.predict(IMAGES, verbose=0)
    assert y.shape == (3, 10)
    np.testing.assert_allclose(y.sum(1), 1, rtol=1e-5)


FIRST = {
    "input_shape": lambda: lenet(input_shape=(28, 28, 1)),
    "list": lambda: lenet(input_shape=[28, 28, 1]),
    "batch_input_shape": lambda: lenet(batch_input_shape=(None, 28, 28, 1)),
    "Input": lambda: Sequential([Input((28, 28, 1)), *lenet().layers]),
    "InputLayer": lambda: Sequential([InputLayer((28, 28, 1)), *lenet().layers]),
    "InputLayer of old": lambda: Sequential([InputLayer(input_shape=(28, 28, 1)), *lenet().layers]),
    "build": lambda: built_by_hand(lenet()),
    "first batch": lambda: called(lenet()),
    "predict": lambda: predicted(lenet()),
}


def built_by_hand(model):
    model.build((None, 28, 28, 1))
    return model


def called(model):
    model(IMAGES)
    return model


def predicted(model):
    model.predict(IMAGES, verbose=0)
    return model


@pytest.mark.parametrize("make", FIRST.values(), ids=FIRST)
def test_every_way_to_say_the_input_gives_the_same_model(make):
    torch.manual_seed(4)
    reference = FIRST["input_shape"]()
    torch.manual_seed(4)
    model = make()
    assert model.built
    assert model.count_params() == 61_706
    assert model.input_shape == (None, 28, 28, 1)
    assert [layer.output_shape for layer in model.layers] == SHAPES
    assert len(model.layers) == 8, "the input's layer is hidden"
    np.testing.assert_array_equal(outputs(model, IMAGES), outputs(reference, IMAGES))


def test_before_the_first_batch():
    model = lenet()
    assert not model.built
    assert model.weights == []
    for ask in (model.count_params, lambda: model.input_shape, lambda: model.output_shape):
        with pytest.raises(StateError, match="input_shape"):
            ask()
    with pytest.raises((StateError, InvalidArgument), match="shape"):
        model.build()
    assert not model.built


def test_input_dim_and_batch_size():
    assert Sequential([Dense(2, input_dim=4)]).input_shape == (None, 4)
    assert Sequential([Dense(2, input_shape=(4,), batch_size=8)]).input_shape == (8, 4)
    assert Sequential([Input((None, None, 3)), Conv2D(2, 3)]).output_shape == (None, None, None, 2)


def test_adding_and_taking_off():
    model = Sequential([Dense(3, input_shape=(4,)), Dense(2)])
    first, second = model.layers
    assert model.pop() is second
    assert model.output_shape == (None, 3)
    assert len(model.weights) == 2
    assert model(X).shape == (5, 3)
    model.add(Dense(7))
    assert model.output_shape == (None, 7)
    assert model(X).shape == (5, 7)
    assert model.layers[0] is first
    model.pop()
    model.pop()
    assert model.layers == []
    assert model.weights == []
    with pytest.raises(StateError, match="no layer to pop"):
        model.pop()
    model.add(Dense(1))
    assert model(X).shape == (5, 1)


def test_training_goes_on_after_a_layer_was_exchanged():
    model = Sequential([Dense(3, input_shape=(4,)), Dense(2)])
    model.compile("adam", "mse")
    model.fit(X, np.zeros((5, 2)), verbose=0)
    model.pop()
    model.add(Dense(1))
    kept, fresh = model.layers[0].get_weights()[0], model.layers[1].get_weights()[0]
    model.fit(X, np.zeros((5, 1)), verbose=0)
    assert not np.array_equal(model.layers[0].get_weights()[0], kept)
    assert not np.array_equal(model.layers[1].get_weights()[0], fresh)


def test_a_model_is_not_changed_by_a_layer_that_does_not_fit():
    model = Sequential()
    with pytest.raises(ShapeError, match="must fit inside the input"):
        model.add(Conv2D(2, 5, input_shape=(3, 3, 1)))
    assert model.layers == []
    model.add(Conv2D(2, 5, input_shape=(9, 9, 1)))
    assert model.input_shape == (None, 9, 9, 1), "the input of the refused layer stayed"
    with pytest.raises(ShapeError):
        model.add(AveragePooling2D(7))
    with pytest.raises(ShapeError, match="channels"):
        model.add(built_conv())
    assert len(model.layers) == 1
    assert model.output_shape == (None, 5, 5, 2)
    assert model(np.zeros((1, 9, 9, 1), np.float32)).shape == (1, 5, 5, 2)


def built_conv():
    layer = Conv2D(1, 1)
    layer.build_on((None, 4, 4, 3))
    return layer


REFUSED = {
    "a class": (lambda: Sequential([Dense]), r"only layers can be added, got Dense. Write Dense"),
    "a number": (lambda: Sequential([3]), "only layers can be added, got int"),
    "a word": (lambda: Sequential(["relu"]), "only layers can be added, got str"),
    "a function": (lambda: Sequential([torch.relu]), "only layers"),
    "a layer alone": (lambda: Sequential(Dense(2)), "layers must be a list"),
    "two inputs": (lambda: Sequential([Input((3,)), Input((3,))]), "first and only once"),
    "a late input": (lambda: Sequential([Dense(2), Input((3,))]), "first and only once"),
    "one name twice": (
        lambda: Sequential([Dense(2, name="a"), Dense(2, name="a")]),
        '"a" twice. Give one of them another name=',
    ),
}


@pytest.mark.parametrize(("make", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_added(make, text):
    with pytest.raises(InvalidArgument, match=text):
        make()


def test_an_empty_model_cannot_be_called():
    with pytest.raises(StateError, match="there must be a layer"):
        Sequential()(X)
    with pytest.raises(StateError, match="there must be a layer"):
        Sequential().predict(X, verbose=0)


def test_names_count_up():
    from saccade.names import reset_names

    reset_names()
    model = Sequential([Dense(1), Dense(1), Conv2D(1, 1), Dropout(0.1), AvgPool2D()])
    assert [layer.name for layer in model.layers] == [
        "dense", "dense_1", "conv2d", "dropout", "average_pooling2d",
    ]  # fmt: skip
    assert model.name == "sequential"
    assert Sequential().name == "sequential_1"
    assert Sequential(name="mine").name == "mine"


def test_get_layer():
    model = Sequential([Dense(2, name="a"), Dense(2, name="b")])
    assert model.get_layer("b") is model.layers[1]
    assert model.get_layer(index=0) is model.get_layer(index=-2) is model.layers[0]
    with pytest.raises(InvalidArgument, match="The layers are a, b"):
        model.get_layer("c")
    with pytest.raises(InvalidArgument, match="there are 2 layers, got index 2"):
        model.get_layer(index=2)


# -- nesting -------------------------------------------------------------------------------


def nested(with_input):
    first = {"input_shape": (4,)} if with_input else {}
    inner = Sequential([Dense(3, **first), Sequential([Dense(2), Dropout(0.5)])], name="inner")
    return Sequential([inner, Dense(1)])


@pytest.mark.parametrize("with_input", [True, False])
def test_a_sequential_in_a_sequential(with_input):
    model = nested(with_input)
    assert model.built == with_input
    y = outputs(model, X)
    inner = model.layers[0]
    by_hand = outputs(inner.layers[0], X)
    by_hand = outputs(inner.layers[1].layers[0], by_hand)
    np.testing.assert_allclose(y, outputs(model.layers[1], by_hand), rtol=1e-6)
    assert model.input_shape == inner.input_shape == (None, 4)
    assert inner.output_shape == (None, 2)
    assert model.count_params() == 15 + 8 + 3
    assert [w.shape for w in model.get_weights()] == [(4, 3), (3,), (3, 2), (2,), (2, 1), (1,)]
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, np.ones((5, 1)), verbose=0)
    for one, other in zip(model.get_weights(), before, strict=True):
        assert not np.array_equal(one, other)


def test_an_inner_model_grows():
    inner = Sequential([Dense(3)])
    model = Sequential([Input((4,)), inner])
    inner.add(Dense(2))
    assert model.output_shape == (None, 2)
    assert model(X).shape == (5, 2)
    assert len(model.weights) == 4


def test_an_inner_model_can_be_used_alone_and_shared():
    inner = Sequential([Dense(3, input_shape=(4,))])
    one, two = Sequential([inner, Dense(1)]), Sequential([inner, Dense(2)])
    one.compile("sgd", "mse")
    one.fit(X, np.ones((5, 1)), verbose=0)
    assert one.layers[0].layers[0].kernel is two.layers[0].layers[0].kernel
    assert inner(X).shape == (5, 3)


class Doubles(Layer):
    def call(self, x):
        return torch.cat([x, x], -1)


def test_a_layer_of_the_users_in_the_middle():
    for first in ({"input_shape": (4,)}, {}):
        model = Sequential([Dense(3, **first), Doubles(), Dense(2)])
        assert model(X).shape == (5, 2)
        assert model.layers[1].output_shape == (None, 6)
        assert model.layers[2].kernel.shape == (6, 2)


# -- copies --------------------------------------------------------------------------------


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))],
                         ids=["deepcopy", "pickle"])  # fmt: skip
@pytest.mark.parametrize("metrics", [["acc"], ["mse", "binary_accuracy"]])
def test_a_trained_model_can_be_copied_and_goes_on(copied, metrics):
    """Weights, optimizer, metrics and history: the copy trains on to the same bits."""
    model = Sequential([Dense(3, activation="tanh", input_shape=(4,)), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=metrics)
    y = np.array([0, 1, 1, 0, 1], np.float32)
    model.fit(X, y, epochs=2, shuffle=False, verbose=0)
    other = copied(model)
    assert {id(w) for w in other.weights}.isdisjoint(id(w) for w in model.weights)
    histories = [m.fit(X, y, epochs=2, shuffle=False, verbose=0).history for m in (model, other)]
    assert histories[0] == histories[1]
    for one, twin in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, twin)
    assert other.optimizer.iterations == model.optimizer.iterations == 4
    other.pop()
    assert len(model.layers) == 2


def test_state_dict_round_trip():
    one, other = (lenet(input_shape=(28, 28, 1)) for _ in range(2))
    assert not np.array_equal(outputs(one, IMAGES), outputs(other, IMAGES))
    missing = other.load_state_dict(one.state_dict())
    assert (missing.missing_keys, missing.unexpected_keys) == ([], [])
    np.testing.assert_array_equal(outputs(one, IMAGES), outputs(other, IMAGES))
    assert all("." not in key.rsplit(".", 1)[0] for key in one.state_dict())


def test_config_round_trip():
    for make in (lambda: lenet(input_shape=(28, 28, 1)), lenet):
        model = make()
        again = Sequential.from_config(model.get_config())
        assert again.get_config() == model.get_config()
        assert again.built == model.built
        assert again.name == model.name
        model(IMAGES)
        again(IMAGES)
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(outputs(again, IMAGES), outputs(model, IMAGES))
    both = nested(True)
    again = Sequential.from_config(both.get_config())
    again.set_weights(both.get_weights())
    np.testing.assert_array_equal(outputs(again, X), outputs(both, X))
    with pytest.raises(UnknownName):
        Sequential.from_config({"name": "a", "layers": [{"class_name": "Dnese", "config": {}}]})


def test_a_model_is_a_torch_module():
    model = lenet(input_shape=(28, 28, 1))
    assert isinstance(model, torch.nn.Module)
    assert isinstance(model, Model)
    assert sum(p.numel() for p in model.parameters()) == 61_706
    assert len(dict(model.named_parameters())) == 10
    model.zero_grad()
    model.requires_grad_(False)
    assert model.trainable_weights == []
    model.requires_grad_(True)
    assert len(model.trainable_weights) == 10
    for mode in (model.eval(), model.train()):
        assert mode is model
