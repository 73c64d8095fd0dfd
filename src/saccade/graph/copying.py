"""Copying: the calls between some symbols once more, from new inputs on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.graph.node import Node
from saccade.graph.order import order_nodes
from saccade.graph.symbol import Symbol, map_symbols, symbols_in


def from_inputs(inputs: Any, outputs: Any, make_input: Callable[[Symbol], Symbol]) -> Any:
    """(inputs, outputs) as symbols whose graph starts at inputs, where it starts further down.

    `Model(layer_5.output, layer_9.output)` starts in the middle of another model: it gets inputs
    of its own, and the layers between note one more call.

    Args:
        make_input: makes an input like a symbol.
    """
    given = symbols_in(inputs)
    if all(symbol.node is not None and not symbol.node.inputs for symbol in given):
        return inputs, outputs
    copies: dict[int, Symbol] = {}
    for symbol in given:
        is_input = symbol.node is not None and not symbol.node.inputs
        copies[id(symbol)] = symbol if is_input else make_input(symbol)
    for node in order_nodes(given, symbols_in(outputs)):
        if all(id(symbol) in copies for symbol in symbols_in(node.outputs)):
            continue
        args, kwargs = node.arguments(copies)
        copy = Node(node.layer, args, kwargs)
        copy.give(map_symbols(node.outputs, lambda s: Symbol(s.shape, s.dtype, s.name)))
        copy.note()
        for old, new in zip(symbols_in(node.outputs), symbols_in(copy.outputs), strict=True):
            copies[id(old)] = new
    return (
        map_symbols(inputs, lambda symbol: copies[id(symbol)]),
        map_symbols(outputs, lambda symbol: copies[id(symbol)]),
    )
