"""Xception: residual blocks that look at each channel alone and mix channels pixel by pixel."""

from __future__ import annotations

from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import along_channels
from saccade.applications.building.network import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    MaxPooling2D,
    SeparableConv2D,
)
from saccade.old_arguments import takes_dim_ordering

_STEM = (
    "https://storage.googleapis.com/tensorflow/keras-applications/"
    "xception/xception_weights_tf_dim_ordering_tf_kernels"
)

PRETRAINED = {
    "xception": Pretrained.at(
        _STEM,
        "0a58e3b7378bc2990ea3b43d5981f1f6",
        "b0042744bf5b25fce3cb969f33bebb97",
        InputRecord("tf", -1.0, 1.0, "saccade.applications.xception.preprocess_input"),
    )
}
"""The weights that `weights="imagenet"` stands for, by network."""


_TOP = Top(names_pooling=False)


@network(NetworkRecord("xception", PRETRAINED["xception"], 299, 71, top=_TOP))
def Xception(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build Xception, 22,910,480 weights; 20,861,480 without its top.

    Law, where s is bn(separable3x3(relu(.))) and p is max 3x3 in steps of 2::

        block 1        conv3x3 32 in steps of 2, conv3x3 64
        block 2, 3, 4  p(s(s(x))) + bn(conv1x1(x) in steps of 2), of 128, 256, 728 filters
        block 5 to 12  s(s(s(x))) + x, of 728
        block 13       as block 2, of 728 and 1024
        block 14       separable3x3 of 1536, then 2048, a ReLU behind each
        top            mean, dense `classes`

    No convolution has a bias; block 2 begins without its ReLU.

    Args:
    {arguments}

    Example:
        >>> backbone = Xception(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 5, 5, 2048), 20861480)

    Source: Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2016, figure 5;
    `keras.applications.xception.Xception`.
    """
    return _body(image)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what Xception was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Source: `keras.applications.xception.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph: the calls stand in Keras's order, which names the layers -------------------


def _body(x: Symbol) -> Symbol:
    for number, (filters, step) in enumerate(((32, 2), (64, 1)), 1):
        name = f"block1_conv{number}"
        x = Conv2D(filters, 3, step, use_bias=False, name=name)(x)
        x = Activation("relu", name=f"{name}_act")(
            BatchNormalization(along_channels(), name=f"{name}_bn")(x)
        )
    x = _narrowing(x, 2, 128, 128)
    x = _narrowing(x, 3, 256, 256)
    x = _narrowing(x, 4, 728, 728)
    for block in range(5, 13):
        start = x
        for number in (1, 2, 3):
            x = _separable(_relu(x, block, number), block, number, 728)
        x = Add()([x, start])
    x = _narrowing(x, 13, 728, 1024)
    for number, filters in enumerate((1536, 2048), 1):
        x = _relu(_separable(x, 14, number, filters), 14, number)
    return x


def _narrowing(x: Symbol, block: int, first: int, second: int) -> Symbol:
    start = Conv2D(second, 1, 2, "same", use_bias=False)(x)
    start = BatchNormalization(along_channels())(start)
    if block > 2:  # block 1 has ended in one
        x = _relu(x, block, 1)
    x = _separable(x, block, 1, first)
    x = _separable(_relu(x, block, 2), block, 2, second)
    x = MaxPooling2D(3, 2, "same", name=f"block{block}_pool")(x)
    return Add()([x, start])


def _separable(x: Symbol, block: int, number: int, filters: int) -> Symbol:
    name = f"block{block}_sepconv{number}"
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return BatchNormalization(along_channels(), name=f"{name}_bn")(x)


def _relu(x: Symbol, block: int, number: int) -> Symbol:
    return Activation("relu", name=f"block{block}_sepconv{number}_act")(x)
