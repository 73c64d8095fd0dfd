"""The graph that describes a model before it has data. No torch in here."""

from saccade.graph.closed_over import asks_for_gradients, uses_symbols
from saccade.graph.copying import from_inputs
from saccade.graph.inlining import inlined
from saccade.graph.known_values import INSTEAD, KnownValues, values_now, worth
from saccade.graph.network import Network
from saccade.graph.node import Node
from saccade.graph.noting import compares_symbols
from saccade.graph.symbol import (
    Shape,
    Symbol,
    batch_shape,
    map_symbols,
    plain_shapes,
    symbols_in,
)

__all__ = [
    "INSTEAD",
    "KnownValues",
    "Network",
    "Node",
    "Shape",
    "Symbol",
    "asks_for_gradients",
    "batch_shape",
    "compares_symbols",
    "from_inputs",
    "inlined",
    "map_symbols",
    "plain_shapes",
    "symbols_in",
    "uses_symbols",
    "values_now",
    "worth",
]
