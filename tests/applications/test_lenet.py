"""LeNet is the lesson's: its layers, in its order, with its number of weights."""

from __future__ import annotations

import pytest
import torch

from saccade.applications import LeNet5
from saccade.errors import ShapeError


def test_the_layers_are_the_lessons():
    kinds = [type(layer).__name__ for layer in LeNet5().layers]
    pair = ["Conv2D", "AveragePooling2D"]
    assert kinds == [*pair, *pair, "Flatten", "Dense", "Dense", "Dense"]
    conv, pool, second, _, _, *dense = LeNet5().layers
    assert (conv.filters, conv.kernel_size, conv.padding) == (6, (5, 5), "same")
    assert (second.filters, second.kernel_size, second.padding) == (16, (5, 5), "valid")
    assert pool.get_config()["pool_size"] == (2, 2) or pool.get_config()["pool_size"] == [2, 2]
    assert [layer.units for layer in dense] == [120, 84, 10]
    activations = [layer.get_config()["activation"] for layer in (conv, second, *dense)]
    assert activations == ["tanh"] * 4 + ["softmax"]


def test_the_default_has_61706_weights():
    model = LeNet5()
    assert model.count_params() == 61_706
    assert model.name == "lenet5"
    assert model.output_shape == (None, 10)


def test_other_sizes_classes_and_activations():
    model = LeNet5((32, 40, 3), classes=3, classifier_activation=None, name="mine")
    logits = model(torch.rand(2, 32, 40, 3))
    assert (model.name, tuple(logits.shape)) == ("mine", (2, 3))
    assert not torch.allclose(logits.sum(dim=1), torch.ones(2))


def test_too_small_images_are_refused():
    with pytest.raises(ShapeError):
        LeNet5((7, 7, 1))
    assert LeNet5((12, 12, 1)).built
