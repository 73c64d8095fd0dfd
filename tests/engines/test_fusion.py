"""Fused calls give the bits that the layers give one by one: outputs, gradients and statistics."""

import inspect

import numpy as np
import pytest
import torch

from saccade import activations, applications, layers, mixed_precision
from saccade.activations import pointwise
from saccade.engines.fused_network import FusedNetwork, fused_network
from saccade.engines.fusion import FusedCalls, is_same_in_either_layout
from saccade.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)
from saccade.models import Model, Sequential

SHAPE = (13, 11, 3)


def stack(*parts, shape=SHAPE):
    return Sequential([layers.Input(shape), *parts])


def graph(function, shape=SHAPE):
    inputs = layers.Input(shape)
    return Model(inputs, function(inputs))


def branches(x):
    x = Conv2D(6, 3, activation="relu", padding="same")(x)
    kept = BatchNormalization()(x)
    a = ReLU(max_value=6)(BatchNormalization()(Conv2D(6, 1)(kept)))
    b = Activation("relu")(DepthwiseConv2D(3, padding="same")(kept))
    c = AveragePooling2D(3, strides=1, padding="same")(kept)
    x = Activation("relu")(Add()([a, b]))
    return Flatten()(Concatenate()([x, c, kept, a]))


def same_layer_twice(x):
    convolution, rectifier = Conv2D(3, 3, padding="same"), ReLU()
    return rectifier(convolution(rectifier(convolution(x))))


def inner_value_as_output(x):
    seen = Conv2D(4, 3, activation="relu")(x)
    return [MaxPooling2D()(seen), seen]


NETWORKS = {
    "convolution, ReLU, pooling": lambda: stack(Conv2D(8, 3, activation="relu"), MaxPooling2D(2)),
    "pooling that overlaps": lambda: stack(
        Conv2D(8, 3, activation="relu"), MaxPooling2D(3, strides=2, padding="same")
    ),
    "layers of one function": lambda: stack(
        Conv2D(4, 3, strides=2, padding="same"), BatchNormalization(), ReLU(), MaxPooling2D(2)
    ),
    "one channel": lambda: stack(
        Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(3), shape=(14, 14, 1)
    ),
    "lesson": lambda: stack(
        Conv2D(6, 5, activation="tanh"), AveragePooling2D(2), Flatten(), Dense(4)
    ),
    "rest of the activations": lambda: stack(
        Conv2D(4, 3, activation="gelu"), Activation("swish"), Activation("relu6"), ReLU(3.0)
    ),
    "frozen normalisation": lambda: stack(
        Conv2D(4, 3), BatchNormalization(trainable=False), ReLU()
    ),
    "zeros around, draws between": lambda: stack(
        ZeroPadding2D(1), Conv2D(4, 3), ReLU(), Dropout(0.3), Conv2D(4, 3, activation="relu")
    ),
    "channels first": lambda: stack(
        Conv2D(4, 3, activation="relu", data_format="channels_first"),
        MaxPooling2D(2, data_format="channels_first"),
        shape=(3, 13, 11),
    ),
    "branches": lambda: graph(branches),
    "same layer twice": lambda: graph(same_layer_twice),
    "inner value as output": lambda: graph(inner_value_as_output),
    "network inside": lambda: stack(
        stack(Conv2D(4, 3, activation="relu"), MaxPooling2D(2)), Flatten(), Dense(2)
    ),
}


def images(shape, kind="draws"):
    x = torch.from_numpy(np.random.RandomState(0).randn(4, *shape).astype(np.float32))
    return {"draws": x, "ties": x.round(), "zeros": x * 0}[kind]


def run(model, x, patch, layer_by_layer=False, training=True):
    """Outputs, gradients and weights after one call."""
    before = model.get_weights()
    x = x.clone().requires_grad_()
    torch.manual_seed(7)
    if layer_by_layer:
        patch.setattr(FusedNetwork, "run", lambda self, x, fitted: self._network.run(x, fitted))
    outputs = model(x, training=training)
    patch.undo()
    outputs = outputs if isinstance(outputs, list) else [outputs]
    loss = sum((one.float() * torch.arange(one.shape[-1])).square().mean() for one in outputs)
    gradients = torch.autograd.grad(loss, [x, *model.trainable_weights], allow_unused=True)
    after = model.get_weights()
    model.set_weights(before)
    return [*outputs, *gradients, *map(torch.from_numpy, after)]


def assert_same(some, others):
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert (one is None and other is None) or torch.equal(one, other)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", ["draws", "ties", "zeros"])
@pytest.mark.parametrize("name", NETWORKS)
def test_bits_are_those_of_the_layers(name, kind, training, patch):
    model = NETWORKS[name]()
    x = images(model.input_shape[1:], kind)
    assert_same(run(model, x, patch, training=training), run(model, x, patch, True, training))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_precisions_are_those_of_the_layers(policy, patch):
    mixed_precision.set_global_policy(policy)
    model = NETWORKS["branches"]()
    assert_same(run(model, images(SHAPE), patch), run(model, images(SHAPE), patch, True))


def test_an_image_that_is_no_number_stays_none(patch):
    model, x = NETWORKS["convolution, ReLU, pooling"](), images(SHAPE)
    x[0, 3, 3, 0], x[1, 5, 5, 1] = float("nan"), float("inf")
    fused, plain = model(x, training=True), run_plain(model, x, patch)
    assert torch.equal(fused.isnan(), plain.isnan())
    assert fused.isnan().any()
    assert torch.equal(fused.nan_to_num(), plain.nan_to_num())


def run_plain(model, x, patch):
    patch.setattr(FusedNetwork, "run", lambda self, x, fitted: self._network.run(x, fitted))
    y = model(x, training=True)
    patch.undo()
    return y


def formulas(model):
    steps = fused_network(model._graph())._steps
    return [
        formula.__name__ for step in steps if isinstance(step, FusedCalls)
        for _, formula in step._formulas
    ]  # fmt: skip


def test_relu_comes_after_the_pooling_and_writes_in_place():
    model = NETWORKS["convolution, ReLU, pooling"]()
    assert formulas(model) == ["_convolution", "_max_pooling", "_relu_in_place"]


def test_what_somebody_else_reads_is_left_alone():
    seen = graph(inner_value_as_output)
    assert formulas(seen) == ["_convolution", "_relu_in_place", "_max_pooling"]
    alone = stack(ReLU(), shape=(4, 4, 2))
    x = images((4, 4, 2))
    given = x.clone()
    alone(x)
    assert formulas(alone) == ["_relu"]
    assert torch.equal(x, given)


def heat(model, x):
    """Grad-CAM's: the gradient of a score with respect to what an inner layer gave."""
    seen, scores = model(x)
    (found,) = torch.autograd.grad(scores[:, 0].sum(), seen)
    return found


@pytest.mark.parametrize("last", [Conv2D, ReLU, BatchNormalization, MaxPooling2D, Add])
def test_gradients_with_respect_to_an_inner_value_that_is_an_output(last, patch):
    inputs = layers.Input(SHAPE)
    x = Conv2D(4, 3, activation="relu")(inputs)
    made = last(4, 3) if last is Conv2D else last()
    seen = made([x, BatchNormalization()(x)]) if last is Add else made(x)
    x = layers.GlobalAveragePooling2D()(Conv2D(5, 3, activation="relu")(seen))
    model = Model(inputs, [seen, Dense(3)(x)])
    x = images(SHAPE)
    fused = heat(model, x)
    patch.setattr(FusedNetwork, "run", lambda self, *given: self._network.run(*given))
    torch.testing.assert_close(fused, heat(model, x), rtol=0, atol=0)
    assert fused.abs().max() > 0


def test_hooks_see_every_layer():
    model = NETWORKS["layers of one function"]()
    model(images(SHAPE))
    seen = {}
    for layer in model.layers:
        layer.register_forward_hook(lambda layer, _, y: seen.update({layer.name: y.clone()}))
    y = model(images(SHAPE))
    assert list(seen) == [layer.name for layer in model.layers]
    assert torch.equal(seen[model.layers[-1].name], y)
    assert (seen[model.layers[1].name] < 0).any()  # before ReLU


def test_a_layer_that_was_changed_is_heard():
    x, model = images(SHAPE), NETWORKS["convolution, ReLU, pooling"]()
    model(x)
    model.layers[0].activation = "tanh"
    assert (model(x) < 0).any()
    model.layers[0].activation = "relu"
    model.layers[1].call = lambda x: x - 100
    assert model(x).max() < 0
    assert model(x).shape[1:3] == (11, 9)


def test_a_layer_of_the_users_own_is_called():
    class Doubled(Conv2D):
        def call(self, x):
            return 2 * super().call(x)

    model = stack(Doubled(4, 3, activation="relu"), MaxPooling2D(2))
    assert formulas(model) == ["_max_pooling"]


def test_wrong_images_are_told_by_the_layer():
    model = NETWORKS["convolution, ReLU, pooling"]()
    with pytest.raises(ValueError, match="3 channels"):
        model(torch.zeros(2, 13, 11, 5))
    with pytest.raises(ValueError, match="needs the axis of a batch"):
        model(torch.zeros(2, 13, 3))


@pytest.mark.parametrize("name", [n for n, f in vars(pointwise).items() if inspect.isfunction(f)])
def test_activations_have_the_same_bits_in_either_layout(name):
    function = getattr(pointwise, name)
    if not is_same_in_either_layout(function) or name in ("threshold",):
        return
    x = 3 * images((7, 5, 33))
    results = []
    for order, back in (((0, 1, 2, 3),) * 2, ((0, 3, 1, 2), (0, 2, 3, 1))):
        z = x.clone().requires_grad_()
        y = function(z.permute(order)).permute(back)
        results += [y, *torch.autograd.grad((y * torch.arange(33.0)).sum(), z)]
    assert torch.equal(results[0], results[2])
    assert torch.equal(results[1], results[3])


def test_gelu_is_the_one_that_differs():
    apart = [
        name
        for name, function in activations.FUNCTIONS.items()
        if function.__module__ == pointwise.__name__ and not is_same_in_either_layout(function)
    ]
    assert apart == ["gelu"]


FAMILIES = (
    *("MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0"),
    *("ResNet50", "ResNet50V2", "DenseNet121", "Xception", "VGG16", "InceptionV3"),
    *("InceptionResNetV2", "NASNetMobile", "ConvNeXtTiny"),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_networks_have_the_same_bits(name, patch):
    # Images large enough that none becomes a single pixel, for which both layouts are one.
    model = getattr(applications, name)(weights=None, input_shape=(160, 160, 3), classes=7)
    x = images((160, 160, 3))[:2]
    assert_same(run(model, x, patch), run(model, x, patch, layer_by_layer=True))
