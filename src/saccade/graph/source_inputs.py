"""Source inputs: where a symbol comes from in the end."""

from __future__ import annotations

from typing import Any

from saccade.graph.symbol import Symbol


def get_source_inputs(tensor: Any) -> list[Any]:
    """The inputs of the graph that a symbol needs, each once, in the order in which they are met.

    Example:
        >>> from saccade.layers import Add, Input
        >>> a, b = Input((2,)), Input((2,))
        >>> [one is two for one, two in zip(get_source_inputs(Add()([a, b])), (a, b))]
        [True, True]

    Source: `keras.utils.get_source_inputs`.
    """
    if not isinstance(tensor, Symbol):
        return [tensor]
    found: list[Any] = []
    waiting, seen = [tensor], set()
    while waiting:
        symbol = waiting.pop()
        if id(symbol) in seen:
            continue
        seen.add(id(symbol))
        if symbol.node is not None and symbol.node.inputs:
            waiting += reversed(symbol.node.inputs)
        else:
            found.append(symbol)
    return found


def is_keras_tensor(x: Any) -> bool:
    """Whether it is what calling a layer on `Input()` gives, and no array.

    Source: `keras.utils.is_keras_tensor`.
    """
    return isinstance(x, Symbol)
