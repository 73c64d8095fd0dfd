"""MobileNet: a small network that filters each channel alone and mixes channels pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from saccade import activations
from saccade.applications import imagenet_utils
from saccade.applications.building.channels import along_channels, sides_of
from saccade.applications.building.input_shape import obtain_input_shape, published_side
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.errors import InvalidArgument
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)
from saccade.models import Model
from saccade.notes import note_once
from saccade.old_arguments import takes_dim_ordering

_BLOCKS = (  # filters at alpha 1, step
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)
_WIDTHS = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}
_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet"
_INPUT = InputRecord("tf", -1.0, 1.0, "saccade.applications.mobilenet.preprocess_input")


def _published(alpha: float, side_px: int) -> Pretrained:
    """The files of one width and size; nobody publishes their hashes."""
    stem = f"{_FOLDER}/mobilenet_{_WIDTHS[alpha]}_{side_px}_tf"
    return Pretrained(RemoteFile(f"{stem}.h5"), RemoteFile(f"{stem}_no_top.h5"), _INPUT)


PRETRAINED = {"mobilenet": _published(1.0, 224)}
"""The weights that `weights="imagenet"` stands for, at alpha 1 and 224 pixels."""

_RECORD = NetworkRecord("mobilenet", PRETRAINED["mobilenet"], published_px=(128, 160, 192, 224))


@listed(_RECORD)
def MobileNet(
    input_shape: Sequence[int | None] | None = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Symbol | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Model:
    """Build MobileNet, 4,253,864 weights at alpha 1; 3,228,864 without its top.

    Law, for `filters` of 64, 128, 128, 256, 256, six times 512, twice 1024::

        conv3x3 32 in steps of 2, then 13 blocks
        block:  y = relu6(bn(conv1x1 filters(relu6(bn(depthwise3x3(x))))))
        top:    mean, dropout, conv1x1 `classes`, softmax

    Where the filters grow, the depthwise convolution goes in steps of 2; to 64 it does not.

    The published weights are for alpha 0.25, 0.5, 0.75 or 1 and for images of 128, 160, 192 or 224
    pixels; other images get those for 224. No hash of them is published: a file that is no HDF5 or
    cut short is found, changed bytes are not. A model without a name is called by its alpha and
    height, "mobilenet_1.00_224".

    Args:
        alpha: what all numbers of filters are multiplied by, then rounded down.
        depth_multiplier: filters for each channel of a depthwise convolution.
        dropout: share of values that the top's dropout sets to 0, in [0, 1).
    {arguments}

    Example:
        >>> backbone = MobileNet(include_top=False, weights=None, input_shape=(160, 160, 3))
        >>> backbone.name, backbone.output_shape, backbone.count_params()
        ('mobilenet_1.00_160', (None, 5, 5, 1024), 3228864)

    Source: Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
    Applications, 2017; `keras.applications.mobilenet.MobileNet`.
    """
    where = f'"{name or _RECORD.name}"'
    side_px = published_side(input_shape, _RECORD.published_px)
    shape = obtain_input_shape(where, input_shape, side_px, _RECORD.least_px, include_top, weights)
    height, pretrained = sides_of(shape)[0], _RECORD.pretrained
    if isinstance(weights, str) and weights == "imagenet":
        if depth_multiplier != 1:
            raise InvalidArgument(
                where, 'with weights="imagenet", depth_multiplier must be 1', repr(depth_multiplier)
            )
        check_width(where, alpha, _WIDTHS)
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
        name or f"mobilenet_{alpha:0.2f}_{height}",
    )

    def body(x: Symbol, options: NetworkOptions) -> Symbol:
        x = Conv2D(int(32 * alpha), 3, 2, "same", use_bias=False, name="conv1")(x)
        x = _relu6(x, "conv1")
        for number, (filters, step) in enumerate(_BLOCKS, 1):
            x = _block(x, number, int(filters * alpha), depth_multiplier, step)
        return x

    def classify(options: NetworkOptions, x: Symbol) -> Symbol:
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(options.classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((options.classes,), name="reshape_2")(x)
        return Activation(options.classifier_activation, name="predictions")(x)

    def pooled(x: Symbol) -> Symbol:  # made where it is used: it takes an automatic name
        return GlobalAveragePooling2D(keepdims=True)(x)

    top = Top(pooled, ("conv_preds",), names_pooling=False, classify=classify)
    record = replace(_RECORD, pretrained=pretrained, default_px=side_px, top=top)
    return build_network(options, body, record)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what MobileNet was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Source: `keras.applications.mobilenet.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
relu6 = activations.relu6  # custom_objects of files that Keras 2 wrote name it
decode_predictions = imagenet_utils.decode_predictions


# -- weights of several widths and sizes ---------------------------------------------------


def check_width(where: str, alpha: float, published: Sequence[float] | dict[float, str]) -> None:
    """Raise InvalidArgument for a width without published weights."""
    if alpha not in published:
        raise InvalidArgument(
            where,
            f'with weights="imagenet", alpha must be one of {", ".join(map(str, published))}',
            repr(alpha),
        )


def note_other_size(where: str, shape: Sequence[int | None], side_px: int) -> None:
    """Say which weights images of a size without its own get."""
    height, width = sides_of(shape)
    if (height, width) != (side_px, side_px):
        note_once(
            f"{where}: the published weights are those for {side_px} x {side_px} pixels; "
            f"there are none of their own for images of {height} x {width}."
        )


# -- the graph -----------------------------------------------------------------------------


def _block(x: Symbol, number: int, filters: int, depth_multiplier: int, step: int) -> Symbol:
    if step > 1:
        x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = DepthwiseConv2D(
        3,
        step,
        "valid" if step > 1 else "same",
        depth_multiplier,
        use_bias=False,
        name=f"conv_dw_{number}",
    )(x)
    x = _relu6(x, f"conv_dw_{number}")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{number}")(x)
    return _relu6(x, f"conv_pw_{number}")


def _relu6(x: Symbol, name: str) -> Symbol:
    return ReLU(6.0, name=f"{name}_relu")(
        BatchNormalization(along_channels(), name=f"{name}_bn")(x)
    )
