"""ResNetV2: residual networks whose blocks normalise first and add last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import along_channels
from saccade.applications.building.network import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from saccade.old_arguments import takes_dim_ordering

_EPSILON = 1.001e-5
_FILTERS = (64, 128, 256, 512)
_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/resnet"
_INPUT = InputRecord("tf", -1.0, 1.0, "saccade.applications.resnet_v2.preprocess_input")


def _published(name: str, md5_with_top: str, md5_without_top: str) -> Pretrained:
    stem = f"{_FOLDER}/{name}_weights_tf_dim_ordering_tf_kernels"
    return Pretrained.at(stem, md5_with_top, md5_without_top, _INPUT)


PRETRAINED = {
    "resnet50v2": _published(
        "resnet50v2", "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"
    ),
    "resnet101v2": _published(
        "resnet101v2", "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"
    ),
    "resnet152v2": _published(
        "resnet152v2", "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"
    ),
}
"""The weights that `weights="imagenet"` stands for, by network."""


@network(NetworkRecord("resnet50v2", PRETRAINED["resnet50v2"]))
def ResNet50V2(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build ResNet50V2, 25,613,800 weights; 23,564,800 without its top.

    Law: as `saccade.applications.resnet.ResNet50`, but a block first normalises what came in and
    adds without a last ReLU, so that x goes through the whole network by additions alone::

        block f:  p = relu(bn(x))
                  y = x' + conv1x1 4f(relu(bn(conv3x3 f(relu(bn(conv1x1 f(p)))))))

    x' is x; in the first block of a stage conv1x1 4f(p). The last block of the first three stages
    goes in steps of 2, x' with it. The first two convolutions of a block have no bias.

    Args:
    {arguments}

    Example:
        >>> backbone = ResNet50V2(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 5, 5, 2048), 23564800)

    Source: He et al., Identity Mappings in Deep Residual Networks, 2016;
    `keras.applications.resnet_v2.ResNet50V2`.
    """
    return _resnet_v2(image, (3, 4, 6, 3))


@network(NetworkRecord("resnet101v2", PRETRAINED["resnet101v2"]))
def ResNet101V2(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build ResNet101V2: `ResNet50V2` with 3, 4, 23 and 3 blocks; 44,675,560 weights.

    Args:
    {arguments}

    Source: `keras.applications.resnet_v2.ResNet101V2`.
    """
    return _resnet_v2(image, (3, 4, 23, 3))


@network(NetworkRecord("resnet152v2", PRETRAINED["resnet152v2"]))
def ResNet152V2(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build ResNet152V2: `ResNet50V2` with 3, 8, 36 and 3 blocks; 60,380,648 weights.

    Args:
    {arguments}

    Source: `keras.applications.resnet_v2.ResNet152V2`.
    """
    return _resnet_v2(image, (3, 8, 36, 3))


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what ResNetV2 was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Example:
        >>> import numpy as np
        >>> preprocess_input(np.array([[[255, 0, 0]]], "uint8")).tolist()
        [[[1.0, -1.0, -1.0]]]

    Source: `keras.applications.resnet_v2.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode=_INPUT.mode)


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _resnet_v2(image: Symbol, blocks: Sequence[int]) -> Symbol:
    x = ZeroPadding2D(((3, 3), (3, 3)), name="conv1_pad")(image)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = ZeroPadding2D(((1, 1), (1, 1)), name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (count, filters) in enumerate(zip(blocks, _FILTERS, strict=True), 2):
        for number in range(1, count + 1):
            strides = 2 if number == count and stage < 5 else 1
            x = _block(x, f"conv{stage}_block{number}", filters, strides, number == 1)
    return _active(x, "post")


def _block(x: Symbol, name: str, filters: int, strides: int, is_first: bool) -> Symbol:
    """x' + bottleneck(x); the calls stand in Keras's order, which names them."""
    ready = _active(x, f"{name}_preact")
    if is_first:
        shortcut = Conv2D(4 * filters, 1, strides, name=f"{name}_0_conv")(ready)
    else:
        shortcut = MaxPooling2D(1, strides)(x) if strides > 1 else x
    x = Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(ready)
    x = _active(x, f"{name}_1")
    x = ZeroPadding2D(((1, 1), (1, 1)), name=f"{name}_2_pad")(x)
    x = Conv2D(filters, 3, strides, use_bias=False, name=f"{name}_2_conv")(x)
    x = _active(x, f"{name}_2")
    x = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return Add(name=f"{name}_out")([shortcut, x])


def _active(x: Symbol, name: str) -> Symbol:
    x = BatchNormalization(along_channels(), epsilon=_EPSILON, name=f"{name}_bn")(x)
    return Activation("relu", name=f"{name}_relu")(x)
