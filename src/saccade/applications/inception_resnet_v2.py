"""InceptionResNetV2: InceptionV3's windows side by side, whose result is added in small parts."""

from __future__ import annotations

from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import channel_axis, channels_of
from saccade.applications.building.inception import chained, convolved, halved, squares, stem
from saccade.applications.building.network import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import Activation, Concatenate, Conv2D, MaxPooling2D
from saccade.layers.merging.branches import CustomScaleLayer
from saccade.old_arguments import takes_dim_ordering

_STEM = (
    "https://storage.googleapis.com/tensorflow/keras-applications/"
    "inception_resnet_v2/inception_resnet_v2_weights_tf_dim_ordering_tf_kernels"
)

PRETRAINED = {
    "inception_resnet_v2": Pretrained.at(
        _STEM,
        "e693bd0210a403b3192acc6073ad2e96",
        "d19885ff4a710c122648d3b5c3b684e4",
        InputRecord("tf", -1.0, 1.0, "saccade.applications.inception_resnet_v2.preprocess_input"),
    )
}
"""The weights that `weights="imagenet"` stands for, by network."""

_BRANCHES = {  # of each kind of block: filters and window of one convolution after the other
    "block35": (
        ((32, (1, 1)),),
        ((32, (1, 1)), (32, (3, 3))),
        ((32, (1, 1)), (48, (3, 3)), (64, (3, 3))),
    ),
    "block17": (((192, (1, 1)),), ((128, (1, 1)), (160, (1, 7)), (192, (7, 1)))),
    "block8": (((192, (1, 1)),), ((192, (1, 1)), (224, (1, 3)), (256, (3, 1)))),
}


@network(
    NetworkRecord(
        "inception_resnet_v2",
        PRETRAINED["inception_resnet_v2"],
        299,
        75,
        top=Top(names_pooling=False),
    )
)
def InceptionResNetV2(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build InceptionResNetV2, 55,873,736 weights; 54,336,736 without its top.

    Law, for the default input::

        299x299x3 -> 5 convs, 2 max 3x3 -> 35x35x192
                  -> mixed_5b           -> 35x35x320    windows 1, 5 and twice 3, and a mean
                  -> 10 blocks          -> 35x35x320    windows 1, 3 and twice 3
                  -> mixed_6a           -> 17x17x1088
                  -> 20 blocks          -> 17x17x1088   windows 1, and 1x7 then 7x1
                  -> mixed_7a           ->  8x8x2080
                  -> 10 blocks          ->  8x8x2080    windows 1, and 1x3 then 3x1
                  -> conv 1x1           ->  8x8x1536 -> mean, dense `classes`

        block:  y = relu(x + scale * conv1x1(windows side by side))
                scale 0.17, 0.1 and 0.2; the last block has 1 and no ReLU

    The other convolutions have no bias and end in a batch normalisation without gamma and a ReLU.

    Args:
    {arguments}

    Source: Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual Connections
    on Learning, 2016; `keras.applications.inception_resnet_v2.InceptionResNetV2`.
    """
    x = squares(stem(image), 96, 64, "mixed_5b")
    for number in range(1, 11):
        x = _block(x, "block35", number, 0.17)
    x = halved(x, 384, (256, 256, 384), "mixed_6a")
    for number in range(1, 21):
        x = _block(x, "block17", number, 0.1)
    x = _halved_again(x, "mixed_7a")
    for number in range(1, 10):
        x = _block(x, "block8", number, 0.2)
    x = _block(x, "block8", 10, 1.0, is_last=True)
    return convolved(x, 1536, (1, 1), name="conv_7b")


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what InceptionResNetV2 was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Example:
        >>> import numpy as np
        >>> preprocess_input(np.array([[[0, 255, 255]]], "uint8")).tolist()
        [[[-1.0, 1.0, 1.0]]]

    Source: `keras.applications.inception_resnet_v2.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph: the calls stand in Keras's order, which names the layers -------------------


def _halved_again(x: Symbol, name: str) -> Symbol:
    once = convolved(convolved(x, 256, (1, 1)), 384, (3, 3), 2, "valid")
    again = convolved(convolved(x, 256, (1, 1)), 288, (3, 3), 2, "valid")
    twice = chained(x, (256, (1, 1)), (288, (3, 3)))
    twice = convolved(twice, 320, (3, 3), 2, "valid")
    return Concatenate(channel_axis(), name=name)([once, again, twice, MaxPooling2D(3, 2)(x)])


def _block(x: Symbol, kind: str, number: int, scale: float, is_last: bool = False) -> Symbol:
    name = f"{kind}_{number}"
    mixed = [chained(x, *steps) for steps in _BRANCHES[kind]]
    mixed = Concatenate(channel_axis(), name=f"{name}_mixed")(mixed)
    branch = Conv2D(channels_of(x) or 0, 1, padding="same", name=f"{name}_conv")(mixed)
    x = CustomScaleLayer(scale)([x, branch])
    return x if is_last else Activation("relu", name=f"{name}_ac")(x)
