"""ResNet: images to classes through blocks that add what they found to what came in."""

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
_INPUT = InputRecord("caffe", -123.68, 151.061, "saccade.applications.resnet.preprocess_input")


def _published(name: str, md5_with_top: str, md5_without_top: str) -> Pretrained:
    stem = f"{_FOLDER}/{name}_weights_tf_dim_ordering_tf_kernels"
    return Pretrained.at(stem, md5_with_top, md5_without_top, _INPUT)


PRETRAINED = {
    "resnet50": _published(
        "resnet50", "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"
    ),
    "resnet101": _published(
        "resnet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"
    ),
    "resnet152": _published(
        "resnet152", "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"
    ),
}
"""The weights that `weights="imagenet"` stands for, by network."""


@network(NetworkRecord("resnet50", PRETRAINED["resnet50"]))
def ResNet50(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build ResNet50, 25,636,712 weights; 23,587,712 without its top.

    Law, for the default input::

        224x224x3 -> conv 7x7 /2, 64  -> 112x112x64 -> max 3x3 /2 -> 56x56x64
                  -> 3 blocks 64      ->  56x56x256
                  -> 4 blocks 128     ->  28x28x512
                  -> 6 blocks 256     ->  14x14x1024
                  -> 3 blocks 512     ->   7x7x2048 -> mean -> 2048 -> dense `classes`

        block f:  y = relu(x' + bn(conv1x1 4f(relu(bn(conv3x3 f(relu(bn(conv1x1 f(x)))))))))

    x' is x, in the first block of a stage bn(conv1x1 4f(x)); there the first convolution and
    that one go in steps of 2 (the first stage excepted). Every convolution has a bias.

    Args:
    {arguments}

    Example:
        >>> backbone = ResNet50(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 5, 5, 2048), 23587712)

    Source: He et al., Deep Residual Learning for Image Recognition, 2015, table 1;
    `keras.applications.resnet.ResNet50`.
    """
    return _resnet(image, (3, 4, 6, 3))


@network(NetworkRecord("resnet101", PRETRAINED["resnet101"]))
def ResNet101(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build ResNet101: `ResNet50` with 3, 4, 23 and 3 blocks; 44,707,176 weights.

    Args:
    {arguments}

    Source: `keras.applications.resnet.ResNet101`.
    """
    return _resnet(image, (3, 4, 23, 3))


@network(NetworkRecord("resnet152", PRETRAINED["resnet152"]))
def ResNet152(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build ResNet152: `ResNet50` with 3, 8, 36 and 3 blocks; 60,419,944 weights.

    Args:
    {arguments}

    Source: `keras.applications.resnet.ResNet152`.
    """
    return _resnet(image, (3, 8, 36, 3))


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what ResNet was trained on: BGR, minus ImageNet's means.

    Law: y = (b - 103.939, g - 116.779, r - 123.68) for a pixel (r, g, b) in [0, 255]

    Args:
        x: an image or batch, channels last unless `data_format` says otherwise. Floats are changed
            in place, as in Keras; integers become float32; a symbol becomes layers.
        data_format: "channels_last" (None too) or "channels_first".

    Returns:
        The same kind of thing, in [-123.68, 151.061].

    Raises:
        InvalidArgument: not an image of three channels, or an unknown data_format.

    Example:
        >>> import numpy as np
        >>> preprocess_input(np.array([[[255, 0, 0]]], "uint8")).round().tolist()
        [[[-104.0, -117.0, 131.0]]]

    Source: `keras.applications.resnet.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode=_INPUT.mode)


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _resnet(image: Symbol, blocks: Sequence[int]) -> Symbol:
    x = ZeroPadding2D(((3, 3), (3, 3)), name="conv1_pad")(image)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = BatchNormalization(along_channels(), epsilon=_EPSILON, name="conv1_bn")(x)
    x = Activation("relu", name="conv1_relu")(x)
    x = ZeroPadding2D(((1, 1), (1, 1)), name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (count, filters) in enumerate(zip(blocks, _FILTERS, strict=True), 2):
        for number in range(1, count + 1):
            strides = 2 if number == 1 and stage > 2 else 1
            x = _block(x, f"conv{stage}_block{number}", filters, strides, number == 1)
    return x


def _block(x: Symbol, name: str, filters: int, strides: int, is_first: bool) -> Symbol:
    """relu(x' + bottleneck(x)); the calls stand in Keras's order, which names them."""
    shortcut = _normed(x, f"{name}_0", 4 * filters, 1, strides) if is_first else x
    x = _normed(x, f"{name}_1", filters, 1, strides)
    x = Activation("relu", name=f"{name}_1_relu")(x)
    x = _normed(x, f"{name}_2", filters, 3)
    x = Activation("relu", name=f"{name}_2_relu")(x)
    x = _normed(x, f"{name}_3", 4 * filters, 1)
    x = Add(name=f"{name}_add")([shortcut, x])
    return Activation("relu", name=f"{name}_out")(x)


def _normed(x: Symbol, name: str, filters: int, size_px: int, strides: int = 1) -> Symbol:
    padding = "same" if size_px > 1 else "valid"
    x = Conv2D(filters, size_px, strides, padding, name=f"{name}_conv")(x)
    return BatchNormalization(along_channels(), epsilon=_EPSILON, name=f"{name}_bn")(x)
