"""VGG: images to classes through small convolutions in five blocks, each half as large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.network import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import Conv2D, Dense, Flatten, MaxPooling2D
from saccade.old_arguments import takes_dim_ordering

_FILTERS = (64, 128, 256, 512, 512)
_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications"


def _published(name: str, md5_with_top: str, md5_without_top: str) -> Pretrained:
    stem = f"{_FOLDER}/{name}/{name}_weights_tf_dim_ordering_tf_kernels"
    preprocess = f"saccade.applications.{name}.preprocess_input"
    record = InputRecord("caffe", -123.68, 151.061, preprocess)
    return Pretrained.at(stem, md5_with_top, md5_without_top, record)


PRETRAINED = {
    "vgg16": _published(
        "vgg16", "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"
    ),
    "vgg19": _published(
        "vgg19", "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"
    ),
}
"""The weights that `weights="imagenet"` stands for, by network."""


def _dense(features: Symbol) -> Symbol:
    x = Flatten(name="flatten")(features)
    x = Dense(4096, "relu", name="fc1")(x)
    return Dense(4096, "relu", name="fc2")(x)


_TOP = Top(_dense, ("fc1", "fc2", "predictions"), names_pooling=False)


@network(NetworkRecord("vgg16", PRETRAINED["vgg16"], top=_TOP))
def VGG16(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build VGG16, 138,357,544 weights; 14,714,688 without its top.

    Law, for the default input::

        224x224x3 -> 2 convs  64 -> max 2x2 -> 112x112x64
                  -> 2 convs 128 -> max 2x2 ->  56x56x128
                  -> 3 convs 256 -> max 2x2 ->  28x28x256
                  -> 3 convs 512 -> max 2x2 ->  14x14x512
                  -> 3 convs 512 -> max 2x2 ->   7x7x512
                  -> flatten, dense 4096, dense 4096, dense `classes`

    Every convolution is 3x3, "same", with a bias, and like the first two dense layers ends in ReLU.
    The three dense layers of the top fit one size of image only.

    Args:
    {arguments}

    Example:
        >>> backbone = VGG16(include_top=False, weights=None, input_shape=(150, 150, 3))
        >>> backbone.output_shape, backbone.count_params()
        ((None, 4, 4, 512), 14714688)

    Source: Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image
    Recognition, 2014, table 1, D; `keras.applications.vgg16.VGG16`.
    """
    return _vgg(image, (2, 2, 3, 3, 3))


@network(NetworkRecord("vgg19", PRETRAINED["vgg19"], top=_TOP))
def VGG19(image: Symbol, options: NetworkOptions) -> Symbol:
    """Build VGG19: `VGG16` with 2, 2, 4, 4 and 4 convolutions; 143,667,240 weights.

    Args:
    {arguments}

    Source: table 1, E of the same; `keras.applications.vgg19.VGG19`.
    """
    return _vgg(image, (2, 2, 4, 4, 4))


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what VGG was trained on: BGR, minus ImageNet's means.

    Law, args, returns, raises: as `saccade.applications.resnet.preprocess_input`.

    Source: `keras.applications.vgg16.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="caffe")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _vgg(x: Symbol, counts: Sequence[int]) -> Symbol:
    for block, (count, filters) in enumerate(zip(counts, _FILTERS, strict=True), 1):
        for number in range(1, count + 1):
            name = f"block{block}_conv{number}"
            x = Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    return x
