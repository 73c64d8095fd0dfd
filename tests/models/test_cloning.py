"""Clones and JSON: the same layers, weights of their own."""

import json

import numpy as np
import pytest
import torch

from saccade import losses, metrics, optimizers
from saccade.errors import FileFormatError, InvalidArgument, NotSupported, UnknownName
from saccade.layers import Add, Conv2D, Dense, Dropout, Flatten, Input
from saccade.models import Model, Sequential, clone_model, model_from_json

X = np.random.RandomState(1).standard_normal((4, 8, 8, 3)).astype("float32")
Y = [np.ones((4, 2), "float32"), np.ones((4, 1), "float32")]


def two_heads():
    """A layer called twice, a model inside, two outputs with a loss each."""
    inputs = Input((8, 8, 3), name="image")
    shared = Conv2D(3, 3, padding="same", name="shared")
    x = Add()([shared(inputs), shared(shared(inputs))])
    body = Sequential([Input((8, 8, 3)), Flatten(), Dense(5, name="inner")], name="body")(x)
    model = Model(inputs, [Dense(2, name="a")(body), Dense(1, name="b")(body)], name="two")
    model.compile(
        "adam",
        {"a": "mse", "b": losses.Huber(0.5)},
        loss_weights={"a": 1.0, "b": 0.5},
        metrics={"a": ["mae"], "b": [metrics.MeanSquaredError(name="m")]},
        weighted_metrics={"a": ["mse"]},
    )
    return model


def stack():
    model = Sequential([Input((8, 8, 3)), Flatten(), Dense(4, name="fc"), Dense(2)])
    model.compile("sgd", "mse", metrics=[metrics.MeanSquaredError()])
    return model


@pytest.mark.parametrize("make", [two_heads, stack])
@pytest.mark.parametrize("recursive", [True, False])
def test_a_clone_has_the_same_layers_and_its_own_weights(make, recursive):
    model = make()
    model.class_names = ["cat", "dog"]
    clone = clone_model(model, recursive=recursive)
    assert clone.get_config() == model.get_config()
    assert str(clone.get_compile_config().keys()) == str(model.get_compile_config().keys())
    assert clone.class_names == model.class_names
    assert not {id(w) for w in clone.weights} & {id(w) for w in model.weights}
    assert not {id(o) for o in clone.metrics} & {id(o) for o in model.metrics}
    clone.set_weights(model.get_weights())
    y = Y if make is two_heads else Y[0]
    np.testing.assert_allclose(
        clone.evaluate(X, y, verbose=0), model.evaluate(X, y, verbose=0), rtol=1e-6
    )


def test_functions_make_and_call_the_layers():
    model = two_heads()

    def smaller(layer):
        config = layer.get_config()
        return type(layer).from_config(
            {**config, **({"units": 9} if "units" in config and layer.name == "inner" else {})}
        )

    def dropped(layer, *args, **kwargs):
        out = layer(*args, **kwargs)
        return Dropout(0.5)(out) if layer.name == "shared" else out

    clone = clone_model(model, clone_function=smaller, call_function=dropped, recursive=True)
    assert clone.get_layer("body").get_layer("inner").units == 9
    assert any(isinstance(layer, Dropout) for layer in clone.layers)
    shared = clone_model(stack(), clone_function=lambda layer: layer)
    assert shared.layers[1].name == "fc"


def test_a_clone_starts_from_given_inputs():
    other = Input((8, 8, 3), name="other")
    assert clone_model(two_heads(), input_tensors=other).inputs[0] is other
    larger = Input((8, 8, 3), batch_size=7)
    assert clone_model(stack(), input_tensors=larger).input_shape[0] == 7


def test_what_a_clone_can_not_be_is_refused():
    with pytest.raises(InvalidArgument, match="needs a model"):
        clone_model(Dense(2))
    with pytest.raises(NotSupported, match="call_function"):
        clone_model(stack(), call_function=lambda layer, x: layer(x))


@pytest.mark.parametrize("make", [two_heads, stack])
def test_json_there_and_back(make):
    model = make()
    text = model.to_json(indent=1)
    assert text.startswith('{\n "')
    read = model_from_json(text)
    assert read.to_json(indent=1) == text
    read.set_weights(model.get_weights())
    y = Y if make is two_heads else Y[0]
    np.testing.assert_allclose(
        read.evaluate(X, y, verbose=0), model.evaluate(X, y, verbose=0), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("{", FileFormatError),
        ("[]", FileFormatError),
        (3, InvalidArgument),
        (json.dumps({"module": "keras", "class_name": "Oven", "config": {}}), UnknownName),
    ],
)
def test_other_json_is_refused(given, error):
    with pytest.raises(error):
        model_from_json(given)


class Halving(optimizers.schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start / (1 + step)

    def get_config(self):
        return {"start": self.start}


class Off(losses.Loss):
    def call(self, y_true, y_pred):
        return (y_true - y_pred).abs().mean(-1)


class Slow(optimizers.SGD):
    pass


@pytest.mark.parametrize("scaled", [True, False])
def test_a_clone_is_compiled_with_classes_of_ones_own_and_lambdas(scaled):
    optimizer = Slow(Halving(0.25), momentum=0.5)
    if scaled:
        optimizer = optimizers.LossScaleOptimizer(optimizer)
    model = Sequential([Dense(2, input_shape=(3,))])
    model.compile(optimizer, Off(), metrics=[lambda a, b: (a - b).abs().mean(-1)])
    clone = clone_model(model)
    clone.set_weights(model.get_weights())
    x, y = np.eye(3, dtype="float32"), np.ones((3, 2), "float32")
    for one in (model, clone):  # each moves its own weights by its own optimizer
        one.fit(x, y, verbose=0)
        one.fit(x, y, verbose=0)
    assert clone.optimizer.iterations == model.optimizer.iterations == 2
    for mine, other in zip(clone.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert clone.metrics[1] is not model.metrics[1]


class Whole(Model):
    def __init__(self, units=2, **placement):
        super().__init__(**placement)
        self.units, self.dense = units, Dense(units)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_a_clone_of_ones_own_model_is_built_as_it_was():
    model = Whole(5)
    assert not clone_model(model).built
    model(torch.ones(1, 3))
    assert [tuple(w.shape) for w in clone_model(model).weights] == [(3, 5), (5,)]


def test_compile_configs_are_plain_values():
    model = Sequential([Dense(2, input_shape=(3,))])
    model.compile("adam", Off(), metrics=[metrics.MeanSquaredError(name="w")])
    assert '"name": "w"' in json.dumps(model.get_compile_config())
