"""Every layer called on symbols computes in their model what it computes when called alone."""

import copy

import numpy as np
import pytest
import torch

import saccade
from conformance.calls import ABSTRACT, STEPPED, WHOLE, call, numbers
from conformance.layer_examples import EXAMPLES
from parity.reference import close, keras, normal
from saccade import layers

NAMES = sorted(set(layers.CLASSES) - {"InputLayer"} - ABSTRACT)


def make(name):
    return layers.CLASSES[name](**EXAMPLES[name][0])


def each(function, nest):
    return [function(one) for one in nest] if isinstance(nest, list) else function(nest)


def batch(name):
    def one(shape):
        return torch.tensor(numbers(name, shape, np.random.RandomState(len(shape))))

    return each(one, EXAMPLES[name][1])


@pytest.mark.sampled
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_in_a_model_as_alone(name, training):
    x = batch(name)
    layer = make(name)
    symbols = each(lambda shape: saccade.Input(shape[1:]), EXAMPLES[name][1])
    output = call(layer, symbols)
    model = saccade.Model(symbols, output)
    alone = copy.deepcopy(layer)  # with the same weights, and a stream where this one's is
    results = []
    for run in (model, alone):
        torch.manual_seed(7)
        results.append(call(run, x, training=training))
    assert torch.equal(*results)
    assert output.shape == model.output_shape
    for size, found in zip(output.shape, (None, *results[0].shape[1:]), strict=True):
        assert size == found or (size is None and name in ("RandomHeight", "RandomWidth"))
    assert [w.shape for w in model.weights] == [w.shape for w in layer.weights]
    for one, other in zip(model.weights, alone.weights, strict=True):
        assert torch.equal(one, other), "a moving statistic moved alike"


@pytest.mark.parametrize("name", sorted(set(NAMES) - WHOLE - STEPPED))
def test_gradients_reach_the_inputs(name):
    """Through the model as through the layer."""
    layer = make(name)
    symbols = each(lambda shape: saccade.Input(shape[1:]), EXAMPLES[name][1])
    model = saccade.Model(symbols, call(layer, symbols))
    slopes = []
    for run in (model, layer):
        x = each(lambda one: one.requires_grad_(), batch(name))
        places = x if isinstance(x, list) else [x]
        y = call(run, x, training=False)
        slopes.append(torch.autograd.grad((y * torch.tensor(normal(y.shape, 9))).sum(), places))
    for one, other in zip(*slopes, strict=True):
        assert torch.equal(one, other)


def test_bytes_into_a_model():
    """A model that takes bytes, with Rescaling first, as Keras's."""
    x = np.random.RandomState(4).randint(0, 256, (5, 6, 6, 3)).astype(np.uint8)
    outputs = []
    kernel = normal((108, 2), 3)
    for family, parts in ((saccade, layers), (keras, keras.layers)):
        pixels = parts.Input((6, 6, 3), dtype="uint8")
        assert pixels.dtype == "uint8"
        scaled = parts.Rescaling(1 / 127.5, offset=-1)(pixels)
        assert scaled.dtype == "float32"
        scores = parts.Dense(2, use_bias=False)(parts.Flatten()(scaled))
        model = family.Model(pixels, scores)
        model.set_weights([kernel])
        outputs.append(model(x))
    close(*outputs)
    close(outputs[0], (x / 127.5 - 1).reshape(5, -1) @ kernel, 1e-4)


def test_bytes_are_not_rounded_away_in_fit_and_predict():
    x = np.random.RandomState(4).randint(0, 256, (8, 4, 4, 1)).astype(np.uint8)
    pixels = layers.Input((4, 4, 1), dtype="uint8")
    model = saccade.Model(pixels, layers.Flatten()(layers.Rescaling(1 / 255)(pixels)))
    close(model.predict(x, verbose=0), x.reshape(8, -1) / 255)
    head = saccade.Sequential([model, layers.Dense(1)])
    head.compile("sgd", "mse")
    assert np.isfinite(head.fit(x, np.ones(8), verbose=0).history["loss"][0])


def test_an_image_resized_scaled_and_normalised():
    """Preprocessing in the model, as scripts write it."""
    x = np.random.RandomState(4).randint(0, 256, (3, 9, 7, 3)).astype(np.uint8)
    outputs = []
    for family, parts in ((saccade, layers), (keras, keras.layers)):
        pixels = parts.Input((None, None, 3))
        y = parts.Resizing(6, 6)(pixels)
        y = parts.CenterCrop(4, 5)(y)
        y = parts.Normalization(mean=[1.0, 2, 3], variance=[4.0, 5, 6])(parts.Rescaling(0.1)(y))
        y = parts.Reshape((20, 3))(y)
        y = parts.Softmax()(parts.ReLU(max_value=4.0)(parts.Permute((2, 1))(y)))
        model = family.Model(pixels, y)
        assert tuple(model.output_shape) == (None, 3, 20)
        outputs.append(model(x.astype(np.float32)))
    close(*outputs)
