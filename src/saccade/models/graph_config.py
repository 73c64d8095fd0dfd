"""Graph config: a graph of calls as plain data, as Keras writes it, and back.

    {"layers": [{..., "name": "conv", "inbound_nodes": [{"args": [...], "kwargs": {...}}]}],
     "input_layers": ["input", 0, 0], "output_layers": ["conv", 0, 0]}

A symbol is `[name of the layer that makes it, which of its calls, which of that call's outputs]`;
calls are counted within the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import FileFormatError, NotSupported
from saccade.graph import Network, Symbol, map_symbols
from saccade.layers.core.custom_storage import is_own
from saccade.layers.core.layer import Layer
from saccade.layers.input import InputLayer
from saccade.numerics.tensors.array_record import array_of, array_record, is_array_record
from saccade.numerics.tensors.value_record import is_value_record, value_of, value_record
from saccade.records import to_record

_SYMBOL = "__keras_tensor__"
_GRAPHS = "Functional"  # Keras counts their calls from 1 where a graph begins and ends


def graph_config(network: Network, with_layers: bool = True) -> dict[str, Any]:
    """The layers, their calls, and where the graph begins and ends.

    Args:
        with_layers: False leaves the layers' own records out.
    """
    number = _numbers(network)

    def place(symbol: Symbol) -> list[Any]:
        layer = symbol.node.layer
        shift = 1 if _is_graph(layer) else 0
        return [layer.name, number[id(symbol.node)] + shift, symbol.index]

    def told(symbol: Symbol) -> dict[str, Any]:
        layer = symbol.node.layer
        history = [layer.name, number[id(symbol.node)], symbol.index]
        shape = list(symbol.shape)
        config = {"shape": shape, "dtype": symbol.dtype, "keras_history": history}
        return {"class_name": _SYMBOL, "config": config}

    layers = []
    for layer in network.layers:
        record = _record(layer) if with_layers else {}
        calls = [node for node in network.nodes if node.layer is layer and node.inputs]
        record["name"] = layer.name
        record["inbound_nodes"] = [
            {
                "args": [_plain(map_symbols(arg, told)) for arg in node.args],
                "kwargs": {key: _plain(map_symbols(arg, told)) for key, arg in node.kwargs.items()},
            }
            for node in sorted(calls, key=lambda node: number[id(node)])
        ]
        layers.append(record)
    return {
        "layers": layers,
        "input_layers": _plain(map_symbols(network.inputs, place)),
        "output_layers": _plain(map_symbols(network.outputs, place)),
    }


def rebuilt(config: dict[str, Any], layers: Sequence[Any]) -> tuple[Any, Any]:
    """(inputs, outputs) after calling the layers once more as a `graph_config` says.

    Args:
        config: the graph; its layers' records are read for their calls alone.
        layers: the layers themselves, in the same order.

    Raises:
        FileFormatError: a call needs what no other gives, or a layer that is not there.
    """
    names = [record["name"] for record in config["layers"]]
    by_name = dict(zip(names, layers, strict=True))
    made: dict[str, list[list[Symbol]]] = _Made((name, []) for name in names)
    first = _first_calls(config, by_name)
    waiting = {}
    for record in config["layers"]:
        name = record["name"]
        if record["inbound_nodes"]:
            waiting[name] = list(record["inbound_nodes"])
        else:
            made[name].append(_listed(by_name[name].output))
    while waiting:
        before = sum(len(calls) for calls in waiting.values())
        for name in list(waiting):
            layer, calls = by_name[name], waiting[name]
            while calls and (found := _arguments(calls[0], made, first)) is not None:
                args, kwargs = found
                made[name].append(_listed(layer.describe(tuple(args), kwargs)))
                calls.pop(0)
            if not calls:
                del waiting[name]
        if sum(len(calls) for calls in waiting.values()) == before:
            raise FileFormatError(
                "Model", "every call must get what another gives", ", ".join(waiting)
            )

    def symbol_at(place: list[Any]) -> Symbol:
        name, call, output = place[:3]
        return made[name][call - first[name]][output]

    return _map_places(config["input_layers"], symbol_at), _map_places(
        config["output_layers"], symbol_at
    )


class _Made(dict[str, list[list[Symbol]]]):
    """What the calls of each layer gave, by its name."""

    def __missing__(self, name: str) -> Any:
        raise FileFormatError(
            "Model", "every call must get what a layer of the model gives", f'one of "{name}"',
            f"Its layers are {', '.join(self)}.",
        )  # fmt: skip


def _numbers(network: Network) -> dict[int, int]:
    """For each call its number among the calls of its layer that belong to the graph."""
    mine = {id(node) for node in network.nodes}
    return {
        id(node): number
        for layer in network.layers
        for number, node in enumerate(one for one in layer.nodes if id(one) in mine)
    }


def _first_calls(config: dict[str, Any], by_name: dict[str, Any]) -> dict[str, int]:
    """The number of each layer's first call.

    A graph's is 1, as 0 is its own making. So was a Sequential's in Keras 1 and 2 where it knew
    its input: then no record names its call 0.
    """
    first = {name: int(_is_graph(layer)) for name, layer in by_name.items()}
    calls = [call for record in config["layers"] for call in record["inbound_nodes"]]
    old = [place for call in calls if isinstance(call, list) for place in call]
    if not old:
        return first
    _map_places([config["input_layers"], config["output_layers"]], old.append)
    for name, layer in by_name.items():
        if hasattr(layer, "layers") and not first[name]:
            first[name] = min((place[1] for place in old if place[0] == name), default=0)
    return first


def _is_graph(layer: Any) -> bool:
    return any(cls.__name__ == _GRAPHS for cls in type(layer).__mro__)


def _record(layer: Any) -> dict[str, Any]:
    record = to_record(layer)
    shape = getattr(layer, "_built_shape", None)
    if is_own(layer, "get_build_config"):
        record["build_config"] = layer.get_build_config()
    elif shape is not None and not _is_graph(layer) and layer.nodes and layer.nodes[0].inputs:
        word = "shapes_dict" if layer._build_shapes else "input_shape"
        record["build_config"] = {word: shape}
    return record


def _plain(value: Any) -> Any:
    """A nest as JSON can hold it: Keras marks tuples."""
    if isinstance(value, tuple):
        return {"class_name": "__tuple__", "items": [_plain(item) for item in value]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, slice) or value is Ellipsis:
        return value_record("Model", value, lambda inner, word: _plain(inner))
    if torch.is_tensor(value) or isinstance(value, (np.ndarray, np.generic)):
        array: Any = value.detach().cpu().numpy() if torch.is_tensor(value) else value
        return array_record(array) if array.ndim else array.item()
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if not isinstance(value, (bool, int, float, str, type(None))):
        named = getattr(value, "name", None)  # a dtype of the thin tensorflow
        if not isinstance(named, str):
            raise NotSupported(
                "Model", "what a call is given must be numbers, words and arrays",
                type(value).__name__, "Put it into a layer of your own, with get_config().",
            )  # fmt: skip
        return named
    return value


def _arguments(
    call: Any, made: dict[str, list[list[Symbol]]], first: dict[str, int]
) -> tuple[list[Any], dict[str, Any]] | None:
    """The arguments of a call, or None while one of them is not made yet."""
    try:
        if isinstance(call, list):  # as Keras 2 wrote it: [[name, call, output, kwargs], ...]
            found = [made[name][number - first[name]][output] for name, number, output, *_ in call]
            kwargs = call[0][3] if call and len(call[0]) > 3 else {}
            return [found[0] if len(found) == 1 else found], kwargs
        args = [_revived(arg, made) for arg in call["args"]]
        kwargs = {key: _revived(arg, made) for key, arg in call["kwargs"].items()}
        if kwargs.get("mask", 0) is None:  # Keras notes it for every call of a Sequential
            del kwargs["mask"]
        return args, kwargs
    except IndexError:
        return None


def _revived(value: Any, made: dict[str, list[list[Symbol]]]) -> Any:
    if isinstance(value, list):
        return [_revived(item, made) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == _SYMBOL:
        name, call, output = value["config"]["keras_history"]
        return made[name][call][output]
    if value.get("class_name") == "__tuple__":
        return tuple(_revived(item, made) for item in value["items"])
    if is_value_record(value):
        return value_of("Model", value, lambda inner: _revived(inner, made))
    if is_array_record(value):
        return np.asarray(array_of(value))
    return {key: _revived(item, made) for key, item in value.items()}


def _listed(symbols: Any) -> list[Symbol]:
    from_nest: list[Symbol] = []
    map_symbols(symbols, from_nest.append)
    return from_nest


def _map_places(places: Any, symbol_at: Any) -> Any:
    """A nest of `[name, call, output]` as the symbols there."""
    if isinstance(places, dict):
        if places.get("class_name") == "__tuple__":
            return tuple(_map_places(one, symbol_at) for one in places["items"])
        return {key: _map_places(one, symbol_at) for key, one in places.items()}
    if len(places) >= 3 and isinstance(places[0], str):
        return symbol_at(places)
    return [_map_places(one, symbol_at) for one in places]


def layer_record(layer: Layer) -> dict[str, Any]:
    """The record of a layer of a Sequential, with the shape that it was built for."""
    record = to_record(layer)
    if is_own(layer, "get_build_config"):
        record["build_config"] = layer.get_build_config()
    elif layer._built_shape is not None and not isinstance(layer, InputLayer):
        shape, word = layer._built_shape, "shapes_dict" if layer._build_shapes else "input_shape"
        record["build_config"] = {word: shape if isinstance(shape, dict) else list(shape)}
    return record
