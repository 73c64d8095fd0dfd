"""Lambda: any function as a layer, and what of it a file can hold."""

import json

import numpy as np
import pytest
import torch

import saccade
from parity.reference import close, keras, normal
from saccade import activations, layers

X = normal((3, 4), 1)


def halve(x):
    return x / 2


def shift(x, by=1.0, training=None, mask=None):
    y = x + by
    if training:
        y = y * 10
    return y if mask is None else y * mask


def pair_shape(shape):
    return (shape[0], 2 * shape[1])


def test_functions_of_every_kind():
    close(layers.Lambda(lambda x: x**2)(X), X**2)
    close(layers.Lambda(halve)(X), X / 2)
    close(layers.Lambda(torch.sin)(X), np.sin(X))
    close(layers.Lambda(activations.relu)(X), np.maximum(X, 0))
    close(
        layers.Lambda(lambda parts: parts[0] - parts[1])([torch.tensor(X), torch.tensor(X)]), 0 * X
    )
    several = layers.Lambda(lambda x: [x, 2 * x])(X)
    close(several[1], 2 * X)


def test_arguments_training_and_mask_are_passed_on():
    close(layers.Lambda(shift, arguments={"by": 3.0})(X), X + 3)
    close(layers.Lambda(shift)(X, training=True), (X + 1) * 10)
    close(layers.Lambda(shift)(X, training=False), X + 1)
    close(layers.Lambda(shift)(X, mask=torch.zeros(4)), 0 * X)
    model = saccade.Sequential([layers.Lambda(shift)])
    close(model(X, training=True), (X + 1) * 10)


def test_integers_stay_what_they_are():
    assert layers.Lambda(lambda x: x)(np.ones((2, 3), np.uint8)).dtype == torch.uint8


@pytest.mark.parametrize(
    ("function", "output_shape", "shape"),
    [
        (lambda x: x.repeat(1, 2), None, (None, 8)),
        (lambda x: x.repeat(1, 2), (8,), (None, 8)),
        (lambda x: x.repeat(1, 2), [8], (None, 8)),
        (lambda x: x.repeat(1, 2), pair_shape, (None, 8)),
        (lambda x: [x, x[:, :2]], [(4,), (2,)], [(None, 4), (None, 2)]),
        (lambda x: [x, x[:, :2]], None, [(None, 4), (None, 2)]),
    ],
)
def test_output_shape(function, output_shape, shape):
    layer = layers.Lambda(function, output_shape=output_shape)
    assert layer.compute_output_shape((None, 4)) == shape
    symbols = layer(saccade.Input((4,)))
    found = [s.shape for s in symbols] if isinstance(symbols, list) else symbols.shape
    assert found == shape


def test_an_output_shape_is_believed():
    """It serves functions that zeros can't go through."""

    def picky(x):
        assert x.abs().sum() > 0
        return x[:, :1]

    assert layers.Lambda(picky, output_shape=(1,)).compute_output_shape((None, 4)) == (None, 1)
    assert layers.Lambda(picky, (7,)).compute_output_shape((None, 4)) == (None, 7)
    assert layers.Lambda(picky, (7,)).get_config()["output_shape"] == (7,)


def model_of(function, **options):
    model = saccade.Sequential([saccade.Input((4,)), layers.Lambda(function, **options)])
    model.add(layers.Dense(2))
    return model


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (halve, {}),
        (shift, {"arguments": {"by": 3.0}}),
        (shift, {"output_shape": (4,)}),
        (halve, {"output_shape": pair_shape}),
        (activations.tanh, {}),
    ],
)
def test_a_function_with_a_name_travels_in_a_file(tmp_path, function, options):
    model = model_of(function, **options) if "output_shape" not in options else None
    if model is None:  # shapes that are not true are nobody's business but compute_output_shape's
        model = saccade.Sequential([saccade.Input((4,)), layers.Lambda(function, **options)])
    model.save(tmp_path / "m.keras")
    own = {"halve": halve, "shift": shift, "pair_shape": pair_shape}
    again = saccade.models.load_model(tmp_path / "m.keras", custom_objects=own)
    close(again(torch.tensor(X)), model(torch.tensor(X)))
    assert again.layers[0].function is function
    assert again.layers[0].compute_output_shape((None, 4)) == model.layers[0].compute_output_shape(
        (None, 4)
    )
    if function is not activations.tanh:
        with pytest.raises(ValueError, match=rf"custom_objects.*{function.__name__}"):
            saccade.models.load_model(tmp_path / "m.keras")


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of Keras's own
def test_a_file_of_keras(tmp_path):
    theirs = keras.Sequential(
        [keras.Input((4,)), keras.layers.Lambda(halve), keras.layers.Dense(2)]
    )
    theirs.save(tmp_path / "k.keras")
    ours = saccade.models.load_model(tmp_path / "k.keras", custom_objects={"halve": halve})
    close(ours(torch.tensor(X)), theirs(torch.tensor(X)))
    with pytest.raises(ValueError, match=r"custom_objects.*halve"):
        saccade.models.load_model(tmp_path / "k.keras")


def test_a_lambda_is_copied_without_running_code_of_a_file():
    model = model_of(lambda x: x + 1)
    record = model.layers[0].get_config()
    again = layers.Lambda.from_config(record)
    assert again.function is model.layers[0].function
    copy = saccade.models.clone_model(model)
    assert copy.layers[0].function is again.function
    with pytest.raises(ValueError, match="arbitrary code execution"):
        layers.Lambda.from_config(json.loads(json.dumps(record)))
    read = layers.Lambda.from_config(json.loads(json.dumps(record)), safe_mode=False)
    close(read(X), X + 1)


def test_from_config():
    layer = layers.Lambda(shift, arguments={"by": 2.0}, name="mine")
    again = layers.Lambda.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    close(again(X), X + 2)
    record = {"module": "builtins", "class_name": "function", "config": "halve"}
    named = layers.Lambda.from_config({"function": record}, custom_objects={"halve": halve})
    assert named.function is halve


@pytest.mark.parametrize(("make", "text"), [
    (lambda: layers.Lambda("relu"), "function must be a function"),
    (lambda: layers.Lambda(halve, arguments=3), "arguments must be a dict"),
    (lambda: layers.Lambda(torch.nn.ModuleList([torch.nn.Linear(2, 2)])), "torch's is not trained"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_what_cannot_work(make, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        make()
    assert text in str(caught.value)
