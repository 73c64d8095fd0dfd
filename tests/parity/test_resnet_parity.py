"""ResNet against the installed Keras's: layers, their order and settings, numbers, arguments."""

import json

import numpy as np
import pytest
from parity.reference import close, keras, normal

import saccade
from saccade.applications import imagenet_utils, resnet

NAMES = ("ResNet50", "ResNet101", "ResNet152")
COUNTS = {  # with the top, without it, not trained
    "ResNet50": (25_636_712, 23_587_712, 53_120),
    "ResNet101": (44_707_176, 42_658_176, 105_344),
    "ResNet152": (60_419_944, 58_370_944, 151_424),
}


@pytest.mark.parametrize("name", NAMES)
def test_layers_order_settings_and_counts(name):
    ours = getattr(resnet, name)(weights=None)
    theirs = getattr(keras.applications.resnet, name)(weights=None)
    assert [layer.name for layer in ours.layers][1:] == [one.name for one in theirs.layers][1:]
    assert ours.name == theirs.name
    assert ours.count_params() == theirs.count_params() == COUNTS[name][0]
    still = sum(int(np.prod(weight.shape)) for weight in ours.non_trainable_weights)
    assert still == COUNTS[name][2]
    for mine, other in zip(ours.layers[1:], theirs.layers[1:], strict=True):
        assert type(mine).__name__ == type(other).__name__
        shapes = [tuple(weight.shape) for weight in mine.weights]
        assert shapes == [tuple(weight.shape) for weight in other.weights], mine.name
        assert mine.output_shape == tuple(other.output.shape), mine.name
        for key in ("padding", "strides", "epsilon", "momentum", "kernel_size", "use_bias"):
            assert _plain(mine, key) == _plain(other, key), (mine.name, key)


def _plain(layer, key):
    return json.loads(json.dumps(layer.get_config().get(key)))


@pytest.mark.parametrize("name", NAMES[:1])
def test_without_a_top(name):
    ours = getattr(resnet, name)(include_top=False, weights=None)
    theirs = getattr(keras.applications.resnet, name)(include_top=False, weights=None)
    assert [layer.name for layer in ours.layers][1:] == [one.name for one in theirs.layers][1:]
    assert ours.count_params() == theirs.count_params() == COUNTS[name][1]
    assert ours.output_shape == theirs.output_shape == (None, None, None, 2048)
