"""Cloning: a model of the same layers with weights of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.custom_objects import CustomObjectScope
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.files.extras import class_names_of, preprocessing_of
from saccade.files.plain_config import build_config
from saccade.graph import Symbol, map_symbols
from saccade.graph.network import values_at
from saccade.graph.symbol import symbols_in
from saccade.layers.input import Input, InputLayer
from saccade.models.model import Functional, Model
from saccade.models.reviving import reviver
from saccade.models.sequential import Sequential
from saccade.nests import leaves
from saccade.records import to_record

_WHERE = "clone_model"


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Any:
    """A model like another, with new layers and fresh weights, compiled as that one was.

    A layer that is called twice stays one layer. Inputs are always made anew.

    Args:
        model: a Sequential, a model of symbols, or one of your own with `get_config`.
        input_tensors: symbols (or a nest like `model.input`) that the clone starts from.
        clone_function: makes the new layer for a layer; by default from its config.
        call_function: `(layer, *args, **kwargs)` that calls a new layer; models of symbols only.
        recursive: whether `clone_function` also gets the layers inside inner models.

    Returns:
        The new model.

    Raises:
        InvalidArgument: not a model; inputs that do not match; an option that this kind of
            model can't obey.

    Example:
        >>> from saccade.layers import Dense
        >>> from saccade.models import Sequential
        >>> clone_model(Sequential([Dense(2, input_shape=(3,))])).output_shape
        (None, 2)

    Source: `keras.models.clone_model`.
    """
    if not isinstance(model, Model):
        raise InvalidArgument(_WHERE, "needs a model", type(model).__name__)
    given = {
        "input_tensors": input_tensors,
        "clone_function": clone_function,
        "call_function": call_function,
    }
    clone = _Cloner(clone_function, call_function, recursive).clone(model, input_tensors, given)
    if model.compiled:
        with CustomObjectScope(_classes_in(model)):
            clone.compile_from_config(model.get_compile_config())
    if (preprocessing := preprocessing_of(model)) is not None:
        clone.preprocessing = preprocessing
    if (names := class_names_of(model)) is not None:
        clone.class_names = names
    return clone


class _Cloner:
    """Clones layers, each once."""

    def __init__(self, clone_function: Any, call_function: Any, recursive: bool):
        self._make = clone_function or _fresh
        self._call = call_function or (lambda layer, *args, **kwargs: layer(*args, **kwargs))
        self._recursive = recursive
        self._clones: dict[int, Any] = {}

    def clone(self, model: Any, inputs: Any, given: dict[str, Any]) -> Any:
        if isinstance(model, Sequential):
            if given["call_function"] is not None:
                raise NotSupported(
                    _WHERE, "call_function is for models of symbols, not for Sequential"
                )
            return self._sequential(model, inputs)
        if model._network is not None and (
            type(model).get_config is Model.get_config or any(v is not None for v in given.values())
        ):
            return self._functional(model, inputs)
        for option, value in given.items():
            if value is not None:
                raise NotSupported(
                    _WHERE, f"{option} is for Sequential and models of symbols", model.where
                )
        return _fresh(model, build_config(model))

    def _layer(self, layer: Any) -> Any:
        if id(layer) not in self._clones:
            whole = isinstance(layer, Model) and (
                isinstance(layer, Sequential) or layer._network is not None
            )
            none = {"input_tensors": None, "clone_function": self._make, "call_function": None}
            self._clones[id(layer)] = (
                self.clone(layer, None, none) if self._recursive and whole else self._make(layer)
            )
        return self._clones[id(layer)]

    def _sequential(self, model: Sequential, inputs: Any) -> Sequential:
        layers = [self._layer(layer) for layer in model.layers]
        old = model._input
        if inputs is not None:
            found = symbols_in(inputs)
            if len(found) != 1:
                raise InvalidArgument(_WHERE, "input_tensors must be one symbol", str(len(found)))
            name = None if old is None else old.name
            layers.insert(0, Input(batch_shape=found[0].shape, dtype=found[0].dtype, name=name))
        elif old is not None:
            layers.insert(0, _like(old.output))
        return Sequential(layers, trainable=model.trainable, name=model.name)

    def _functional(self, model: Model, inputs: Any) -> Model:
        network = model._graph()
        if inputs is None:
            inputs = map_symbols(network.inputs, _like)
        new = values_at(network.inputs, inputs)
        if not all(isinstance(symbol, Symbol) for symbol in new):
            raise InvalidArgument(
                _WHERE, "input_tensors must be symbols, as Input() gives", repr(inputs)
            )
        old = network.input_symbols
        for before, after in zip(old, new, strict=True):
            if len(before.shape) != len(after.shape):
                raise ShapeError(_WHERE, f"input must be {before.shape}", str(after.shape))
        copies: dict[int, Any] = {id(a): b for a, b in zip(old, new, strict=True)}
        for node in network.nodes:
            if isinstance(node.layer, InputLayer):
                continue
            args, kwargs = node.arguments(copies)
            result = self._call(self._layer(node.layer), *args, **kwargs)
            made = values_at(node.outputs, result)
            copies |= {id(a): b for a, b in zip(symbols_in(node.outputs), made, strict=True)}
        outputs = map_symbols(network.outputs, lambda symbol: copies[id(symbol)])
        cls = type(model) if model._is_described_by_graph() else Functional
        clone = cls(inputs=inputs, outputs=outputs, name=model.name)
        if not model._trainable:
            clone.trainable = False
        return clone


def _fresh(layer: Any, built_for: Any = None) -> Any:
    """A layer from another's config; a model with all that is inside it."""
    if not isinstance(layer, Model):
        return type(layer).from_config(layer.get_config())
    own = {type(one).__name__: type(one) for one in (layer, *layer.sublayers_within())}
    record = to_record(layer)
    return reviver(_WHERE, own).revive({**record, "build_config": built_for})


def _classes_in(model: Any) -> dict[str, type]:
    """The classes of what `compile` was given, so that one's own need no custom_objects."""
    given, optimizer = model._objective, model.optimizer
    scored = (given.given_loss, given.given_metrics, given.given_weighted_metrics)
    many = [one for nest in scored for one in leaves(nest)]
    many += [optimizer, getattr(optimizer, "inner_optimizer", None)]
    many += [getattr(one, "_learning_rate", None) for one in many[-2:]]  # a schedule
    return {type(one).__name__: type(one) for one in many if hasattr(one, "get_config")}


def _like(symbol: Symbol) -> Symbol:
    return Input(batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name)
