"""EfficientNetV2: seven networks whose first blocks widen and filter in one convolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building import mbconv
from saccade.applications.building.channels import channel_axis, channels_of
from saccade.applications.building.geometry import eights
from saccade.applications.building.mbconv import active, convolved, normalised
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import MARK, NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.initializers import Constant
from saccade.layers import DepthwiseConv2D, Normalization, Rescaling
from saccade.models import Model
from saccade.old_arguments import takes_dim_ordering

_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/efficientnet_v2"
_INPUT = InputRecord("raw", 0.0, 255.0, "saccade.applications.efficientnet_v2.preprocess_input")
_MEANS_RGB, _DEVIATIONS_RGB = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_LOST = 0.2  # the share of images that skip the last block in training; earlier ones skip less
_MOMENTUM = 0.9

_HASHES = {  # with the top and without
    "b0": ("21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    "b1": ("069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    "b2": ("424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    "b3": ("1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    "s": ("e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    "m": ("a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    "l": ("27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
}


def _published(size: str) -> Pretrained:
    # What Normalization or Rescaling would give, where they are left out.
    bare = (
        InputRecord("torch", -2.118, 2.64, "") if size[0] == "b" else InputRecord("tf", -1, 1, "")
    )
    stem = f"{_FOLDER}/efficientnetv2-{size}"
    return Pretrained.at(stem, *_HASHES[size], _INPUT, bare)


PRETRAINED = {f"efficientnetv2-{size}": _published(size) for size in _HASHES}
"""The weights that `weights="imagenet"` stands for, by network."""


@dataclass(frozen=True)
class _Stage:
    """A row of the paper's table 4; every window is 3x3."""

    repeats: int
    filters: int
    expansion: int
    strides: int
    is_fused: bool


def _stages(*rows: tuple[int, int, int, int], fused: int = 3) -> tuple[_Stage, ...]:
    return tuple(_Stage(*row, place < fused) for place, row in enumerate(rows))


_SMALL = _stages(  # of B0 to B3
    (1, 16, 1, 1), (2, 32, 4, 2), (2, 48, 4, 2), (3, 96, 4, 2), (5, 112, 6, 1), (8, 192, 6, 2)
)
_S = _stages(
    (2, 24, 1, 1), (4, 48, 4, 2), (4, 64, 4, 2), (6, 128, 4, 2), (9, 160, 6, 1), (15, 256, 6, 2)
)
_M = _stages(
    *((3, 24, 1, 1), (5, 48, 4, 2), (5, 80, 4, 2), (7, 160, 4, 2)),
    *((14, 176, 6, 1), (18, 304, 6, 2), (5, 512, 6, 1)),
)
_L = _stages(
    *((4, 32, 1, 1), (7, 64, 4, 2), (7, 96, 4, 2), (10, 192, 4, 2)),
    *((19, 224, 6, 1), (25, 384, 6, 2), (7, 640, 6, 1)),
)

_DOCSTRING = """Build {title}, {count:,} weights.

    Law, for B0 and its default input::

        224x224x3 -> pixels into its range -> conv 3x3, in steps of 2 -> 112x112x32
                  -> 1 fused block   16 -> 112x112x16
                  -> 2 fused blocks  32 ->  56x56x32
                  -> 2 fused blocks  48 ->  28x28x48
                  -> 3 blocks        96 ->  14x14x96
                  -> 5 blocks       112 ->  14x14x112
                  -> 8 blocks       192 ->   7x7x192
                  -> conv 1x1 -> 7x7x1280 -> mean, dropout, dense `classes`

        block   widen 4 or 6 times (conv 1x1), filter each channel alone (3x3), scale each channel
                by what the means of all say, narrow (conv 1x1); plus x where the shape is the same
        fused   widen by a conv 3x3, narrow (conv 1x1); plus x likewise

    {size}
    It takes raw pixels, 0 to 255: `preprocess_input` leaves them as they are.

    Args:
        include_preprocessing: whether its first layers bring pixels from 0 to 255 into the range
            that the weights were trained on: {range}.
    {arguments}

    Source: Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021;
    `keras.applications.efficientnet_v2.{title}`.
    """


def _variant(
    size: str,
    stages: Sequence[_Stage],
    default_px: int,
    count: int,
    width: float = 1.0,
    depth: float = 1.0,
):
    """The function of one network; they differ in nothing but these numbers."""
    title, name = f"EfficientNetV2{size.upper()}", f"efficientnetv2-{size}"
    has_means = size[0] == "b"
    top = Top(mbconv.mean_and_dropout(0.2), kernel=mbconv.classifier_kernel(), bias=Constant(0.0))
    record = NetworkRecord(name, PRETRAINED[name], default_px, top=top)

    def body(image: Symbol, options: NetworkOptions) -> Symbol:
        x = _standardised(image, has_means) if options.include_preprocessing else image
        return _body(x, stages, width, depth)

    def build(
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Symbol | None = None,
        input_shape: Sequence[int | None] | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str = name,
    ) -> Model:
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
        return build_network(options, body, record)

    build.__name__ = build.__qualname__ = title
    build.__doc__ = _DOCSTRING.format(
        title=title,
        count=count,
        size=f"B1 to B3 are wider and deeper; this one {width} and {depth} times."
        if has_means
        else "S, M and L have more blocks, of more filters; "
        f"this one {sum(one.repeats for one in stages)}.",
        range="(x / 255 - mean) / deviation" if has_means else "x / 128 - 1",
        arguments=MARK,
    )
    return listed(record)(build)


EfficientNetV2B0 = _variant("b0", _SMALL, 224, 7_200_312)
EfficientNetV2B1 = _variant("b1", _SMALL, 240, 8_212_124, 1.0, 1.1)
EfficientNetV2B2 = _variant("b2", _SMALL, 260, 10_178_374, 1.1, 1.2)
EfficientNetV2B3 = _variant("b3", _SMALL, 300, 14_467_622, 1.2, 1.4)
EfficientNetV2S = _variant("s", _S, 384, 21_612_360)
EfficientNetV2M = _variant("m", _M, 480, 54_431_388)
EfficientNetV2L = _variant("l", _L, 480, 119_027_848)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Give the pixels back as they are: EfficientNetV2 brings them into its range itself.

    Example:
        >>> preprocess_input([0, 255])
        [0, 255]

    Source: `keras.applications.efficientnet_v2.preprocess_input`.
    """
    return x


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _standardised(image: Symbol, has_means: bool) -> Symbol:
    if has_means and channels_of(image) == 3:
        variances = [one**2 for one in _DEVIATIONS_RGB]
        return Normalization(axis=channel_axis(), mean=list(_MEANS_RGB), variance=variances)(
            Rescaling(1 / 255)(image)
        )
    return Rescaling(1 / 128, offset=-1)(image)


def _body(x: Symbol, stages: Sequence[_Stage], width: float, depth: float) -> Symbol:
    filters_in = stages[0].filters if stages is not _SMALL else 32
    filters_in = eights(filters_in * width, 0.0)
    x = active(convolved(x, filters_in, 3, "stem_conv", strides=2), "stem_", _MOMENTUM)
    done, undeepened = 0, sum(stage.repeats for stage in stages)
    for place, stage in enumerate(stages, 1):
        filters = eights(stage.filters * width, 0.0)
        for number in range(math.ceil(depth * stage.repeats)):
            strides = stage.strides if number == 0 else 1
            prefix = f"block{place}{chr(ord('a') + number)}_"
            block = _fused_block if stage.is_fused else _block
            y = block(x, prefix, filters_in * stage.expansion, strides, filters_in, filters)
            if strides == 1 and filters_in == filters:
                y = mbconv.joined(y, x, _LOST * done / undeepened, prefix)
            x, filters_in, done = y, filters, done + 1
    return active(convolved(x, eights(1280 * width, 0.0), 1, "top_conv"), "top_", _MOMENTUM)


def _block(
    x: Symbol, prefix: str, wide: int, strides: int, filters_in: int, filters: int
) -> Symbol:
    x = active(convolved(x, wide, 1, f"{prefix}expand_conv"), f"{prefix}expand_", _MOMENTUM)
    x = DepthwiseConv2D(
        3,
        strides,
        padding="same",
        use_bias=False,
        depthwise_initializer=mbconv.kernel(),
        name=f"{prefix}dwconv2",
    )(x)
    x = mbconv.weighed(active(x, prefix, _MOMENTUM), max(1, filters_in // 4), prefix)
    x = convolved(x, filters, 1, f"{prefix}project_conv")
    return normalised(x, f"{prefix}project_bn", _MOMENTUM)


def _fused_block(
    x: Symbol, prefix: str, wide: int, strides: int, filters_in: int, filters: int
) -> Symbol:
    if wide == filters_in:  # nothing to widen: one convolution, which is active itself
        x = convolved(x, filters, 3, f"{prefix}project_conv", strides=strides)
        return active(x, f"{prefix}project_", _MOMENTUM)
    x = convolved(x, wide, 3, f"{prefix}expand_conv", strides=strides)
    x = active(x, f"{prefix}expand_", _MOMENTUM)
    x = convolved(x, filters, 1, f"{prefix}project_conv")
    return normalised(x, f"{prefix}project_bn", _MOMENTUM)
