"""Models of symbols: what they compute, how they are looked into, and what they refuse."""

import copy
import pickle

import numpy as np
import pytest
import torch

from saccade.errors import FileFormatError, InvalidArgument, ShapeError, StateError
from saccade.layers import Activation, Dense, Dropout, Flatten, Input, Layer
from saccade.models import Model, Sequential

X = np.random.RandomState(0).rand(5, 4).astype(np.float32)


class Sum(Layer):
    """Of several arrays given as arguments, as a user would write it."""

    def call(self, first, second, scale=1.0):
        return first + scale * second


class Halves(Layer):
    def call(self, x):
        half = x.shape[-1] // 2
        return x[..., :half], x[..., half:]


class Named(Layer):
    def call(self, inputs):
        return {"sum": inputs["left"] + inputs["right"], "difference": inputs["left"] * -1.0}


def two_heads():
    entry = Input((4,), name="entry")
    trunk = Dense(3, activation="tanh", name="trunk")(entry)
    return Model(entry, [Dense(2, name="one")(trunk), Dense(1, name="two")(trunk)], name="heads")


def values(nest):
    return [one.detach().numpy() for one in nest]


def test_the_graph_computes_what_its_layers_compute():
    model = two_heads()
    trunk, one, two = (model.get_layer(name) for name in ("trunk", "one", "two"))
    expected = [head(trunk(X)) for head in (one, two)]
    for got, wanted in zip(model(X), expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=0, atol=0)
    assert model.output_names == ["one", "two"]
    assert model.input_names == ["entry"]
    assert model.input_shape == (None, 4)
    assert model.output_shape == [(None, 2), (None, 1)]


def test_a_shared_layer_has_one_set_of_weights():
    left, right = Input((4,)), Input((4,))
    shared = Dense(3)
    model = Model([left, right], Sum()(shared(left), shared(right), scale=2.0))
    assert len(model.weights) == 2
    expected = shared(X) + 2.0 * shared(X + 1)
    torch.testing.assert_close(model([X, X + 1]), expected)


def test_layers_may_give_lists_and_dicts():
    entry = Input((4,))
    first, second = Halves()(entry)
    assert first.shape == second.shape == (None, 2)
    named = Named()({"left": first, "right": second})
    model = Model(entry, named)
    result = model(X)
    np.testing.assert_array_equal(result["sum"].numpy(), X[:, :2] + X[:, 2:])
    np.testing.assert_array_equal(result["difference"].numpy(), -X[:, :2])
    assert model.output_shape == {"sum": (None, 2), "difference": (None, 2)}


def test_inputs_may_be_given_by_name():
    left, right = Input((4,), name="left"), Input((4,), name="right")
    model = Model([left, right], Sum()(left, right, scale=-1.0))
    expected = X - (X + 1)
    for given in ([X, X + 1], {"right": X + 1, "left": X}, {"left": X, "right": X + 1, "more": 1}):
        np.testing.assert_allclose(model(given).numpy(), expected)
    by_name = Model({"left": left, "right": right}, Sum()(left, right, scale=-1.0))
    np.testing.assert_allclose(by_name({"right": X + 1, "left": X}).numpy(), expected)
    with pytest.raises(InvalidArgument, match="left, right"):
        model({"left": X})
    with pytest.raises(InvalidArgument, match="left, right"):
        model([X])


def test_a_model_may_begin_and_end_in_the_middle_of_another():
    model = two_heads()
    features = Model(model.input, model.get_layer("trunk").output)
    head = Model(model.get_layer("trunk").output, model.outputs[0])
    torch.testing.assert_close(head(features(X)), model(X)[0], rtol=0, atol=0)
    assert [type(layer).__name__ for layer in head.layers] == ["InputLayer", "Dense"]
    assert head.layers[1] is model.get_layer("one")
    assert model.get_layer("trunk").output is features.output  # the first call stays the first


def test_a_sequential_has_symbols_too():
    model = Sequential([Input((4,)), Dense(3, name="a"), Dropout(0.5), Dense(2, name="b")])
    features = Model(model.inputs, model.get_layer("a").output)
    torch.testing.assert_close(features(X), model.layers[0](X), rtol=0, atol=0)
    assert model.output.shape == (None, 2)
    model.pop()
    assert model.output.shape == (None, 3)
    model.add(Dense(7))
    assert Model(model.input, model.output).output_shape == (None, 7)
    late = Sequential([Dense(2)])
    with pytest.raises(StateError, match="Input"):
        _ = late.layers[0].output
    late(X)
    assert late.layers[0].output.shape == (None, 2)


def test_models_nest():
    inner = two_heads()
    stack = Sequential([Input((2,)), Dense(4, name="wide")])
    entry = Input((4,))
    one, two = inner(entry)
    model = Model(entry, Sum()(stack(one), two))
    expected = stack(inner(X)[0]) + inner(X)[1]
    torch.testing.assert_close(model(X), expected)
    assert len(model.weights) == 8
    outer = Sequential([model, Dense(1)])
    assert outer.input_shape == (None, 4)
    assert outer.output_shape == (None, 1)


def test_training_reaches_the_layers_and_can_be_fixed():
    entry = Input((4,))
    torch.manual_seed(0)
    free, fixed = Dropout(0.9)(entry), Dropout(0.9)(entry, training=False)
    model = Model(entry, [free, fixed])
    assert not np.array_equal(values(model(X, training=True))[0], X)
    np.testing.assert_array_equal(values(model(X, training=True))[1], X)
    np.testing.assert_array_equal(values(model(X))[0], X)


def test_freezing_reaches_inside():
    model = two_heads()
    model.trainable = False
    assert model.trainable_weights == []
    model.get_layer("one").trainable = True
    assert model.trainable_weights == []
    model.trainable = True
    for layer in model.layers[:-1]:
        layer.trainable = False
    assert [weight.path for weight in model.trainable_weights] == ["two/kernel", "two/bias"]
    assert Model(model.input, model.outputs, trainable=False).trainable_weights == []


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["copy", "pickle"],
)
def test_a_copy_computes_the_same_and_shares_nothing(copied):
    model = two_heads()
    other = copied(model)
    expected = values(model(X))
    for got, wanted in zip(values(other(X)), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert [layer.name for layer in other.layers] == [layer.name for layer in model.layers]
    assert other.get_layer("trunk") is not model.get_layer("trunk")
    assert Model(other.input, other.get_layer("trunk").output)(X).shape == (5, 3)
    for weight in other.weights:
        weight.assign(torch.zeros_like(weight))
    np.testing.assert_array_equal(values(model(X))[0], expected[0])


def test_a_deep_model_is_copied_and_run():
    entry = Input((4,))
    x = entry
    for _ in range(600):
        x = Activation("linear")(x)
    model = copy.deepcopy(Model(entry, x))
    np.testing.assert_array_equal(model(X).numpy(), X)
    assert copy.deepcopy(model.layers[300])(X).shape == (5, 4)


def test_a_class_of_ones_own_may_be_a_graph():
    class Own(Model):
        def __init__(self, units):
            entry = Input((4,))
            super().__init__(entry, Dense(units, name="d")(entry), name="own")
            self.units = units

        def get_config(self):
            return {"units": self.units}

    model = Own(3)
    assert model.name == "own"
    assert model(X).shape == (5, 3)
    assert [layer.name for layer in model.layers][1:] == ["d"]
    again = Own.from_config(model.get_config())
    assert again.output_shape == (None, 3)


def test_what_an_attribute_adds_comes_after_the_graph():
    model = two_heads()
    model.extra = Dense(2, name="extra")
    assert model.layers[-1] is model.extra
    assert [layer.name for layer in model.layers][:2] == ["entry", "trunk"]


def test_inputs_are_made_fit_or_refused():
    entry = Input((1,), name="entry")
    model = Model(entry, Dense(2)(entry))
    assert model(np.arange(3)).shape == (3, 2)  # integers, and a last axis of one left out
    with pytest.raises(ShapeError, match=r'input "entry": must be \(None, 1\), got \(3, 4\)'):
        model(np.zeros((3, 4), np.float32))
    images = Model(image := Input((4, 4, 1)), Flatten()(image))
    assert images(np.zeros((2, 4, 4), np.float32)).shape == (2, 16)
    assert images(np.zeros((2, 4, 4, 1, 1), np.float32)).shape == (2, 16)


def test_an_input_may_hold_integers():
    entry = Input((3,), dtype="int64")

    class Seen(Layer):
        def call(self, x):
            self.seen = x.dtype
            return x * 1.0

    layer = Seen()
    model = Model(entry, layer(entry))
    model(np.zeros((2, 3), np.int32))
    assert layer.seen is torch.int64


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda a, b: Model(a, Dense(1)(b)), 'input "b" is needed'),
        (lambda a, b: Model([a], 3), "must come from Input"),
        (lambda a, b: Model(Dense(1), Dense(1)(a)), "must come from Input"),
        (lambda a, b: Model(a), "inputs and outputs"),
        (
            lambda a, b: Model([a, b], [Dense(1, name="x")(a), Dense(1, name="x")(b)]),
            "names of layers must differ, got x",
        ),
        (lambda a, b: Dense(1)(a) if a else None, "has no value"),
    ],
)
def test_what_cannot_be_is_refused(make, words):
    with pytest.raises(InvalidArgument, match=words):
        make(Input((4,), name="a"), Input((4,), name="b"))


def test_an_input_that_nothing_needs_stays_an_input():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    model = Model([a, b], Dense(2)(a))
    assert {layer.name for layer in model.layers} >= {"a", "b"}
    assert model([X, X]).shape == (5, 2)


def test_a_size_that_is_not_known_stays_unknown():
    entry = Input((None, None, 3))

    class Pooled(Layer):
        def call(self, x):
            return x.mean((1, 2))

    class Halved(Layer):
        def call(self, x):
            return x[:, ::2, ::2]

    assert Pooled()(entry).shape == (None, 3)
    assert Halved()(entry).shape == (None, None, None, 3)


def test_hooks_wait_for_values():
    layer = Dense(2)
    layer.register_forward_hook(lambda module, args, output: output * 0)
    model = Sequential([Input((4,)), layer])
    assert not model(X).any()


def test_a_model_is_trained_and_looked_into():
    entry = Input((4,))
    model = Model(entry, Dense(2, activation="softmax")(Dense(8, activation="relu")(entry)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    y = (X[:, 0] > 0.5).astype(int)
    history = model.fit(X, y, epochs=30, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.predict(X, verbose=0).shape == (5, 2)


def test_symbols_are_added_and_scaled():
    a, b = Input((4,)), Input((4,))
    cases = {
        "sum": (a + b, X + 2 * X),
        "difference": (a - b, X - 2 * X),
        "product": (a * b, X * 2 * X),
        "scaled": (2 * a + 1, 2 * X + 1),
        "turned": (1 - a / 4, 1 - X / 4),
        "negative": (-a - 3, -X - 3),
    }
    model = Model([a, b], {name: symbol for name, (symbol, _) in cases.items()})
    result = model([X, 2 * X])
    for name, (_, expected) in cases.items():
        np.testing.assert_allclose(result[name].numpy(), expected, rtol=1e-6, atol=1e-6)
    with pytest.raises(InvalidArgument, match="numbers or arrays"):
        _ = a + "x"


def test_the_first_call_of_a_model_is_its_own_graph():
    """As Keras 2 counts them; layers have only the calls that were made on them."""
    x, other = Input((4,), name="first"), Input((4,), name="second")
    model = Model(x, Dense(2)(x))
    called = model(other)
    assert model.get_output_at(0) is model.output
    assert model.get_input_at(0) is model.input
    assert model.get_output_shape_at(0) == (None, 2)
    assert model.get_output_at(1) is called
    assert model.get_input_at(-1) is other
    assert model.get_input_shape_at(1) == (None, 4)
    with pytest.raises(StateError, match="call on symbols"):
        model.get_output_at(2)


def test_a_call_of_a_layer_that_is_not_there_is_named():
    x = Input((2,), name="x")
    config = Model(x, Dense(1, name="last")(x)).get_config()
    history = config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"]
    history[0] = "gone"
    with pytest.raises(FileFormatError, match='got one of "gone"'):
        Model.from_config(config)
