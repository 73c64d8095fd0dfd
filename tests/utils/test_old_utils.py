"""Small helpers and lower-case names that scripts of Keras 1 and 2 import."""

import inspect

import h5py
import numpy as np
import pytest

from parity.reference import keras
from saccade import layers, models, optimizers, utils
from saccade.keras_alias.aliases import real_name
from saccade.keras_alias.check import fault_of
from saccade.training.callbacks.lambda_callback import LambdaCallback


@pytest.mark.parametrize("name", sorted(optimizers.CLASSES))
def test_optimizers_under_keras_2_s_small_names(name):
    cls = getattr(optimizers, name)
    assert cls is optimizers.CLASSES[name]
    assert float(cls(lr=0.125).learning_rate) == 0.125
    assert fault_of(f"keras.optimizers.{name}") == ""


@pytest.mark.parametrize(
    "path",
    [
        "keras.optimizers.adam_v2.Adam", "keras.optimizers.gradient_descent_v2.SGD",
        "keras.utils.multi_gpu_utils.multi_gpu_model", "keras.utils.generic_utils.Progbar",
        "keras.utils.layer_utils.convert_all_kernels_in_model",
        "keras.utils.conv_utils.normalize_data_format", "keras.utils.io_utils.HDF5Matrix",
        "tensorflow.keras.experimental.CosineDecay",
        "tensorflow.keras.mixed_precision.experimental.set_policy",
    ],
)  # fmt: skip
def test_old_places(path):
    assert fault_of(path, path.rpartition(".")[0]) == ""
    assert real_name(path.rpartition(".")[0]).startswith("saccade.")


def test_kernels_are_turned():
    model = models.Sequential(
        [
            layers.Conv2D(2, (3, 2), input_shape=(6, 6, 1)),
            models.Sequential([layers.SeparableConv2D(2, 3)]),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    before = model.get_weights()
    utils.convert_all_kernels_in_model(model)
    after = model.get_weights()
    np.testing.assert_array_equal(after[0], before[0][::-1, ::-1])
    np.testing.assert_array_equal(after[2], before[2][::-1, ::-1])
    for place in (1, 5, 6):
        np.testing.assert_array_equal(after[place], before[place])


def test_dense_rows_are_sorted_for_channels_elsewhere():
    dense = layers.Dense(2)
    dense.build((None, 24))
    x_hwc = np.random.RandomState(0).normal(size=(2, 3, 4)).astype("float32")
    expected = dense(x_hwc.reshape(1, -1)).detach().numpy()
    utils.convert_dense_weights_data_format(dense, (2, 3, 4), "channels_first")
    x_chw = x_hwc.transpose(2, 0, 1)
    np.testing.assert_allclose(dense(x_chw.reshape(1, -1)).detach(), expected, rtol=1e-5)
    utils.convert_dense_weights_data_format(dense, (4, 2, 3), "channels_last")
    np.testing.assert_allclose(dense(x_hwc.reshape(1, -1)).detach(), expected, rtol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_lengths_are_those_of_the_layers(padding, stride):
    conv = layers.Conv1D(1, 3, strides=stride, padding=padding)
    back = layers.Conv1DTranspose(1, 3, strides=stride, padding=padding)
    for length in (7, 8, 9):
        shape = (None, length, 1)
        assert (
            utils.conv_output_length(length, 3, padding, stride)
            == (conv.compute_output_shape(shape)[1])
        )
        assert (
            utils.deconv_length(length, stride, 3, padding) == back.compute_output_shape(shape)[1]
        )


def test_hdf5_matrix_is_read_in_parts(tmp_path):
    values = np.arange(20.0).reshape(10, 2)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = values
    part = utils.HDF5Matrix(tmp_path / "a.h5", "x", 2, 8, normalizer=lambda x: x / 2)
    assert (len(part), part.shape, part.ndim) == (6, (6, 2), 2)
    np.testing.assert_array_equal(part[1:3], values[3:5] / 2)
    np.testing.assert_array_equal(part[[4, 0, 4]], values[[6, 2, 6]] / 2)
    np.testing.assert_array_equal(part, values[2:8] / 2)


def test_progbar_is_keras_s(capsys):
    mine, theirs = (list(inspect.signature(one.utils.Progbar).parameters) for one in (_Own, keras))
    assert mine == theirs
    bar = utils.Progbar(3, interval=0.0)
    for step, loss in enumerate((1.0, 2.0, 3.0), 1):
        bar.update(step, [("loss", loss)])
    assert "3/3" in capsys.readouterr().out.splitlines()[-1].rpartition("\r")[2]
    assert bar._line(1.0).endswith("loss: 2.0000")


class _Own:
    utils = utils


@pytest.mark.parametrize("cls", ["SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D"])
def test_kernel_options_of_depthwise_layers_do_nothing_as_in_keras_2(cls):
    arguments = (2, 3) if cls.startswith("Sep") else (3,)
    old = getattr(layers, cls)(*arguments, kernel_regularizer="l2", kernel_initializer="ones")
    new = getattr(layers, cls)(*arguments)
    assert old.get_config() | {"name": ""} == new.get_config() | {"name": ""}


def test_a_lambda_callback_keeps_what_is_no_hook():
    assert LambdaCallback(custom=5).custom == 5
    with pytest.raises(ValueError, match="on_epoch_end"):
        LambdaCallback(on_epoch_edn=print)
