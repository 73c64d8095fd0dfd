"""ConvNeXt: a convolutional network with the proportions of a vision transformer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import refuse_channels_first
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import MARK, NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    LayerNormalization,
    Normalization,
)
from saccade.layers.merging.branches import (
    LayerScale,
    StochasticDepth,  # noqa: F401  # scripts import it from here for their custom_objects
)
from saccade.layers.operations.operation import note_call
from saccade.models import Model, Sequential
from saccade.old_arguments import takes_dim_ordering

_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/convnext"
_INPUT = InputRecord("raw", 0.0, 255.0, "saccade.applications.convnext.preprocess_input")
_BARE = InputRecord("torch", -2.118, 2.64, "")
_MEANS_RGB, _DEVIATIONS_RGB = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_FIRST_SCALE = 1e-6  # of a block's branch: a network begins as its shortcuts alone

_HASHES = {  # with the top and without
    "tiny": (
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    "small": (
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    "base": (
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    "large": (
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    "xlarge": (
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
}


def _published(size: str) -> Pretrained:
    stem = f"{_FOLDER}/convnext_{size}"
    with_top, without_top = _HASHES[size]
    return Pretrained(
        RemoteFile(f"{stem}.h5", sha256=with_top),
        RemoteFile(f"{stem}_notop.h5", sha256=without_top),
        _INPUT,
        _BARE,
    )


PRETRAINED = {f"convnext_{size}": _published(size) for size in _HASHES}
"""The weights that `weights="imagenet"` stands for, by network."""

_DOCSTRING = """Build {title}, {count:,} weights.

    Law, for its own input and its filters {filters}::

        224x224x3 -> minus mean, by deviation -> conv 4x4, in steps of 4, norm -> 56x56
                  -> {depths} blocks on 56x56, 28x28, 14x14 and 7x7; between
                     them norm, conv 2x2 in steps of 2
                  -> mean, norm, dense `classes`

        block   y = x + gamma * dense f(gelu(dense 4f(norm(each channel filtered alone, 7x7))))

    norm is a layer normalisation, gamma one number a channel, 0.000001 at first. Without its top a
    norm follows the pooling, or the feature map. It takes raw pixels, 0 to 255: `preprocess_input`
    leaves them as they are.

    Args:
        include_preprocessing: whether its first layer brings pixels from 0 to 255 into the range
            that the weights were trained on: minus ImageNet's mean, by its deviation.
    {arguments}

    Source: Liu et al., A ConvNet for the 2020s, 2022; `keras.applications.convnext.{title}`.
    """


def _variant(size: str, depths: Sequence[int], filters: Sequence[int], count: int):
    """The function of one network; they differ in nothing but these numbers."""
    title = {"xlarge": "ConvNeXtXLarge"}.get(size, f"ConvNeXt{size.title()}")
    name = f"convnext_{size}"
    plain = NetworkRecord(name, PRETRAINED[name], top=Top(end=_end, names_pooling=False))

    def body(image: Symbol, options: NetworkOptions) -> Symbol:
        x = image
        if options.include_preprocessing and image.shape[-1] == 3:
            x = _standardised(image, options.name)
        return _body(x, options.name, depths, filters)

    def build(
        include_top: bool = True,
        include_preprocessing: bool = True,
        weights: Any = "imagenet",
        input_tensor: Symbol | None = None,
        input_shape: Sequence[int | None] | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = name,
    ) -> Model:
        refuse_channels_first(name)
        options = NetworkOptions(
            include_top,
            weights,
            input_tensor,
            input_shape,
            pooling,
            classes,
            classifier_activation,
            name,
            include_preprocessing,
        )

        def flatten(features: Symbol) -> Symbol:
            x = GlobalAveragePooling2D(name=f"{name}_head_gap")(features)
            return LayerNormalization(epsilon=1e-6, name=f"{name}_head_layernorm")(x)

        top = replace(plain.top, flatten=flatten, layers=(f"{name}_head_dense",))
        return build_network(options, body, replace(plain, top=top))

    build.__name__ = build.__qualname__ = title
    build.__doc__ = _DOCSTRING.format(
        title=title,
        count=count,
        filters=", ".join(map(str, filters)),
        depths=", ".join(map(str, depths)),
        arguments=MARK,
    )
    return listed(plain)(build)


def _end(features: Symbol) -> Symbol:
    return LayerNormalization(epsilon=1e-6)(features)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Give the pixels back as they are: ConvNeXt brings them into its range itself.

    Example:
        >>> preprocess_input([0, 255])
        [0, 255]

    Source: `keras.applications.convnext.preprocess_input`.
    """
    return x


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _standardised(image: Symbol, name: str) -> Symbol:
    means = [255 * one for one in _MEANS_RGB]
    variances = [(255 * one) ** 2 for one in _DEVIATIONS_RGB]
    layer = Normalization(mean=means, variance=variances, name=f"{name}_prestem_normalization")
    return layer(image)


def _body(x: Symbol, name: str, depths: Sequence[int], filters: Sequence[int]) -> Symbol:
    for stage, (depth, wide) in enumerate(zip(depths, filters, strict=True)):
        x = _smaller(name, stage, wide)(x)
        for number in range(depth):
            x = _block(x, wide, f"{name}_stage_{stage}_block_{number}")
    return x


def _smaller(name: str, stage: int, filters: int) -> Sequential:
    """What a stage begins with, a model inside the network: a quarter of the sides, then halves."""
    if stage == 0:
        convolve = Conv2D(filters, 4, strides=4, name=f"{name}_stem_conv")
        normalise = LayerNormalization(epsilon=1e-6, name=f"{name}_stem_layernorm")
        return Sequential([convolve, normalise], name=f"{name}_stem")
    number, prefix = stage - 1, f"{name}_downsampling"
    normalise = LayerNormalization(epsilon=1e-6, name=f"{prefix}_layernorm_{number}")
    convolve = Conv2D(filters, 2, strides=2, name=f"{prefix}_conv_{number}")
    return Sequential([normalise, convolve], name=f"{prefix}_block_{number}")


def _block(start: Symbol, filters: int, name: str) -> Symbol:
    x = Conv2D(filters, 7, padding="same", groups=filters, name=f"{name}_depthwise_conv")(start)
    x = LayerNormalization(epsilon=1e-6, name=f"{name}_layernorm")(x)
    x = Dense(4 * filters, name=f"{name}_pointwise_conv_1")(x)
    x = Activation("gelu", name=f"{name}_gelu")(x)
    x = Dense(filters, name=f"{name}_pointwise_conv_2")(x)
    x = LayerScale(_FIRST_SCALE, filters, name=f"{name}_layer_scale")(x)
    return note_call("add", start, Activation("linear", name=f"{name}_identity")(x))


ConvNeXtTiny = _variant("tiny", (3, 3, 9, 3), (96, 192, 384, 768), 28_589_128)
ConvNeXtSmall = _variant("small", (3, 3, 27, 3), (96, 192, 384, 768), 50_223_688)
ConvNeXtBase = _variant("base", (3, 3, 27, 3), (128, 256, 512, 1024), 88_591_464)
ConvNeXtLarge = _variant("large", (3, 3, 27, 3), (192, 384, 768, 1536), 197_767_336)
ConvNeXtXLarge = _variant("xlarge", (3, 3, 27, 3), (256, 512, 1024, 2048), 350_196_968)
