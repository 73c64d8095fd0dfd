"""Files of Keras 1 on Theano: channels first, kernels turned, filters before channels and sizes.

Written here as such a file is laid out; Theano itself runs nowhere any more.
"""

import json

import h5py
import numpy as np
import pytest

from saccade.config import set_image_data_format
from saccade.layers import Conv2D, Conv3D, Dense, Dropout, Flatten, Input, MaxPooling2D
from saccade.models import Sequential, load_model

STREAM = np.random.RandomState(0)
KERNEL = STREAM.standard_normal((3, 2, 2, 4)).astype("float32")  # of today
DENSE = STREAM.standard_normal((2 * 3 * 4, 5)).astype("float32")  # rows (height, width, channels)
X = STREAM.standard_normal((6, 2, 6, 7)).astype("float32")


def of_theano(kernel):
    """As Theano's file has a kernel: turned round, filters and channels before the sizes."""
    turned = kernel[(slice(None, None, -1),) * (kernel.ndim - 2)]
    return np.moveaxis(turned, (-2, -1), (1, 0))


def of_keras_1(dense):
    """The rows as Keras 1's Flatten gave them: (channels, height, width)."""
    return np.moveaxis(dense.reshape(2, 3, 4, 5), 2, 0).reshape(dense.shape)


def write(group, arrays, version=b"1.2.2"):
    """Layers with their weights, by the names of Keras 1 on Theano."""
    if version:
        group.attrs["keras_version"] = version
    group.attrs["layer_names"] = [name.encode() for name in arrays]
    for name, (kernel, bias) in arrays.items():
        inner = group.create_group(name)
        inner.attrs["weight_names"] = [f"{name}_W".encode(), f"{name}_b".encode()]
        inner[f"{name}_W"], inner[f"{name}_b"] = kernel, bias


ARRAYS = {
    "convolution2d_1": (of_theano(KERNEL), np.ones(4, "float32")),
    "dense_1": (of_keras_1(DENSE), np.zeros(5, "float32")),
}


def network():
    return Sequential([
        Input((2, 6, 7)), Conv2D(4, (3, 2)), MaxPooling2D(), Dropout(0.5), Flatten(), Dense(5),
    ])  # fmt: skip


def expected():
    """The numbers of the same network with its channels last."""
    set_image_data_format("channels_last")
    model = Sequential([Input((6, 7, 2)), Conv2D(4, (3, 2)), MaxPooling2D(), Flatten(), Dense(5)])
    model.set_weights([KERNEL, np.ones(4, "float32"), DENSE, np.zeros(5, "float32")])
    return model.predict(np.moveaxis(X, 1, -1), verbose=0)


def test_weights_into_a_network_with_its_channels_first(tmp_path):
    with h5py.File(tmp_path / "theano.h5", "w") as file:
        write(file, ARRAYS)
    set_image_data_format("channels_first")
    network()
    model = network()  # the second of a process: its layers' numbers are others than the file's
    model.load_weights(tmp_path / "theano.h5")
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], KERNEL)
    np.testing.assert_array_equal(model.layers[-1].get_weights()[0], DENSE)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected(), rtol=1e-5, atol=1e-5)


def test_a_file_that_is_not_signed(tmp_path):
    """Keras does not turn its kernels, either: scripts do, who know where it comes from."""
    with h5py.File(tmp_path / "theano.h5", "w") as file:
        write(file, ARRAYS, version=None)
    set_image_data_format("channels_first")
    model = network()
    model.load_weights(tmp_path / "theano.h5")
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], KERNEL[::-1, ::-1])


def test_a_whole_model(tmp_path):
    """Its record says dim_ordering; a Flatten of Keras 1 leaves the order as it is."""
    conv = {"name": "convolution2d_1", "trainable": True, "batch_input_shape": [None, 2, 6, 7],
            "input_dtype": "float32", "nb_filter": 4, "nb_row": 3, "nb_col": 2,
            "init": "glorot_uniform", "activation": "linear", "border_mode": "valid",
            "subsample": [1, 1], "dim_ordering": "th", "bias": True, "W_regularizer": None,
            "b_regularizer": None, "activity_regularizer": None, "W_constraint": None,
            "b_constraint": None}  # fmt: skip
    pool = {"name": "maxpooling2d_1", "trainable": True, "pool_size": [2, 2], "strides": [2, 2],
            "border_mode": "valid", "dim_ordering": "th"}  # fmt: skip
    dense = {"name": "dense_1", "trainable": True, "output_dim": 5, "init": "glorot_uniform",
             "activation": "linear", "bias": True, "input_dim": None, "W_regularizer": None,
             "b_regularizer": None, "activity_regularizer": None, "W_constraint": None,
             "b_constraint": None}  # fmt: skip
    record = {"class_name": "Sequential", "keras_version": "1.2.2", "config": [
        {"class_name": "Convolution2D", "config": conv},
        {"class_name": "MaxPooling2D", "config": pool},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        {"class_name": "Dense", "config": dense},
    ]}  # fmt: skip
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["keras_version"] = b"1.2.2"
        file.attrs["model_config"] = json.dumps(record).encode()
        write(file.create_group("model_weights"), ARRAYS)
    for word in ("channels_last", "channels_first"):  # the file says which it is
        set_image_data_format(word)
        model = load_model(tmp_path / "model.h5")
        found = model.predict(X, verbose=0)
        np.testing.assert_allclose(found, expected(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("word", ["channels_last", "channels_first"])
def test_kernels_of_volumes(tmp_path, word):
    kernel = STREAM.standard_normal((2, 3, 2, 2, 4)).astype("float32")
    turned = kernel[::-1, ::-1, ::-1]
    if word == "channels_first":
        turned = of_theano(kernel)
    with h5py.File(tmp_path / "theano.h5", "w") as file:
        write(file, {"convolution3d_1": (turned, np.ones(4, "float32"))})
    set_image_data_format(word)
    shape = (2, 5, 5, 5) if word == "channels_first" else (5, 5, 5, 2)
    model = Sequential([Input(shape), Conv3D(4, (2, 3, 2))])
    model.load_weights(tmp_path / "theano.h5")
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
