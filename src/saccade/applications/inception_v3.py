"""InceptionV3: each module looks at an image through windows of several sizes and joins them."""

from __future__ import annotations

from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import along_channels
from saccade.applications.building.inception import (
    averaged,
    chained,
    convolved,
    halved,
    squares,
    stem,
)
from saccade.applications.building.network import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import Concatenate, MaxPooling2D
from saccade.old_arguments import takes_dim_ordering

_STEM = (
    "https://storage.googleapis.com/tensorflow/keras-applications/"
    "inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels"
)

PRETRAINED = {
    "inception_v3": Pretrained.at(
        _STEM,
        "9a0d58056eeedaa3f26cb7ebd46da564",
        "bcbd6486424b2319ff4ef7d526e38f63",
        InputRecord("tf", -1.0, 1.0, "saccade.applications.inception_v3.preprocess_input"),
    )
}
"""The weights that `weights="imagenet"` stands for, by network."""


_TOP = Top(names_pooling=False)


@network(NetworkRecord("inception_v3", PRETRAINED["inception_v3"], 299, 75, top=_TOP))
def InceptionV3(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build InceptionV3, 23,851,784 weights; 21,802,784 without its top.

    Law, for the default input::

        299x299x3 -> 5 convs, 2 max 3x3 -> 35x35x192
                  -> mixed0 to mixed2   -> 35x35x288    windows 1, 5 and 3 twice
                  -> mixed3 to mixed7   -> 17x17x768    windows 1x7 and 7x1
                  -> mixed8 to mixed10  ->  8x8x2048    windows 1x3 and 3x1 side by side
                  -> mean, dense `classes`

    Every convolution has no bias and ends in a batch normalisation without gamma and a ReLU.

    Args:
    {arguments}

    Example:
        >>> backbone = InceptionV3(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 3, 3, 2048), 21802784)

    Source: Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015;
    `keras.applications.inception_v3.InceptionV3`.
    """
    return _body(image)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what InceptionV3 was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Source: `keras.applications.inception_v3.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph: the calls stand in Keras's order, which names the layers -------------------


def _body(x: Symbol) -> Symbol:
    x = stem(x)
    for number, pooled in enumerate((32, 64, 64)):
        x = squares(x, 64, pooled, f"mixed{number}")
    x = halved(x, 384, (64, 96, 96), "mixed3")
    for number, filters in enumerate((128, 160, 160, 192), 4):
        x = _rows_and_columns(x, filters, f"mixed{number}")
    x = _halved_again(x, "mixed8")
    for number in range(2):
        x = _side_by_side(x, number)
    return x


def _rows_and_columns(x: Symbol, filters: int, name: str) -> Symbol:
    ones = convolved(x, 192, (1, 1))
    once = chained(x, (filters, (1, 1)), (filters, (1, 7)), (192, (7, 1)))
    twice = chained(
        x,
        (filters, (1, 1)),
        (filters, (7, 1)),
        (filters, (1, 7)),
        (filters, (7, 1)),
        (192, (1, 7)),
    )
    return _joined([ones, once, twice, averaged(x, 192)], name)


def _halved_again(x: Symbol, name: str) -> Symbol:
    threes = convolved(convolved(x, 192, (1, 1)), 320, (3, 3), 2, "valid")
    sevens = chained(x, (192, (1, 1)), (192, (1, 7)), (192, (7, 1)))
    sevens = convolved(sevens, 192, (3, 3), 2, "valid")
    return _joined([threes, sevens, MaxPooling2D(3, 2)(x)], name)


def _side_by_side(x: Symbol, number: int) -> Symbol:
    ones = convolved(x, 320, (1, 1))
    threes = convolved(x, 384, (1, 1))
    threes = [convolved(threes, 384, (1, 3)), convolved(threes, 384, (3, 1))]
    threes = _joined(threes, f"mixed9_{number}")
    twice = chained(x, (448, (1, 1)), (384, (3, 3)))
    twice = _joined([convolved(twice, 384, (1, 3)), convolved(twice, 384, (3, 1))])
    return _joined([ones, threes, twice, averaged(x, 192)], f"mixed{9 + number}")


def _joined(parts: list[Symbol], name: str | None = None) -> Symbol:
    return Concatenate(along_channels(), name=name)(parts)
