"""Network: how a body of layers and a record become a function that makes a model with weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from saccade import activations
from saccade.applications.building.input_shape import obtain_input_shape
from saccade.applications.building.network_options import NetworkOptions, with_paragraph
from saccade.applications.building.network_record import NetworkRecord, Pretrained, Top
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile
from saccade.files import weights_file
from saccade.files.input_record import record_input
from saccade.files.published.kept_file import is_kept, kept_file
from saccade.graph import Shape, Symbol
from saccade.layers import Dense, GlobalAveragePooling2D, GlobalMaxPooling2D, Input
from saccade.models import Model

Body = Callable[[Symbol, NetworkOptions], Symbol]
"""A network's layers: the last feature map for an image and the user's arguments."""
_Function = TypeVar("_Function", bound=Callable[..., Model])

_POOLING = {"avg": GlobalAveragePooling2D, "max": GlobalMaxPooling2D}


NETWORKS: dict[str, NetworkRecord] = {}
"""Each network by the name of its function, as soon as its family is imported."""


def network(record: NetworkRecord):
    """For a function that gives the last feature map of an image: makes Keras's function of it.

    What comes out takes Keras's eight arguments and returns a model. Name, module and docstring
    are the function's own, with the paragraph about the arguments at its mark.

    Args:
        record: what is known of the network beside its layers.
    """

    # The type that comes out is left to be inferred: so the arguments are written here alone.
    def decorate(body: Body):
        def build(
            include_top: bool = True,
            weights: Any = "imagenet",
            input_tensor: Symbol | None = None,
            input_shape: Sequence[int | None] | None = None,
            pooling: str | None = None,
            classes: int = 1000,
            classifier_activation: Any = "softmax",
            name: str = record.name,
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
            )
            return build_network(options, body, record)

        build.__name__, build.__qualname__ = body.__name__, body.__qualname__
        build.__module__, build.__doc__ = body.__module__, body.__doc__
        return listed(record)(build)

    return decorate


def listed(record: NetworkRecord) -> Callable[[_Function], _Function]:
    """For a network's function: puts it into the table, and the paragraph into its docstring."""

    def decorate(function: _Function) -> _Function:
        NETWORKS[function.__name__] = record
        function.__doc__ = with_paragraph(
            function.__doc__, record.least_px, record.default_px, record.published_px
        )
        return function

    return decorate


def build_network(
    options: NetworkOptions, body: Body, record: NetworkRecord, shape: Shape | None = None
) -> Model:
    """A model of `body` between an input and a top, with weights.

    Args:
        options: the user's arguments.
        body: gives the last feature map for an image.
        record: what is known of the network beside its layers.
        shape: of one image, where the network has rules of its own for it.

    Raises:
        InvalidArgument: arguments that can't work, or not together.
        NoSuchFile, FileFormatError: weights that are not there, damaged, or of another network.
    """
    where, top, pretrained = f'"{options.name}"', record.top, record.pretrained
    _check(where, options, pretrained)
    if shape is None:
        shape = obtain_input_shape(
            where,
            options.input_shape,
            record.default_px,
            record.least_px,
            options.include_top,
            options.weights,
        )
    path = _weights_path(where, options, pretrained)  # what can't be fetched is said at once
    start = Input(shape) if options.input_tensor is None else options.input_tensor
    outputs = _topped(options, top, body(start, options))
    inputs = start if options.input_tensor is None else _single(_sources(start))
    model = Model(inputs, outputs, name=options.name)
    if path is not None:
        _load(model, path, options.include_top, top)
        first = [one for one in model.layers if any(start in node.inputs for node in one.nodes)]
        bare = None if options.include_preprocessing else pretrained.bare_input
        record_input(bare or pretrained.input_record, model, *first)
    return model


def _check(where: str, options: NetworkOptions, pretrained: Pretrained) -> None:
    weights = options.weights
    if not (weights is None or weights == "imagenet" or _is_file(weights)):
        raise NoSuchFile(
            where,
            'weights must be None, "imagenet", or the path of a file that exists',
            repr(weights),
        )
    if weights == "imagenet" and options.include_top and options.classes != pretrained.classes:
        raise InvalidArgument(
            where,
            f'with its top and weights="imagenet", classes must be {pretrained.classes}',
            repr(options.classes),
            "include_top=False gives the features, for a top of your own.",
        )
    if options.pooling not in (None, *_POOLING):
        raise InvalidArgument(where, 'pooling must be None, "avg" or "max"', repr(options.pooling))
    if options.input_tensor is not None and not isinstance(options.input_tensor, Symbol):
        raise InvalidArgument(
            where,
            "input_tensor must come from Input() or from layers called on it",
            type(options.input_tensor).__name__,
        )
    if options.include_top and weights is not None:
        word = activations.serialize(activations.get(options.classifier_activation))
        if word not in ("softmax", "linear", None):
            raise InvalidArgument(
                where,
                'with trained weights, classifier_activation must be "softmax" or None',
                repr(options.classifier_activation),
            )


def _is_file(weights: Any) -> bool:
    return isinstance(weights, (str, os.PathLike)) and Path(weights).is_file()


def _topped(options: NetworkOptions, top: Top, features: Symbol) -> Symbol:
    if options.include_top and top.classify is not None:
        return top.classify(options, top.flatten(features))
    if options.include_top:
        classify = Dense(
            options.classes,
            options.classifier_activation,
            kernel_initializer=top.kernel,
            bias_initializer=top.bias,
            name=top.layers[-1],
        )
        return classify(top.flatten(features))
    if options.pooling is not None:
        name = f"{options.pooling}_pool" if top.names_pooling else None
        features = _POOLING[options.pooling](name=name)(features)
    return features if top.end is None else top.end(features)


def _sources(symbol: Symbol) -> list[Symbol]:
    """The inputs that a symbol comes from, in the order in which they are met."""
    found: dict[int, Symbol] = {}
    waiting, seen = [symbol], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one.node is None or not one.node.inputs:
            found[id(one)] = one
        else:
            waiting.extend(reversed(one.node.inputs))
    return list(found.values())


def _single(symbols: list[Symbol]) -> Any:
    return symbols[0] if len(symbols) == 1 else symbols


# -- weights -------------------------------------------------------------------------------


def _weights_path(where: str, options: NetworkOptions, pretrained: Pretrained) -> Path | None:
    if options.weights is None or options.weights != "imagenet":
        return options.weights
    return _published(where, options.include_top, pretrained)


def _load(model: Model, path: Path, include_top: bool, top: Top) -> None:
    surplus = () if include_top else top.layers
    try:
        weights_file.read_weights(model, path, surplus=surplus)
    except FileFormatError as error:
        if include_top and top.layers[-1] in str(error):
            do = "The file has no top for these classes: include_top=False takes it without."
            raise FileFormatError(error.where, error.needed, error.got, do) from error
        raise


def _published(where: str, include_top: bool, pretrained: Pretrained) -> Path:
    """The file with the published weights, fetched if need be; one with a top serves both."""
    both = [pretrained.with_top, pretrained.without_top]
    wanted = [file for file in (both if include_top else both[::-1]) if file is not None]
    if not include_top and len(wanted) == 2 and is_kept(wanted[1]) and not is_kept(wanted[0]):
        return kept_file(wanted[1])
    return kept_file(wanted[0], instead=f"Or give {where} weights=PATH, or weights=None.")
