"""MobileNetV2: narrow features that each block widens, filters and narrows again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import along_channels, channels_of, sides_of
from saccade.applications.building.geometry import eights, stepping_border
from saccade.applications.building.input_shape import obtain_input_shape, published_side
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.applications.mobilenet import check_width, note_other_size
from saccade.errors import InvalidArgument
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    ReLU,
    ZeroPadding2D,
)
from saccade.models import Model
from saccade.old_arguments import takes_dim_ordering

_STAGES = (  # filters at alpha 1, step of the first block, blocks
    (16, 1, 1),
    (24, 2, 2),
    (32, 2, 3),
    (64, 2, 4),
    (96, 1, 3),
    (160, 2, 3),
    (320, 1, 1),
)
_EXPANSION = 6  # of all blocks but the first, which does not widen
_WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2"
_INPUT = InputRecord("tf", -1.0, 1.0, "saccade.applications.mobilenet_v2.preprocess_input")


def _published(alpha: float, side_px: int) -> Pretrained:
    """The files of one width and size; nobody publishes their hashes."""
    name = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{side_px}"
    stem = f"{_FOLDER}/{name}"
    return Pretrained(RemoteFile(f"{stem}.h5"), RemoteFile(f"{stem}_no_top.h5"), _INPUT)


PRETRAINED = {"mobilenetv2": _published(1.0, 224)}
"""The weights that `weights="imagenet"` stands for, at alpha 1 and 224 pixels."""

_RECORD = NetworkRecord(
    "mobilenetv2", PRETRAINED["mobilenetv2"], published_px=(96, 128, 160, 192, 224)
)


@listed(_RECORD)
def MobileNetV2(
    input_shape: Sequence[int | None] | None = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Symbol | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Model:
    """Build MobileNetV2, 3,538,984 weights at alpha 1; 2,257,984 without its top.

    Law, for c channels that come in and f that go out::

        conv3x3 32 in steps of 2, then 17 blocks, then conv1x1 1280
        block:  w = relu6(bn(depthwise3x3(relu6(bn(conv1x1 6c(x))))))
                y = bn(conv1x1 f(w)), and + x where y has the shape of x

    f is 16, twice 24, 3 times 32, 4 times 64, 3 times 96, 3 times 160, 320. The first block does
    not widen; the first of 24, 32, 64 and 160 goes in steps of 2.

    The published weights are for alpha 0.35, 0.5, 0.75, 1, 1.3 or 1.4 and for images of 96, 128,
    160, 192 or 224 pixels; other images get those for 224. No hash of them is published: a file
    that is no HDF5 or cut short is found, changed bytes are not. Without an `input_shape`, an
    `input_tensor` of one of these sizes gets the weights of its size. A model without a name is
    called by its alpha and height, "mobilenetv2_1.00_224".

    Args:
        alpha: what all numbers of filters are multiplied by, then rounded to a multiple of 8; the
            last convolution's only above 1.
    {arguments}

    Example:
        >>> backbone = MobileNetV2(include_top=False, weights=None, input_shape=(160, 160, 3))
        >>> backbone.name, backbone.output_shape, backbone.count_params()
        ('mobilenetv2_1.00_160', (None, 5, 5, 1280), 2257984)

    Source: Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018, table 2;
    `keras.applications.mobilenet_v2.MobileNetV2`.
    """
    where = f'"{name or _RECORD.name}"'
    sides = input_shape
    if isinstance(input_tensor, Symbol):
        _check_sizes(where, input_shape, input_tensor)
        sides = input_shape or input_tensor.shape[1:]
    side_px = published_side(sides, _RECORD.published_px)
    shape = obtain_input_shape(where, input_shape, side_px, _RECORD.least_px, include_top, weights)
    height, pretrained = sides_of(shape)[0], _RECORD.pretrained
    if isinstance(weights, str) and weights == "imagenet":
        check_width(where, alpha, _WIDTHS)
        # Keras looks at the shape that was given, not at the tensor's, where there is no top.
        side_px = published_side(shape, _RECORD.published_px)
        height = side_px
        note_other_size(where, shape, side_px)
        pretrained = _published(alpha, side_px)
    options = NetworkOptions(
        include_top,
        weights,
        input_tensor,
        input_shape,
        pooling,
        classes,
        classifier_activation,
        name or f"mobilenetv2_{alpha:0.2f}_{height}",
    )

    def body(x: Symbol, options: NetworkOptions) -> Symbol:
        x = Conv2D(eights(32 * alpha), 3, 2, "same", use_bias=False, name="Conv1")(x)
        x = ReLU(6.0, name="Conv1_relu")(_normed(x, "bn_Conv1"))
        number = 0
        for filters, first_step, count in _STAGES:
            for place in range(count):
                step = 1 if place else first_step
                x = _block(x, number, eights(int(filters * alpha)), step)
                number += 1
        x = Conv2D(eights(1280 * max(alpha, 1.0)), 1, use_bias=False, name="Conv_1")(x)
        return ReLU(6.0, name="out_relu")(_normed(x, "Conv_1_bn"))

    top = Top(lambda x: GlobalAveragePooling2D()(x), names_pooling=False)
    record = replace(_RECORD, pretrained=pretrained, default_px=side_px, top=top)
    return build_network(options, body, record)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what MobileNetV2 was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Source: `keras.applications.mobilenet_v2.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


def _check_sizes(where: str, shape: Sequence[int | None] | None, tensor: Symbol) -> None:
    if shape is None or len(shape) != 3 or len(tensor.shape) != 4:
        return  # nothing to compare, or told elsewhere
    width, found = sides_of(shape)[1], sides_of(tensor.shape[1:])[1]
    if found != width:
        raise InvalidArgument(
            where,
            f"input_tensor must be as wide as input_shape, {width}",
            str(found),
            "Give one of the two.",
        )


# -- the graph -----------------------------------------------------------------------------


def _block(x: Symbol, number: int, filters: int, step: int) -> Symbol:
    prefix, start, channels = f"block_{number}", x, channels_of(x)
    if number:
        width = _EXPANSION * (channels or 0)
        x = Conv2D(width, 1, padding="same", use_bias=False, name=f"{prefix}_expand")(x)
        x = ReLU(6.0, name=f"{prefix}_expand_relu")(_normed(x, f"{prefix}_expand_BN"))
    else:
        prefix = "expanded_conv"
    padding = "same"
    if step > 1:
        x, padding = ZeroPadding2D(stepping_border(x, 3), name=f"{prefix}_pad")(x), "valid"
    x = DepthwiseConv2D(3, step, padding, use_bias=False, name=f"{prefix}_depthwise")(x)
    x = ReLU(6.0, name=f"{prefix}_depthwise_relu")(_normed(x, f"{prefix}_depthwise_BN"))
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}_project")(x)
    x = _normed(x, f"{prefix}_project_BN")
    return Add(name=f"{prefix}_add")([start, x]) if step == 1 and channels == filters else x


def _normed(x: Symbol, name: str) -> Symbol:
    return BatchNormalization(along_channels(), momentum=0.999, epsilon=1e-3, name=name)(x)
