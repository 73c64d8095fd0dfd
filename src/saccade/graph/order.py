"""Order: the nodes between some inputs and outputs, in the order in which Keras lists them.

Keras orders a model's layers by depth, the longest way to an output, the deepest first; among
equals the one that a walk from the outputs meets first. `layers[:-20]` and legacy weight files
depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.errors import InvalidArgument
from saccade.graph.node import Node
from saccade.graph.symbol import Symbol, symbols_in


def order_nodes(inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> list[Node]:
    """The nodes from inputs to outputs, each after all those that it needs.

    Raises:
        InvalidArgument: an output needs an input that is not among `inputs`.
    """
    finished, met = _walk(inputs, outputs)
    given = {id(symbol) for symbol in inputs}
    depth_of_node: dict[int, int] = {}
    depth_of_layer: dict[int, int] = {}
    for node in reversed(finished):
        depth = max(depth_of_node.get(id(node), 0), depth_of_layer.get(id(node.layer), 0))
        depth_of_layer[id(node.layer)] = depth_of_node[id(node)] = depth
        for symbol in node.inputs:
            parent = symbol.node
            if parent is None or (id(symbol) in given and not _is_input(parent)):
                continue
            depth_of_node[id(parent)] = max(depth + 1, depth_of_node.get(id(parent), 0))
    for symbol in inputs:  # one that no output needs is an input all the same
        node = symbol.node
        if node is not None and _is_input(node) and id(node.layer) not in met:
            met[id(node.layer)], depth_of_node[id(node)] = -1, 0
            finished.append(node)
    place = {id(node): number for number, node in enumerate(finished)}
    return sorted(
        finished,
        key=lambda node: (-depth_of_node[id(node)], met[id(node.layer)], place[id(node)]),
    )


def order_layers(nodes: Sequence[Node]) -> list[Any]:
    """The layers of ordered nodes, each once."""
    return list({id(node.layer): node.layer for node in nodes}.values())


def _is_input(node: Node) -> bool:
    return not node.inputs


def _walk(inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> tuple[list[Node], dict[int, int]]:
    """(nodes, parents before children; when each layer was first met), without recursion."""
    given = {id(symbol) for symbol in inputs}
    finished: list[Node] = []
    done: set[int] = set()
    met: dict[int, int] = {}
    for output in outputs:
        stack: list[tuple[Node, bool]] = [(_made_by(output), False)]
        while stack:
            node, children_done = stack.pop()
            if id(node) in done:
                continue
            if children_done:
                done.add(id(node))
                finished.append(node)
                continue
            met.setdefault(id(node.layer), len(met))
            stack.append((node, True))
            if _is_input(node) and not any(id(s) in given for s in symbols_in(node.outputs)):
                raise InvalidArgument(
                    "Model",
                    "the outputs must be reachable from the inputs",
                    f'input "{node.layer.name}" is needed and not among them',
                    "Add it to inputs=.",
                )
            stack.extend(
                (symbol.node, False)
                for symbol in reversed(node.inputs)
                if symbol.node is not None
                and id(symbol.node) not in done
                and (id(symbol) not in given or _is_input(symbol.node))
            )
    return finished, met


def _made_by(symbol: Any) -> Node:
    if not isinstance(symbol, Symbol) or symbol.node is None:
        raise InvalidArgument(
            "Model",
            "inputs and outputs must come from Input() and from layers called on it",
            type(symbol).__name__,
        )
    return symbol.node
