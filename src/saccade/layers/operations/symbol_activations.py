"""Activations of symbols: `activations.relu(x)` is `Activation("relu")(x)`, which files hold."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from saccade.graph import Symbol, values_now
from saccade.layers.activation import Activation
from saccade.layers.core.layer import Layer
from saccade.layers.operations.symbol_arithmetic import as_function
from saccade.layers.operations.unwritten_operation import UnwrittenOperation
from saccade.layers.rectifiers import ReLU
from saccade.layers.softmax import Softmax
from saccade.names import auto_name

_WITH_SETTINGS: dict[str, type[Layer]] = {"relu": ReLU, "softmax": Softmax}
"""The layers that take the settings of an activation function under the same names."""

_HALVED = ("glu",)  # which gives fewer numbers than it takes, and is no layer


def activate(function: Callable[..., Any], symbol: Symbol, *settings: Any, **named: Any) -> Any:
    """The symbol of an activation function of one.

    With settings that no layer has it is a function that no file can hold.
    """
    if (known := values_now()) is not None:
        return known.call(function, (symbol, *settings), named)
    word = function.__name__
    if not settings and not named and word not in _HALVED:
        return as_function(Activation(function, name=auto_name(word)))(symbol)
    given = inspect.signature(function).bind(symbol, *settings, **named).arguments
    options = dict(list(given.items())[1:])
    if word in _WITH_SETTINGS:
        return as_function(_WITH_SETTINGS[word](**options, name=auto_name(word)))(symbol)
    return UnwrittenOperation(word, "activations", function)(symbol, **options)
