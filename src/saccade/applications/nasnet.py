"""NASNet: two kinds of cell, which a search found, one upon the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saccade.applications import imagenet_utils
from saccade.applications.building.channels import refuse_channels_first
from saccade.applications.building.nasnet_cells import convolved, halved, normal
from saccade.applications.building.network import build_network, listed
from saccade.applications.building.network_options import MARK, NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.errors import InvalidArgument
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import Activation, GlobalAveragePooling2D
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
    x = convolved(image, size.stem, "stem_conv1", "stem_bn1", 3, strides=2, padding="valid")
    x, before = halved(x, None, filters // 4, "stem_1")
    x, before = halved(x, before, filters // 2, "stem_2")
    for stage in range(3):
        if stage:
            wide, last = filters * 2**stage, before
            x, before = halved(x, last, wide, f"reduce_{stage * repeats}")
            before = last if size.skips else before
        for number in range(repeats):
            place = stage * repeats + number + (1 if stage else 0)
            x, before = normal(x, before, filters * 2**stage, str(place))
    return Activation("relu")(x)


NASNetMobile = _variant(
    "NASNetMobile", "nasnet_mobile", _Size(32, 44, 4, False), 224, 5_326_716, 4_269_716
)
NASNetLarge = _variant(
    "NASNetLarge", "nasnet_large", _Size(96, 168, 6, True), 331, 88_949_818, 84_916_818
)
