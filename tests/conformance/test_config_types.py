"""Types in the configs of layers: a tuple where Keras has a tuple."""

import copy

import numpy as np
import pytest
import torch

from conformance.layer_examples import EXAMPLES
from parity.reference import keras
from saccade import layers

# Keras keeps what the user wrote here, in a list or tuple of its own; or reads not what it writes.
AS_GIVEN = {"value_range", "factor", "x_factor", "y_factor", "layers", "dtype"}
UNSET = {"input_axes", "output_axes"}  # of initialisers: saccade knows them only as None


pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning:keras", "ignore:.*Tensor.T is deprecated"
)


def types_of(value):
    if isinstance(value, dict):
        return {key: types_of(one) for key, one in value.items() if key not in UNSET}
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return kind, [types_of(one) for one in value]
    return type(value).__name__


def called(layer, shape):
    stream = np.random.RandomState(0)
    many = shape if isinstance(shape, list) else [shape]
    x = [torch.as_tensor(stream.uniform(0, 1, one).astype(np.float32)) for one in many]
    layer(x if isinstance(shape, list) else x[0])
    return layer


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if hasattr(keras.layers, name)))
def test_types_are_keras_s(name):
    arguments, shape, _ = EXAMPLES[name]
    try:
        theirs = called(getattr(keras.layers, name)(**copy.deepcopy(arguments)), shape)
    except (TypeError, ValueError, AttributeError, NotImplementedError, RuntimeError):
        pytest.skip("Keras on torch does not make or call it so")
    mine = called(layers.CLASSES[name](**copy.deepcopy(arguments)), shape).get_config()
    for key, value in theirs.get_config().items():
        if key in mine and key not in AS_GIVEN and not key.endswith("_factor"):
            assert types_of(mine[key]) == types_of(value), key
