"""Inlining: the calls of a network with those of the networks inside it in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.graph.network import Network
from saccade.graph.node import Node
from saccade.graph.symbol import Symbol, map_symbols, symbols_in

NetworkOf = Callable[[Any], Network | None]


def inlined(network: Network, network_of: NetworkOf) -> Network:
    """The same function of the same inputs, without models inside it where that is possible.

    The layers do not hear of it: the calls of the result are noted nowhere else.

    Args:
        network_of: the network that a layer runs when it is called; None for other layers.
    """
    inputs = {id(symbol): _bare(symbol) for symbol in network.input_symbols}
    for symbol in network.input_symbols:
        _as_input(inputs[id(symbol)], symbol)
    values = dict(inputs)
    _copy_calls(network, values, network_of, {})
    return Network(
        map_symbols(network.inputs, lambda symbol: inputs[id(symbol)]),
        map_symbols(network.outputs, lambda symbol: values[id(symbol)]),
    )


def _copy_calls(
    network: Network, values: dict[int, Symbol], network_of: NetworkOf, told: dict[str, Any]
) -> None:
    """Note the network's calls once more, on `values`, which take the results in.

    Args:
        told: arguments that every call inside takes over, such as training=False.
    """
    for node in network.calls:
        args, kwargs = node.arguments(values)
        kwargs = told | kwargs
        inner = network_of(node.layer)
        given = symbols_in(args)
        if inner is not None and _fits(inner, args, given, kwargs):
            within = dict(zip(map(id, inner.input_symbols), given, strict=True))
            _copy_calls(inner, within, network_of, kwargs)
            for outer, made in zip(symbols_in(node.outputs), inner.output_symbols, strict=True):
                values[id(outer)] = within[id(made)]
            continue
        copy = Node(node.layer, args, kwargs)
        copy.give(map_symbols(node.outputs, _bare))
        for old, new in zip(symbols_in(node.outputs), symbols_in(copy.outputs), strict=True):
            values[id(old)] = new


def _fits(inner: Network, args: Any, given: list[Symbol], kwargs: dict[str, Any]) -> bool:
    """Whether a network takes these symbols as they are, and hears no more than `training`."""
    if len(args) != 1 or set(kwargs) - {"training"} or len(given) != len(inner.input_symbols):
        return False
    return all(
        here.dtype == there.dtype
        and len(here.shape) == len(there.shape)
        and all(n in (None, m) for n, m in zip(there.shape[1:], here.shape[1:], strict=True))
        for here, there in zip(given, inner.input_symbols, strict=True)
    )


def _bare(symbol: Symbol) -> Symbol:
    return Symbol(symbol.shape, symbol.dtype, symbol.name)


def _as_input(symbol: Symbol, like: Symbol) -> None:
    """Let a symbol come from a call without inputs, as an Input's does."""
    assert like.node is not None
    Node(like.node.layer, (), {}).give(symbol)
