"""Closed symbols: a `call` of the user's that uses symbols of the graph from outside.

    mask = Dense(4)(x)
    y = Lambda(lambda features: features * mask)(features)

TensorFlow's graph knew what such a function used. Here the layer takes these symbols in beside its
inputs, under a word of their own, so that every graph with the call computes them first.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.graph import KnownValues, Symbol, asks_for_gradients, uses_symbols, worth
from saccade.layers.core.output_shapes import on_zeros, zeros_like
from saccade.user_names import values_inside

WORD = "_closed_over"
_DO = "Give it to the layer's call as one more input."


class _Met(KnownValues):
    """Zeros for every symbol that is met, which is remembered."""

    def __init__(self, layer: Any):
        super().__init__({}, False)
        self.symbols: list[Symbol] = []
        self._layer = layer

    def of(self, symbol: Symbol) -> torch.Tensor:
        if id(symbol) not in self._values:
            self.symbols.append(symbol)
            self._values[id(symbol)] = zeros_like(symbol, self._layer)
        return self._values[id(symbol)]


def closed_symbols(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Symbol]:
    """The symbols that a layer's `call` uses beside those that it is called on, in their order.

    What the layer's own code names is looked at first; then it is called on zeros.

    Raises:
        InvalidArgument: a copy of the graph has another number of them.
    """
    if not any(uses_symbols(function) for function in _of_users(layer)):
        return []
    kwargs = dict(kwargs)
    given = kwargs.pop(WORD, None)
    met = _Met(layer)
    with worth(met):
        on_zeros(layer, args, kwargs)
    values_inside(layer, WORD)[WORD] = met.symbols  # as its code knows them
    if given is not None and len(given) != len(met.symbols):
        raise InvalidArgument(
            layer.where,
            f"the graph that is copied uses {len(given)} symbols in its call",
            str(len(met.symbols)),
            _DO,
        )
    return met.symbols if given is None else given


def asks_for_slopes(layer: Any) -> bool:
    """Whether a layer without weights takes gradients of its inputs, as `K.gradients(y, x)` does of
    symbols: its `call` is then made on the symbols themselves, and its steps are the graph's."""
    return not layer.weights and any(asks_for_gradients(one) for one in _of_users(layer))


def _of_users(layer: Any) -> list[Any]:
    """The functions of the user's that a layer calls."""
    is_users = not f"{type(layer).call.__module__}".startswith("saccade.")
    known = [layer.call if is_users else None, vars(layer).get("function")]
    return [one for one in known if callable(one)]


def call_with_closed(layer: Any, args: Any, kwargs: dict[str, Any], training: Any) -> Any:
    """A call that was given the values of the symbols that the layer's `call` uses."""
    kwargs = dict(kwargs)
    values = kwargs.pop(WORD)
    symbols = values_inside(layer, WORD)[WORD]
    named = {id(symbol): value for symbol, value in zip(symbols, values, strict=True)}
    with worth(KnownValues(named, training, layer.where, _DO)):
        return layer.forward(*args, training=training, **kwargs)
