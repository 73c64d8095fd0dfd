"""Symbol losses: what `model.add_loss` of Keras 2 is given beside a graph of layers."""

from __future__ import annotations

from typing import Any

from saccade.graph import Network, Symbol
from saccade.layers.core.tracking import safe_key
from saccade.notes import note_once
from saccade.user_names import inner_values, set_inside


def add_symbols(model: Any, losses: list[Symbol]) -> None:
    """Let a call of a model give some losses too, from what comes into its graph.

    Layers with weights that only the losses pass through become the model's.

    Raises:
        InvalidArgument: a loss that needs more than the model's inputs.
    """
    known = [] if model._with_losses is None else model._with_losses.outputs[1]
    graph = model._graph()
    network = Network(graph.inputs, [graph.result, [*known, *losses]])
    has = {id(layer) for layer in model.sublayers_within()}
    new = [one for one in network.layers if id(one) not in has and one.weights]
    layers = [*model._graph_layers, *new]
    for number, layer in enumerate(layers):
        model._modules[safe_key("_graph_layers", number)] = layer  # torch finds them there
    set_inside(model, "_graph_layers", layers)
    set_inside(model, "_with_losses", network)


def drop_losses(model: Any, state: dict[str, Any]) -> None:
    """Leave them out of what a model is copied from."""
    if inner_values(state, "_with_losses").pop("_with_losses", None) is not None:
        note_not_written(model.where)


def note_not_written(where: str) -> None:
    """Say that a copy or a file has no loss that was added as a symbol."""
    note_once(
        f"{where}: what add_loss was given is not written down. Call add_loss again on the copy.",
        key="add_loss of symbols",
    )
