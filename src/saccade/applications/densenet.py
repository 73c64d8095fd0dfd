"""DenseNet: networks in which each layer gets the maps of all layers of its block before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import along_channels, channels_of
from saccade.applications.building.network import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from saccade.old_arguments import takes_dim_ordering

_EPSILON = 1.001e-5
_GROWTH = 32  # channels that a layer adds
_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/densenet"
_INPUT = InputRecord(
    "torch",
    -0.485 / 0.229,
    (1 - 0.406) / 0.225,
    "saccade.applications.densenet.preprocess_input",
)


def _published(name: str, md5_with_top: str, md5_without_top: str) -> Pretrained:
    stem = f"{_FOLDER}/{name}_weights_tf_dim_ordering_tf_kernels"
    return Pretrained.at(stem, md5_with_top, md5_without_top, _INPUT)


PRETRAINED = {
    "densenet121": _published(
        "densenet121", "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"
    ),
    "densenet169": _published(
        "densenet169", "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"
    ),
    "densenet201": _published(
        "densenet201", "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"
    ),
}
"""The weights that `weights="imagenet"` stands for, by network."""


@network(NetworkRecord("densenet121", PRETRAINED["densenet121"]))
def DenseNet121(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build DenseNet121, 8,062,504 weights; 7,037,504 without its top.

    Law, for the default input::

        224x224x3 -> conv 7x7, in steps of 2, batch norm, ReLU, max 3x3 in steps of 2 -> 56x56x64
                  ->  6 layers -> half -> 28x28x128
                  -> 12 layers -> half -> 14x14x256
                  -> 24 layers -> half ->   7x7x512
                  -> 16 layers         ->   7x7x1024
                  -> batch norm, ReLU, mean, dense `classes`

        layer   y = [x, conv3x3 32(relu(bn(conv1x1 128(relu(bn(x))))))], joined along the channels
        half    mean 2x2 of conv1x1(relu(bn(x))), which halves the channels, too

    No convolution has a bias.

    Args:
    {arguments}

    Example:
        >>> backbone = DenseNet121(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 4, 4, 1024), 7037504)

    Source: Huang et al., Densely Connected Convolutional Networks, 2017, table 1;
    `keras.applications.densenet.DenseNet121`.
    """
    return _densenet(image, (6, 12, 24, 16))


@network(NetworkRecord("densenet169", PRETRAINED["densenet169"]))
def DenseNet169(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build DenseNet169: `DenseNet121` with 6, 12, 32 and 32 layers; 14,307,880 weights.

    Args:
    {arguments}

    Source: `keras.applications.densenet.DenseNet169`.
    """
    return _densenet(image, (6, 12, 32, 32))


@network(NetworkRecord("densenet201", PRETRAINED["densenet201"]))
def DenseNet201(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build DenseNet201: `DenseNet121` with 6, 12, 48 and 32 layers; 20,242,984 weights.

    Args:
    {arguments}

    Source: `keras.applications.densenet.DenseNet201`.
    """
    return _densenet(image, (6, 12, 48, 32))


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what DenseNet was trained on.

    Law: y = (x / 255 - mean) / deviation, with ImageNet's (0.485, 0.456, 0.406) and
    (0.229, 0.224, 0.225) for red, green and blue

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`.

    Example:
        >>> import numpy as np
        >>> preprocess_input(np.array([[[0, 0, 255]]], "uint8")).round(2).tolist()[0][0][2]
        2.640000104904175

    Source: `keras.applications.densenet.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode=_INPUT.mode)


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _densenet(image: Symbol, counts: Sequence[int]) -> Symbol:
    x = ZeroPadding2D(((3, 3), (3, 3)))(image)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = _active(x, "conv1_")
    x = ZeroPadding2D(((1, 1), (1, 1)))(x)
    x = MaxPooling2D(3, strides=2, name="pool1")(x)
    for block, count in enumerate(counts, 2):
        if block > 2:
            x = _half(x, f"pool{block - 1}")
        for number in range(1, count + 1):
            x = _layer(x, f"conv{block}_block{number}")
    return _active(x, "")


def _layer(x: Symbol, name: str) -> Symbol:
    new = _active(x, f"{name}_0_")
    new = Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _active(new, f"{name}_1_")
    new = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return Concatenate(along_channels(), name=f"{name}_concat")([x, new])


def _half(x: Symbol, name: str) -> Symbol:
    channels = channels_of(x)
    assert channels is not None
    x = Conv2D(channels // 2, 1, use_bias=False, name=f"{name}_conv")(_active(x, f"{name}_"))
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _active(x: Symbol, prefix: str) -> Symbol:
    x = BatchNormalization(along_channels(), epsilon=_EPSILON, name=f"{prefix}bn")(x)
    return Activation("relu", name=f"{prefix}relu")(x)
