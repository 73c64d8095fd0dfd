"""Node: one call of a layer on symbols."""

from __future__ import annotations

import weakref
from typing import Any

from saccade.graph.symbol import Symbol, map_symbols, own_nest, symbols_in


class Node:
    """What was called, with what, and what came out.

    Attributes:
        layer: what was called; it lists the node in its `nodes`.
        args, kwargs: of the call, nests that hold symbols.
        inputs: the symbols among them, in order.
        is_plain: whether the one argument is a symbol.
        outputs: a nest of the symbols that came out.
    """

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]):
        # Lists of its own: scripts go on appending to theirs, as DenseNet's are written.
        self.layer, self.args, self.kwargs = layer, own_nest(args), own_nest(kwargs)
        self.inputs = symbols_in((args, kwargs))
        self.is_plain = len(args) == 1 and isinstance(args[0], Symbol) and not kwargs
        self.outputs: Any = None

    def note(self) -> None:
        """Let the layer, and those whose results it is called on, know of the call."""
        self.layer.nodes.append(self)
        for parent in self.parents:
            _outbound.setdefault(parent.layer, []).append(weakref.ref(self))

    @property
    def parents(self) -> list[Node]:
        """The nodes that make the inputs, in order, each as often as it is used."""
        return [symbol.node for symbol in self.inputs if symbol.node is not None]

    def give(self, outputs: Any) -> Any:
        """Take a nest of bare symbols as the outputs, and tell them where they come from."""
        for index, symbol in enumerate(symbols_in(outputs)):
            symbol.node, symbol.index = self, index
        self.outputs = own_nest(outputs)
        return outputs

    def arguments(self, values: dict[int, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with each symbol replaced by its value (by `id`)."""

        def value_of(symbol: Symbol) -> Any:
            return values[id(symbol)]

        return map_symbols(self.args, value_of), map_symbols(self.kwargs, value_of)

    # -- Keras's words ----------------------------------------------------------------------

    @property
    def operation(self) -> Any:
        """The layer."""
        return self.layer

    outbound_layer = operation  # Keras 2's word

    @property
    def is_input(self) -> bool:
        """Whether the call is an Input's."""
        return not self.inputs

    @property
    def input_tensors(self) -> list[Symbol]:
        """The symbols of the call, in order."""
        return list(self.inputs)

    @property
    def output_tensors(self) -> list[Symbol]:
        """The symbols that came out, in order."""
        return symbols_in(self.outputs)

    @property
    def parent_nodes(self) -> list[Node]:
        """The calls that make the symbols, each once."""
        return list(dict.fromkeys(self.parents))

    @property
    def inbound_layers(self) -> list[Any]:
        """The layers that make the symbols, for each symbol one; Keras 2's word."""
        return [node.layer for node in self.parents]


_outbound: weakref.WeakKeyDictionary[Any, list[weakref.ref[Node]]] = weakref.WeakKeyDictionary()


def calls_on_results_of(layer: Any) -> list[Node]:
    """The calls on what a layer gave, in their order."""
    found = [node() for node in _outbound.get(layer, ())]
    return [node for node in found if node is not None]
