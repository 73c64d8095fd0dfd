"""Known values: what the symbols of a graph are worth in one batch, for a loss that uses them.

A loss of Keras 1 and 2 may close over symbols of the model's graph:

    def vae_loss(x, decoded): return mse(x, decoded) - 0.5 * K.sum(1 + log_var - K.exp(log_var))

While such a function runs, what notes a call on symbols calls it on their values instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from saccade.errors import InvalidArgument
from saccade.graph.symbol import Symbol, map_symbols, symbols_in
from saccade.nests import by_key, leaves

INSTEAD = "Give what it computes of them to model.add_loss(...), and the rest to compile(loss=)."


class KnownValues:
    """The values of one batch.

    Args:
        values: by the `id` of their symbols.
        training: what the call said that gave them.
        where, do: what uses them, and the way out where one of them has no value.
    """

    def __init__(
        self,
        values: dict[int, Any],
        training: bool | None = None,
        where: str = "loss",
        do: str = INSTEAD,
    ):
        self._values, self.training = values, training
        self._where, self._do = where, do
        self._found: list[Symbol] = []  # held, so that no other symbol gets their ids

    def of(self, symbol: Symbol) -> Any:
        """The value of a symbol, computed where the graph that ran does not hold it.

        Raises:
            InvalidArgument: a symbol that does not come from the model's inputs.
        """
        if id(symbol) not in self._values:
            node = symbol.node
            if node is None or not node.inputs:
                raise InvalidArgument(
                    self._where,
                    "the symbols that it uses must come from the model's inputs",
                    f'"{symbol.name}", an input of another model',
                    self._do,
                )
            args, kwargs = self.in_place_of((node.args, node.kwargs))
            results = symbols_in(node.outputs)
            values = node.layer(*args, **kwargs)
            self._found += results
            found = [values] if isinstance(node.outputs, Symbol) else leaves(values, by_key)
            for one, value in zip(results, found, strict=True):
                self._values[id(one)] = value
        return self._values[id(symbol)]

    def in_place_of(self, nest: Any) -> Any:
        """The nest with each symbol replaced by its value."""
        return map_symbols(nest, self.of)

    def call(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """What a function gives for the values of the symbols among its arguments."""
        args, kwargs = self.in_place_of((args, kwargs))
        return function(*args, **kwargs)


class _Now(threading.local):
    values: KnownValues | None = None


_now = _Now()


def values_now() -> KnownValues | None:
    """What symbols are worth while a loss runs that uses them; None at all other times."""
    return _now.values


@contextmanager
def worth(values: KnownValues) -> Iterator[None]:
    """Have symbols mean their values in this thread."""
    before, _now.values = _now.values, values
    try:
        yield
    finally:
        _now.values = before
