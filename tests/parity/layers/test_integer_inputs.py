"""The dtype that each layer gives for whole numbers, against Keras's.

Keras's torch backend computes some of them in no dtype at all, or in another than TensorFlow; what
Keras gives on TensorFlow stands here by name then.
"""

import numpy as np
import pytest
import torch

from conformance.calls import SEVERAL, keras_options
from conformance.test_layer_conformance import EXAMPLES, NAMES, each
from parity.reference import keras
from saccade import layers

DTYPES = ("bool", "uint8", "int8", "int32", "int64")
ON_TENSORFLOW = {  # the dtype of its input
    *(f"{kind}MaxPooling{rank}D" for kind in ("", "Adaptive") for rank in (1, 2)),
}
# Keras turns what it computed back into whole numbers, which leaves nothing of it; and brightens
# bytes past 255. Saccade gives floats.
FLOATS_HERE = {"RMSNormalization", "RandomBrightness"}
# Of int64, the torch backend makes int32 of the first and int64 means of the others; TensorFlow
# makes int64 of the first, and fails at the others.
ELSEWHERE = {
    **{(name, "int64"): "int64" for name in ("Maximum", "Minimum", "Dot")},
    **{(f"AveragePooling{rank}D", "int64"): "float32" for rank in (1, 2, 3)},
}
# Keras's ask for TensorFlow, warn, or draw what they do.
OUT_OF_SCOPE = {"Equalization", "Pipeline", "InputLayer", "Wrapper", "RandomShear", "RandAugment"}
CHECKED = [
    name for name in NAMES if hasattr(keras.layers, name) and name not in OUT_OF_SCOPE | FLOATS_HERE
]


def whole(name, dtype):
    stream = np.random.RandomState(0)
    high = 2 if dtype == "bool" else 5
    return each(lambda shape: stream.randint(0, high, shape).astype(dtype), EXAMPLES[name][1])


def dtype_of(layer, x):
    several = type(layer).__name__ in SEVERAL and isinstance(x, list)
    y = layer(*x) if several else layer(x)
    return str((y[0] if isinstance(y, (list, tuple)) else y).dtype).removeprefix("torch.")


@pytest.mark.parametrize("name", CHECKED)
def test_the_dtype_for_whole_numbers_is_keras(name):
    for dtype in DTYPES:
        x = whole(name, dtype)
        if (name, dtype) in ELSEWHERE:
            needed = ELSEWHERE[name, dtype]
        elif name in ON_TENSORFLOW and dtype != "bool":
            needed = dtype
        else:
            try:
                theirs = getattr(keras.layers, name)(**keras_options(EXAMPLES[name][0]))
                needed = dtype_of(theirs, x)
            except (RuntimeError, TypeError, ValueError, NotImplementedError):
                continue
        if name == "ActivityRegularization":
            continue  # adds its penalty up in floats, which those of whole numbers may pass
        assert dtype_of(layers.CLASSES[name](**EXAMPLES[name][0]), x) == needed, dtype


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_maxima_of_whole_numbers(dtype):
    top = np.iinfo(dtype).max
    top = min(top, 2**53)
    x = np.array([top - 1, top, 1, 0], dtype).reshape(1, 2, 2, 1)
    for layer in (
        layers.MaxPooling2D(),
        layers.AdaptiveMaxPooling2D(1),
        layers.GlobalMaxPooling2D(),
    ):
        y = layer(x)
        assert (int(y.max()), y.dtype) == (top, getattr(torch, dtype))
    same = layers.MaxPooling2D(3, 1, "same")(x)
    assert int(same.min()) == top


@pytest.mark.parametrize("words", [{}, {"max_value": 6.0}, {"threshold": 1.0}])
def test_relu_of_whole_numbers(words):
    x = np.array([[-3, 1, 9]], np.int32)
    floats = layers.ReLU(**words)(x.astype(np.float32))
    y = layers.ReLU(**words)(x)
    assert y.dtype is torch.int32
    assert y.tolist() == floats.tolist()


@pytest.mark.parametrize("name", ["Dropout", "GaussianDropout", "GaussianNoise", "AlphaDropout"])
def test_noise_is_added_to_floats(name):
    x = np.ones((64, 8), np.int32)
    y = layers.CLASSES[name](0.5)(x, training=True)
    assert y.dtype is torch.float32
    assert len(y.unique()) > 1


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_resizing_of_masks(interpolation):
    x = np.zeros((1, 4, 4, 1), bool)
    x[:, :2] = True
    y = layers.Resizing(2, 2, interpolation)(x)
    assert y.dtype is torch.bool
    assert y[0, :, :, 0].tolist() == [[True, True], [False, False]]
