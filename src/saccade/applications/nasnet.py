"""NASNet: two kinds of cell, which a search found, one upon the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import refuse_channels_first
from saccade.applications.building.geometry import stepping_border
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import MARK, NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.errors import InvalidArgument
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Cropping2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from saccade.models import Model
from saccade.old_arguments import takes_dim_ordering

_FOLDER = "https://storage.googleapis.com/tensorflow/keras-applications/nasnet"
_INPUT = InputRecord("tf", -1.0, 1.0, "saccade.applications.nasnet.preprocess_input")


def _published(size: str, md5_with_top: str, md5_without_top: str) -> Pretrained:
    """The files, which Keras keeps under names of their own."""
    stem, kept = f"{_FOLDER}/NASNet-{size}", f"nasnet_{size}"
    with_top = RemoteFile(f"{stem}.h5", md5_with_top, kept_as=f"{kept}.h5")
    without_top = RemoteFile(f"{stem}-no-top.h5", md5_without_top, kept_as=f"{kept}_no_top.h5")
    return Pretrained(with_top, without_top, _INPUT)


PRETRAINED = {
    "nasnet_mobile": _published(
        "mobile", "020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"
    ),
    "nasnet_large": _published(
        "large", "11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"
    ),
}
"""The weights that `weights="imagenet"` stands for, by network."""


@dataclass(frozen=True)
class _Size:
    """What the two networks differ in.

    Attributes:
        stem: filters of the first convolution.
        filters: of the first cells; the next have twice as many, the last four times.
        repeats: normal cells between two that halve the sides.
        skips: whether the cell after a halving one looks back beyond what was halved.
    """

    stem: int
    filters: int
    repeats: int
    skips: bool


_DOCSTRING = """Build {title}, {count:,} weights; {bare:,} without its top.

    Law, for its own input::

        {px}x{px}x3 -> conv 3x3 {stem}, in steps of 2 -> halved twice
                  -> {repeats} normal cells {f1}, halved
                  -> {repeats} normal cells {f2}, halved
                  -> {repeats} normal cells {f3} -> relu, mean, dense `classes`

    A cell takes what the last two gave. It adds pairs of separable convolutions (3x3, 5x5, 7x7),
    means and maxima of 3x3, and what came in, and joins the sums. One that halves does so in steps
    of 2.

    Without an `input_shape` images have {px} pixels a side, with or without its top. The sides must
    be known: what a cell joins fits together for images of known size only.

    Args:
    {arguments}

    Source: Zoph et al., Learning Transferable Architectures for Scalable Image Recognition, 2017,
    figure 4; `keras.applications.nasnet.{title}`.
    """


def _variant(title: str, name: str, size: _Size, default_px: int, count: int, bare: int):
    """The function of one network; they differ in nothing but these numbers."""
    record = NetworkRecord(name, PRETRAINED[name], default_px, top=Top(_mean, names_pooling=False))

    def body(image: Symbol, options: NetworkOptions) -> Symbol:
        return _body(image, size)

    def build(
        input_shape: Sequence[int | None] | None = None,
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Symbol | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = name,
    ) -> Model:
        given = input_tensor.shape[1:] if isinstance(input_tensor, Symbol) else input_shape
        if given is not None and None in tuple(given)[:2]:
            raise InvalidArgument(
                f'"{name}"',
                "images must have sides that are known",
                str(tuple(given)),
                f"Give input_shape=({default_px}, {default_px}, 3), or the sides of yours.",
            )
        if not include_top and input_shape is None:
            input_shape = (default_px, default_px, 3)
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
        )
        return build_network(options, body, record)

    build.__name__ = build.__qualname__ = title
    build.__doc__ = _DOCSTRING.format(
        title=title,
        count=count,
        bare=bare,
        px=default_px,
        stem=size.stem,
        repeats=size.repeats,
        f1=size.filters,
        f2=2 * size.filters,
        f3=4 * size.filters,
        arguments=MARK,
    )
    return listed(record)(build)


def _mean(features: Symbol) -> Symbol:
    return GlobalAveragePooling2D()(features)


@takes_dim_ordering
def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Bring pixels into what NASNet was trained on.

    Law: y = x / 127.5 - 1, from [0, 255] into [-1, 1]

    Args, returns, raises: as `saccade.applications.resnet.preprocess_input`, of any number of
    channels.

    Example:
        >>> import numpy as np
        >>> preprocess_input(np.array([[[0, 255, 255]]], "uint8")).tolist()
        [[[-1.0, 1.0, 1.0]]]

    Source: `keras.applications.nasnet.preprocess_input`.
    """
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


preprocess_input.draws_nothing = True  # type: ignore[attr-defined]  # it may run in threads
decode_predictions = imagenet_utils.decode_predictions


# -- the graph: the calls stand in Keras's order, which names the layers -------------------


def _body(image: Symbol, size: _Size) -> Symbol:
    filters, repeats = size.filters, size.repeats
    x = _convolved(image, size.stem, "stem_conv1", "stem_bn1", 3, strides=2, padding="valid")
    x, before = _halved(x, None, filters // 4, "stem_1")
    x, before = _halved(x, before, filters // 2, "stem_2")
    for stage in range(3):
        if stage:
            wide, last = filters * 2**stage, before
            x, before = _halved(x, last, wide, f"reduce_{stage * repeats}")
            before = last if size.skips else before
        for number in range(repeats):
            place = stage * repeats + number + (1 if stage else 0)
            x, before = _normal(x, before, filters * 2**stage, str(place))
    return Activation("relu")(x)


def _normal(x: Symbol, before: Symbol | None, filters: int, name: str) -> tuple[Symbol, Symbol]:
    p = _fitted(before, x, filters, name)
    h = Activation("relu")(x)
    h = _convolved(h, filters, f"normal_conv_1_{name}", f"normal_bn_1_{name}", padding="same")
    left, right = (
        _separable(h, filters, 5, "left1", name),
        _separable(p, filters, 3, "right1", name),
    )
    one = _sum(left, right, f"normal_add_1_{name}")
    left, right = (
        _separable(p, filters, 5, "left2", name),
        _separable(p, filters, 3, "right2", name),
    )
    two = _sum(left, right, f"normal_add_2_{name}")
    three = _sum(_averaged(h, f"normal_left3_{name}"), p, f"normal_add_3_{name}")
    left, right = _averaged(p, f"normal_left4_{name}"), _averaged(p, f"normal_right4_{name}")
    four = _sum(left, right, f"normal_add_4_{name}")
    five = _sum(_separable(h, filters, 3, "left5", name), h, f"normal_add_5_{name}")
    joined = Concatenate(name=f"normal_concat_{name}")([p, one, two, three, four, five])
    return joined, x


def _halved(x: Symbol, before: Symbol | None, filters: int, name: str) -> tuple[Symbol, Symbol]:
    p = _fitted(before, x, filters, name)
    h = Activation("relu")(x)
    h = _convolved(h, filters, f"reduction_conv_1_{name}", f"reduction_bn_1_{name}", padding="same")
    padded = ZeroPadding2D(stepping_border(h, 3), name=f"reduction_pad_1_{name}")(h)
    pooled = {"pool_size": 3, "strides": 2, "padding": "valid"}

    left, right = _halving(h, filters, 5, "left1", name), _halving(p, filters, 7, "right1", name)
    one = _sum(left, right, f"reduction_add_1_{name}")
    left = MaxPooling2D(**pooled, name=f"reduction_left2_{name}")(padded)
    two = _sum(left, _halving(p, filters, 7, "right2", name), f"reduction_add_2_{name}")
    left = AveragePooling2D(**pooled, name=f"reduction_left3_{name}")(padded)
    three = _sum(left, _halving(p, filters, 5, "right3", name), f"reduction_add3_{name}")
    four = _sum(two, _averaged(one, f"reduction_left4_{name}"))
    left = _twice_separable(one, filters, 3, f"reduction_left4_{name}")
    right = MaxPooling2D(**pooled, name=f"reduction_right5_{name}")(padded)
    five = _sum(left, right, f"reduction_add4_{name}")
    return Concatenate(name=f"reduction_concat_{name}")([two, three, four, five]), x


def _fitted(before: Symbol | None, x: Symbol, filters: int, name: str) -> Symbol:
    """What the cell before the last gave, with the sides and channels of this cell."""
    if before is None:
        return x
    if before.shape[2] != x.shape[2]:
        return _every_second(before, filters, name)
    if before.shape[-1] == filters:
        return before
    p = Activation("relu")(before)
    return _convolved(
        p, filters, f"adjust_conv_projection_{name}", f"adjust_bn_{name}", padding="same"
    )


def _every_second(p: Symbol, filters: int, name: str) -> Symbol:
    """Every second pixel of rows and columns, and the one after it: half of the channels each."""
    p = Activation("relu", name=f"adjust_relu_1_{name}")(p)
    pixel = {"pool_size": 1, "strides": 2, "padding": "valid"}
    kernel = {"padding": "same", "use_bias": False, "kernel_initializer": "he_normal"}
    first = AveragePooling2D(**pixel, name=f"adjust_avg_pool_1_{name}")(p)
    first = Conv2D(filters // 2, 1, **kernel, name=f"adjust_conv_1_{name}")(first)
    second = Cropping2D(((1, 0), (1, 0)))(ZeroPadding2D(((0, 1), (0, 1)))(p))
    second = AveragePooling2D(**pixel, name=f"adjust_avg_pool_2_{name}")(second)
    second = Conv2D(filters // 2, 1, **kernel, name=f"adjust_conv_2_{name}")(second)
    return _normed(Concatenate()([first, second]), f"adjust_bn_{name}")


def _convolved(
    x: Symbol, filters: int, name: str, norm_name: str, window: int = 1, **options: Any
) -> Symbol:
    kernel = {"use_bias": False, "kernel_initializer": "he_normal"}
    return _normed(Conv2D(filters, window, name=name, **kernel, **options)(x), norm_name)


def _separable(x: Symbol, filters: int, window: int, side: str, name: str) -> Symbol:
    return _twice_separable(x, filters, window, f"normal_{side}_{name}")


def _halving(x: Symbol, filters: int, window: int, side: str, name: str) -> Symbol:
    return _twice_separable(x, filters, window, f"reduction_{side}_{name}", 2)


def _twice_separable(x: Symbol, filters: int, window: int, name: str, strides: int = 1) -> Symbol:
    """ReLU, separable convolution and normalisation, twice; the first may go in steps of 2."""
    x, padding = Activation("relu")(x), "same"
    if strides == 2:
        border, padding = stepping_border(x, window), "valid"
        x = ZeroPadding2D(border, name=f"separable_conv_1_pad_{name}")(x)
    plain = {"use_bias": False}
    x = SeparableConv2D(
        filters, window, strides, padding, name=f"separable_conv_1_{name}", **plain
    )(x)
    x = Activation("relu")(_normed(x, f"separable_conv_1_bn_{name}"))
    x = SeparableConv2D(filters, window, padding="same", name=f"separable_conv_2_{name}", **plain)(
        x
    )
    return _normed(x, f"separable_conv_2_bn_{name}")


def _averaged(x: Symbol, name: str) -> Symbol:
    return AveragePooling2D(3, 1, "same", name=name)(x)


def _sum(one: Symbol, two: Symbol, name: str | None = None) -> Symbol:
    return Add(name=name)([one, two])


def _normed(x: Symbol, name: str) -> Symbol:
    return BatchNormalization(momentum=0.9997, epsilon=1e-3, name=name)(x)


NASNetMobile = _variant(
    "NASNetMobile", "nasnet_mobile", _Size(32, 44, 4, False), 224, 5_326_716, 4_269_716
)
NASNetLarge = _variant(
    "NASNetLarge", "nasnet_large", _Size(96, 168, 6, True), 331, 88_949_818, 84_916_818
)
