"""Unwritten operations: functions in a model that no file format can name, so none is saved."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from saccade.errors import NotSupported
from saccade.graph import values_now
from saccade.layers.operations.operation import Operation, as_axis_error, has_symbols
from saccade.names import auto_name


class UnwrittenOperation(Operation):
    """A function of arrays that a call on symbols noted; the model runs and trains, and is not
    written to a file.

    Args:
        word: the function's name, "batch_dot".
        module: where users find it, "K".
        of_values: what computes it.
    """

    def __init__(self, word: str, module: str, of_values: Callable[..., Any]):
        super().__init__(name=auto_name(word))
        self.word, self.module, self.of_values = word, module, of_values

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self.of_values(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        raise NotSupported(
            f'layer "{self.name}"',
            f"{self.module}.{self.word} in a model cannot be written down",
            None,
            "Use a layer or another function of keras.ops, or save_weights alone.",
        )


UnwrittenOperation._takes_training = False


def also_on_symbols(module: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For a function of arrays: on symbols it notes an `UnwrittenOperation` instead."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        word = getattr(function, "__name__", "operation").strip("<>")

        @functools.wraps(function)
        def of_values_or_symbols(*args: Any, **kwargs: Any) -> Any:
            if has_symbols(args) or (kwargs and has_symbols(kwargs.values())):
                if (known := values_now()) is not None:
                    return known.call(function, args, kwargs)
                bound = inspect.signature(function).bind(
                    *args, **kwargs
                )  # a layer's first is an input
                return UnwrittenOperation(word, module, function)(*bound.args, **bound.kwargs)
            try:
                return function(*args, **kwargs)
            except IndexError as error:
                raise as_axis_error(word, error) from error

        return of_values_or_symbols

    return decorate


def note_function(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Note a call of a function of (y_true, y_pred) on symbols."""
    if (known := values_now()) is not None:
        return known.call(function, args, kwargs)
    return UnwrittenOperation(function.__name__.strip("_"), "losses", function)(*args, **kwargs)
