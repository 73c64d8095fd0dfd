"""MobileNetV3: MobileNetV2's blocks, some of which weigh their channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import (
    along_channels,
    channels_of,
)
from saccade.applications.building.geometry import eights, stepping_border
from saccade.applications.building.input_shape import shape_of_any_size
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import MARK, NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.applications.mobilenet import check_width, note_other_size
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Multiply,
    ReLU,
    Rescaling,
    ZeroPadding2D,
)
from saccade.layers.operations.operation import note_call
from saccade.models import Model
from saccade.old_arguments import takes_dim_ordering

_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v3"
_INPUT = InputRecord("raw", 0.0, 255.0, "saccade.applications.mobilenet_v3.preprocess_input")
_BARE = InputRecord("tf", -1.0, 1.0, "")
_WIDTHS, _MINIMALISTIC_WIDTHS = (0.75, 1.0), (1.0,)

_HASHES = {  # with the top and without
    "large_0.75": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_1.0": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic": ("675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"),
    "small_0.75": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_1.0": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic": ("99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"),
}


def _published(size: str, alpha: float, minimalistic: bool) -> Pretrained:
    """The files of one network; alpha must be one that there are weights for."""
    word = f"{size}_minimalistic" if minimalistic else size
    stem = f"{_FOLDER}/weights_mobilenet_v3_{word}_224_{float(alpha)}_float"
    with_top, without_top = _HASHES[word if minimalistic else f"{size}_{float(alpha)}"]
    return Pretrained(
        RemoteFile(f"{stem}.h5", with_top),
        RemoteFile(f"{stem}_no_top_v2.h5", without_top),
        _INPUT,
        _BARE,
    )


PRETRAINED = {
    "MobileNetV3Small": _published("small", 1.0, False),
    "MobileNetV3Large": _published("large", 1.0, False),
}
"""The weights that `weights="imagenet"` stands for, at alpha 1 and not minimalistic."""


@dataclass(frozen=True)
class _Block:
    """A row of the paper's table 1 or 2.

    Attributes:
        expansion: how many times as many channels the window sees.
        filters: that come out, at alpha 1.
        window: its side; 5 becomes 3 where the network is minimalistic.
        strides: of the window.
        weighs: whether it weighs its channels; none does where the network is minimalistic.
        is_hard: x * relu6(x + 3) / 6 for ReLU.
    """

    expansion: float
    filters: int
    window: int
    strides: int
    weighs: bool
    is_hard: bool


_SMALL = (
    _Block(1, 16, 3, 2, True, False),
    _Block(72 / 16, 24, 3, 2, False, False),
    _Block(88 / 24, 24, 3, 1, False, False),
    _Block(4, 40, 5, 2, True, True),
    *[_Block(6, 40, 5, 1, True, True)] * 2,
    *[_Block(3, 48, 5, 1, True, True)] * 2,
    _Block(6, 96, 5, 2, True, True),
    *[_Block(6, 96, 5, 1, True, True)] * 2,
)
_LARGE = (
    _Block(1, 16, 3, 1, False, False),
    _Block(4, 24, 3, 2, False, False),
    _Block(3, 24, 3, 1, False, False),
    _Block(3, 40, 5, 2, True, False),
    *[_Block(3, 40, 5, 1, True, False)] * 2,
    _Block(6, 80, 3, 2, False, True),
    _Block(2.5, 80, 3, 1, False, True),
    *[_Block(2.3, 80, 3, 1, False, True)] * 2,
    *[_Block(6, 112, 3, 1, True, True)] * 2,
    _Block(6, 160, 5, 2, True, True),
    *[_Block(6, 160, 5, 1, True, True)] * 2,
)

_DOCSTRING = """Build {title}, {count:,} weights at alpha 1; {bare:,} without its top.

    Law, for a block of window k that widens e times and gives f channels::

        w = act(bn(depthwise_k(act(bn(conv1x1 e*c(x))))))
        w = w * relu6(conv1x1(relu(conv1x1(mean(w)))) + 3) / 6      in some blocks
        y = bn(conv1x1 f(w)), and + x where y has the shape of x

    act is ReLU in the first blocks and x * relu6(x + 3) / 6 in the others. A convolution in steps
    of 2 stands before {blocks} blocks, one of 1 pixel behind them; the top is a mean, two
    convolutions of 1 pixel and a dropout between them.

    The published weights are for alpha 0.75 or 1, minimalistic for 1, and for images of 224 pixels.
    It takes raw pixels, 0 to 255: `preprocess_input` leaves them as they are.

    Args:
        alpha: what the blocks' numbers of filters are multiplied by, then rounded to a multiple of
            8; those of the top only above 1.
        minimalistic: without weighing of channels, with ReLU and windows of 3 throughout.
        dropout_rate: share of values that the top's dropout sets to 0, in [0, 1).
        include_preprocessing: whether the first layer brings pixels from 0 to 255 into -1 to 1.
    {arguments}

    Source: Howard et al., Searching for MobileNetV3, 2019, table {table};
    `keras.applications.mobilenet_v3.{title}`.
    """


def _variant(size: str, blocks: Sequence[_Block], last: int, count: int, bare: int, table: int):
    """The function of one network; they differ in nothing but these numbers."""
    title = f"MobileNetV3{size.title()}"
    plain = NetworkRecord(title, PRETRAINED[title])

    def build(
        input_shape: Sequence[int | None] | None = None,
        alpha: float = 1.0,
        minimalistic: bool = False,
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Symbol | None = None,
        classes: int = 1000,
        pooling: str | None = None,
        dropout_rate: float = 0.2,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str = title,
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
        where = f'"{name}"'
        shape = shape_of_any_size(where, input_shape, input_tensor)
        pretrained = plain.pretrained
        if options.are_published:
            check_width(where, alpha, _MINIMALISTIC_WIDTHS if minimalistic else _WIDTHS)
            pretrained = _published(size, alpha, minimalistic)
            if None not in shape:
                note_other_size(where, shape, 224)
        act = _relu if minimalistic else _hard_swish

        def body(image: Symbol, options: NetworkOptions) -> Symbol:
            x = Rescaling(1 / 127.5, offset=-1.0)(image) if include_preprocessing else image
            return _body(x, blocks, alpha, minimalistic)

        def classify(options: NetworkOptions, x: Symbol) -> Symbol:
            wide = eights(last * alpha) if alpha > 1.0 else last
            x = act(Conv2D(wide, 1, padding="same", name="conv_2")(x))
            if dropout_rate > 0:
                x = Dropout(dropout_rate)(x)
            x = Conv2D(options.classes, 1, padding="same", name="logits")(x)
            return Activation(options.classifier_activation, name="predictions")(Flatten()(x))

        def pooled(x: Symbol) -> Symbol:  # made where it is used: it takes an automatic name
            return GlobalAveragePooling2D(keepdims=True)(x)

        top = Top(pooled, ("conv_2", "logits"), classify=classify)
        return build_network(options, body, replace(plain, pretrained=pretrained, top=top), shape)

    build.__name__ = build.__qualname__ = title
    build.__doc__ = _DOCSTRING.format(
        title=title, count=count, bare=bare, blocks=len(blocks), table=table, arguments=MARK
    )
    return listed(plain)(build)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Give the pixels back as they are: MobileNetV3 brings them into its range itself.

    Example:
        >>> preprocess_input([0, 255])
        [0, 255]

    Source: `keras.applications.mobilenet_v3.preprocess_input`.
    """
    return x


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph: the calls stand in Keras's order, which names the layers -------------------


def _body(x: Symbol, blocks: Sequence[_Block], alpha: float, minimalistic: bool) -> Symbol:
    act = _relu if minimalistic else _hard_swish
    x = act(_normed(Conv2D(16, 3, 2, "same", use_bias=False, name="conv")(x), "conv_bn"))
    for number, block in enumerate(blocks):
        if minimalistic:
            block = replace(block, window=3, weighs=False)
        x = _block(x, number, block, eights(block.filters * alpha), act if block.is_hard else _relu)
    wide = eights((channels_of(x) or 0) * 6)
    x = Conv2D(wide, 1, padding="same", use_bias=False, name="conv_1")(x)
    return act(_normed(x, "conv_1_bn"))


def _block(
    x: Symbol, number: int, block: _Block, filters: int, act: Callable[[Symbol], Symbol]
) -> Symbol:
    start, channels = x, channels_of(x) or 0
    prefix = f"expanded_conv_{number}" if number else "expanded_conv"
    wide = eights(channels * block.expansion)
    if number:
        x = Conv2D(wide, 1, padding="same", use_bias=False, name=f"{prefix}_expand")(x)
        x = act(_normed(x, f"{prefix}_expand_bn"))
    padding = "same"
    if block.strides == 2:
        border, padding = stepping_border(x, block.window), "valid"
        x = ZeroPadding2D(border, name=f"{prefix}_depthwise_pad")(x)
    x = DepthwiseConv2D(
        block.window, block.strides, padding, use_bias=False, name=f"{prefix}_depthwise"
    )(x)
    x = act(_normed(x, f"{prefix}_depthwise_bn"))
    if block.weighs:
        x = _weighed(x, wide, f"{prefix}_squeeze_excite")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}_project")(x)
    x = _normed(x, f"{prefix}_project_bn")
    alike = block.strides == 1 and channels == filters
    return Add(name=f"{prefix}_add")([start, x]) if alike else x


def _weighed(x: Symbol, channels: int, prefix: str) -> Symbol:
    scale = GlobalAveragePooling2D(keepdims=True, name=f"{prefix}_avg_pool")(x)
    scale = Conv2D(eights(channels / 4), 1, padding="same", name=f"{prefix}_conv")(scale)
    scale = ReLU(name=f"{prefix}_relu")(scale)
    scale = Conv2D(channels, 1, padding="same", name=f"{prefix}_conv_1")(scale)
    scale = note_call("multiply", ReLU(6.0)(note_call("add", scale, 3.0)), 1 / 6)
    return Multiply(name=f"{prefix}_mul")([x, scale])


def _normed(x: Symbol, name: str) -> Symbol:
    return BatchNormalization(along_channels(), momentum=0.999, epsilon=1e-3, name=name)(x)


def _relu(x: Symbol) -> Symbol:
    return ReLU()(x)


def _hard_swish(x: Symbol) -> Symbol:
    return Activation("hard_swish")(x)


MobileNetV3Small = _variant("small", _SMALL, 1024, 2_554_968, 939_120, 2)
MobileNetV3Large = _variant("large", _LARGE, 1280, 5_507_432, 2_996_352, 1)
