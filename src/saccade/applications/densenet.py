"""DenseNet: networks in which each layer gets the maps of all layers of its block before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.network import NetworkOptions, build_network
from saccade.applications.pretrained import Pretrained
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
from saccade.models import Model
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


def DenseNet121(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Symbol | None = None,
    input_shape: Sequence[int | None] | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "densenet121",
) -> Model:
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
        include_top: whether the network ends in its classifier.
        weights: None for fresh random ones, "imagenet" for the published ones, which are fetched
            once, or the path of a file (.h5 of any Keras, .keras, .safetensors); one with a top
            serves a network without.
        input_tensor: a symbol to build on, instead of a new input.
        input_shape: (height, width, channels) in pixels, each side at least 32, None where it
            varies; with the top and weights="imagenet" only (224, 224, 3).
        pooling: of the network without its top: None gives the feature map, "avg" its mean, "max"
            its greatest values.
        classes: of the top; 1000 with weights="imagenet".
        classifier_activation: of the top; None gives logits.
        name: of the model.

    Returns:
        A model that is built and not compiled; `input_record` says what its weights were trained
        on. It takes what `preprocess_input` gives.

    Raises:
        InvalidArgument: arguments that can't work, or not together.
        NoSuchFile: weights that are not there and can't be fetched.
        FileFormatError: weights that are damaged or of another network; each fault is listed.

    Example:
        >>> backbone = DenseNet121(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 4, 4, 1024), 7037504)

    Source: Huang et al., Densely Connected Convolutional Networks, 2017, table 1;
    `keras.applications.densenet.DenseNet121`.
    """
    options = NetworkOptions(
        include_top,
        weights,
        input_tensor,
        input_shape,
        pooling,
        classes,
        classifier_activation,
        name,
    )
    return _densenet(options, (6, 12, 24, 16), PRETRAINED["densenet121"])


def DenseNet169(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Symbol | None = None,
    input_shape: Sequence[int | None] | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "densenet169",
) -> Model:
    """Build DenseNet169: `DenseNet121` with 6, 12, 32 and 32 layers; 14,307,880 weights.

    Args, returns, raises: as `DenseNet121`.

    Source: `keras.applications.densenet.DenseNet169`.
    """
    options = NetworkOptions(
        include_top,
        weights,
        input_tensor,
        input_shape,
        pooling,
        classes,
        classifier_activation,
        name,
    )
    return _densenet(options, (6, 12, 32, 32), PRETRAINED["densenet169"])


def DenseNet201(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Symbol | None = None,
    input_shape: Sequence[int | None] | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "densenet201",
) -> Model:
    """Build DenseNet201: `DenseNet121` with 6, 12, 48 and 32 layers; 20,242,984 weights.

    Args, returns, raises: as `DenseNet121`.

    Source: `keras.applications.densenet.DenseNet201`.
    """
    options = NetworkOptions(
        include_top,
        weights,
        input_tensor,
        input_shape,
        pooling,
        classes,
        classifier_activation,
        name,
    )
    return _densenet(options, (6, 12, 48, 32), PRETRAINED["densenet201"])


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


def _densenet(options: NetworkOptions, counts: Sequence[int], pretrained: Pretrained) -> Model:
    def body(image: Symbol) -> Symbol:
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

    return build_network(options, body, pretrained)


def _layer(x: Symbol, name: str) -> Symbol:
    new = _active(x, f"{name}_0_")
    new = Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _active(new, f"{name}_1_")
    new = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return Concatenate(name=f"{name}_concat")([x, new])


def _half(x: Symbol, name: str) -> Symbol:
    channels = x.shape[-1]
    assert channels is not None
    x = Conv2D(channels // 2, 1, use_bias=False, name=f"{name}_conv")(_active(x, f"{name}_"))
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _active(x: Symbol, prefix: str) -> Symbol:
    x = BatchNormalization(epsilon=_EPSILON, name=f"{prefix}bn")(x)
    return Activation("relu", name=f"{prefix}relu")(x)
