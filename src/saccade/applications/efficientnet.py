"""EfficientNet: one small network, and seven that are wider, deeper and see larger images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building import mbconv
from saccade.applications.building.channels import along_channels
from saccade.applications.building.geometry import eights, stepping_border
from saccade.applications.building.mbconv import active, convolved
from saccade.applications.building.network import network
from saccade.applications.building.network_options import MARK, NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.files.input_record import InputRecord
from saccade.graph import Symbol
from saccade.layers import DepthwiseConv2D, Normalization, Rescaling, ZeroPadding2D
from saccade.old_arguments import takes_dim_ordering

_INPUT = InputRecord("raw", 0.0, 255.0, "saccade.applications.efficientnet.preprocess_input")
_DEVIATIONS_RGB = (0.229, 0.224, 0.225)
_LOST = 0.2  # the share of images that skip the last block in training; earlier ones skip less


_HASHES = (  # of B0 to B7, with the top and without
    ("902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    ("1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    ("b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    ("ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    ("18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    ("ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    ("165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    ("8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
)


def _published(name: str, md5_with_top: str, md5_without_top: str) -> Pretrained:
    stem = f"https://storage.googleapis.com/keras-applications/{name}"
    return Pretrained.at(stem, md5_with_top, md5_without_top, _INPUT)


PRETRAINED = {
    f"efficientnetb{number}": _published(f"efficientnetb{number}", *hashes)
    for number, hashes in enumerate(_HASHES)
}
"""The weights that `weights="imagenet"` stands for, by network."""


@dataclass(frozen=True)
class _Stage:
    """A row of the paper's table 1; `repeats` and `filters` are B0's."""

    kernel: int
    repeats: int
    filters: int
    expansion: int
    strides: int


_STAGES = (
    _Stage(3, 1, 16, 1, 1),
    _Stage(3, 2, 24, 6, 2),
    _Stage(5, 2, 40, 6, 2),
    _Stage(3, 3, 80, 6, 2),
    _Stage(5, 3, 112, 6, 1),
    _Stage(5, 4, 192, 6, 2),
    _Stage(3, 1, 320, 6, 1),
)

_DOCSTRING = """Build {title}, {count:,} weights.

    Law, for B0 and its default input::

        224x224x3 -> x / 255, minus mean, by deviation -> conv 3x3, in steps of 2 -> 112x112x32
                  -> 1 block  3x3  16 -> 112x112x16
                  -> 2 blocks 3x3  24 ->  56x56x24
                  -> 2 blocks 5x5  40 ->  28x28x40
                  -> 3 blocks 3x3  80 ->  14x14x80
                  -> 3 blocks 5x5 112 ->  14x14x112
                  -> 4 blocks 5x5 192 ->   7x7x192
                  -> 1 block  3x3 320 ->   7x7x320
                  -> conv 1x1 -> 7x7x1280 -> mean, dropout, dense `classes`

        block   widen 6 times (conv 1x1), filter each channel alone, scale each channel by what the
                means of all say, narrow (conv 1x1); plus x where the shape is the same

    B1 to B7 are up to 2 times as wide and 3.1 times as deep; this one {width} and {depth} times.
    Mean and deviation are the weights of a Normalization layer: 0 and 1 with weights=None. The
    published weights need one Rescaling more, which only weights="imagenet" adds, as in Keras.
    It takes raw pixels, 0 to 255: `preprocess_input` leaves them as they are.

    Args:
    {arguments}

    Source: Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks,
    2019; `keras.applications.efficientnet.{title}`.
    """


def _variant(number: int, width: float, depth: float, default_px: int, dropout: float, count: int):
    """The function of one network; they differ in nothing but these numbers."""

    def body(image: Symbol, options: NetworkOptions) -> Symbol:
        return _body(image, width, depth, options.are_published)

    title, name = f"EfficientNetB{number}", f"efficientnetb{number}"
    body.__name__ = body.__qualname__ = title
    body.__doc__ = _DOCSTRING.format(
        title=title, count=count, width=width, depth=depth, arguments=MARK
    )
    top = Top(mbconv.mean_and_dropout(dropout), kernel=mbconv.classifier_kernel())
    return network(NetworkRecord(name, PRETRAINED[name], default_px, top=top))(body)


EfficientNetB0 = _variant(0, 1.0, 1.0, 224, 0.2, 5_330_571)
EfficientNetB1 = _variant(1, 1.0, 1.1, 240, 0.2, 7_856_239)
EfficientNetB2 = _variant(2, 1.1, 1.2, 260, 0.3, 9_177_569)
EfficientNetB3 = _variant(3, 1.2, 1.4, 300, 0.3, 12_320_535)
EfficientNetB4 = _variant(4, 1.4, 1.8, 380, 0.4, 19_466_823)
EfficientNetB5 = _variant(5, 1.6, 2.2, 456, 0.4, 30_562_527)
EfficientNetB6 = _variant(6, 1.8, 2.6, 528, 0.5, 43_265_143)
EfficientNetB7 = _variant(7, 2.0, 3.1, 600, 0.5, 66_658_687)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Give the pixels back as they are: EfficientNet brings them into its range itself.

    Example:
        >>> preprocess_input([0, 255])
        [0, 255]

    Source: `keras.applications.efficientnet.preprocess_input`.
    """
    return x


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph -----------------------------------------------------------------------------


def _body(image: Symbol, width: float, depth: float, is_published: bool) -> Symbol:
    x = Normalization(along_channels())(Rescaling(1 / 255)(image))
    if is_published:
        # These weights were trained on (x - mean) / variance, and the file's Normalization divides
        # by the deviation alone: Keras makes up for it by the deviation's root, and so do we.
        x = Rescaling([1 / math.sqrt(one) for one in _DEVIATIONS_RGB])(x)
    x = _padded(x, 3, "stem_conv_pad")
    x = convolved(x, eights(32 * width), 3, "stem_conv", strides=2, padding="valid")
    x = active(x, "stem_")
    counts = [math.ceil(depth * stage.repeats) for stage in _STAGES]
    done, filters_in = 0, eights(32 * width)
    for place, (stage, count) in enumerate(zip(_STAGES, counts, strict=True), 1):
        filters = eights(stage.filters * width)
        for number in range(count):
            strides = stage.strides if number == 0 else 1
            lost = _LOST * done / sum(counts)
            letter = chr(ord("a") + number)
            x = _block(x, f"block{place}{letter}_", stage, strides, filters_in, filters, lost)
            done, filters_in = done + 1, filters
    return active(convolved(x, eights(1280 * width), 1, "top_conv"), "top_")


def _block(
    start: Symbol,
    name: str,
    stage: _Stage,
    strides: int,
    filters_in: int,
    filters: int,
    lost: float,
) -> Symbol:
    wide, x = filters_in * stage.expansion, start
    if stage.expansion != 1:
        x = active(convolved(x, wide, 1, f"{name}expand_conv"), f"{name}expand_")
    if strides == 2:
        x = _padded(x, stage.kernel, f"{name}dwconv_pad")
    x = DepthwiseConv2D(
        stage.kernel,
        strides,
        padding="valid" if strides == 2 else "same",
        use_bias=False,
        depthwise_initializer=mbconv.kernel(),
        name=f"{name}dwconv",
    )(x)
    x = mbconv.weighed(active(x, name), max(1, filters_in // 4), name)
    x = mbconv.normalised(convolved(x, filters, 1, f"{name}project_conv"), f"{name}project_bn")
    return x if strides == 2 or filters_in != filters else mbconv.joined(x, start, lost, name)


def _padded(x: Symbol, kernel: int, name: str) -> Symbol:
    return ZeroPadding2D(stepping_border(x, kernel), name=name)(x)
