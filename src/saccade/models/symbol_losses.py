"""Symbol losses: what losses of Keras 1 and 2 compute of the symbols of a model's graph.

`model.add_loss` is given symbols; a function in `compile(loss=)` or `metrics=` may close over some.
"""

from __future__ import annotations

import copy
import functools
import weakref
from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import StateError
from saccade.graph import KnownValues, Network, Symbol, asks_for_gradients, uses_symbols, worth
from saccade.layers.core.calls.call_losses import CallLosses
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.tracking import safe_key
from saccade.losses import Loss
from saccade.nests import map_nest
from saccade.notes import note_once
from saccade.training.outputs import map_given
from saccade.user_names import inner_values, set_inside, values_inside


def add_symbols(model: Any, losses: list[Symbol], metrics: dict[str, Symbol] | None = None) -> None:
    """Let a call of a model give some losses and metrics too, from what comes into its graph.

    Layers with weights that only the losses pass through become the model's.

    Raises:
        InvalidArgument: a loss that needs more than the model's inputs.
    """
    _, known, named = ((), [], {}) if model._with_losses is None else model._with_losses.outputs
    graph = model._graph()
    network = Network(graph.inputs, [graph.result, [*known, *losses], {**named, **(metrics or {})}])
    has = {id(layer) for layer in model.sublayers_within()}
    new = [one for one in network.layers if id(one) not in has and one.weights]
    layers = [*model._graph_layers, *new]
    for number, layer in enumerate(layers):
        model._modules[safe_key("_graph_layers", number)] = layer  # torch finds them there
    set_inside(model, "_graph_layers", layers)
    set_inside(model, "_with_losses", network)


def taken(model: Any, run: Any) -> Any:
    """The outputs of a call that gave losses and metrics too, which the model takes."""
    outputs, losses, metrics = run
    CallLosses.add_loss(model, losses)
    for name, value in metrics.items():
        model._follow(name, value)
    return outputs


def closing(model: Any, given: Any) -> tuple[Any, int]:
    """What `compile` was given, with its functions that use symbols of the model's graph made to
    see their values; and whether there are any: 0 or 1, and 2 where one asks for gradients.
    """
    model, found = weakref.ref(model), [0]

    def closed(one: Any) -> Any:
        is_loss = isinstance(one, Loss) and type(one).keras_module is None
        function = one.call if is_loss else one
        if not uses_symbols(function):
            return one
        found.append(2 if asks_for_gradients(function) else 1)
        if not is_loss:
            return _on_values(model, one)
        one = copy.copy(one)
        one.call = _on_values(model, one.call)
        return one

    given = map_given(closed, given)
    return given, max(found)


def _on_values(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that runs while symbols mean their values in the model's last call."""

    @functools.wraps(function)
    def on_values(*args: Any, **kwargs: Any) -> Any:
        known = values_inside(model(), "_last_values").get("_last_values")
        if known is None:
            raise StateError(
                getattr(function, "__name__", "loss"),
                "uses symbols of the model, which have values in fit and evaluate only",
                "a call without the model's",
            )
        with worth(known):
            before, scope.training = scope.training, known.training
            try:
                return function(*args, **kwargs)
            finally:
                scope.training = before

    return on_values


def run_whole(model: Any, network: Network, inputs: Any) -> Any:
    """What a network gives, whose values are kept until the model's next call."""
    held = values_inside(model, "_last_values")
    held["_last_values"] = None  # what a step held is free before the next one computes
    if model._keeps_values > 1:  # a loss takes gradients, for what leads to frozen layers too
        inputs = map_nest(_with_slopes, inputs)
        with torch.enable_grad():
            result, values = network.run_whole(inputs, model._fitted)
    else:
        result, values = network.run_whole(inputs, model._fitted)
    held["_last_values"] = KnownValues(values, scope.training)
    return result


def _with_slopes(values: Any) -> Any:
    wanted = values.is_floating_point() and not values.requires_grad
    return values.detach().requires_grad_() if wanted else values


def drop_losses(model: Any, state: dict[str, Any]) -> None:
    """Leave them out of what a model is copied from."""
    inner_values(state, "_last_values").pop("_last_values", None)
    if inner_values(state, "_with_losses").pop("_with_losses", None) is not None:
        note_not_written(model.where)


def note_not_written(where: str) -> None:
    """Say that a copy or a file has no loss that was added as a symbol."""
    note_once(
        f"{where}: what add_loss was given is not written down. Call add_loss again on the copy.",
        key="add_loss of symbols",
    )
