"""Noting: functions of arrays that note a layer where they are called on symbols."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from saccade.graph.symbol import Symbol

F = TypeVar("F", bound=Callable)


def compares_symbols(function: F) -> F:
    """For a function of (y_true, y_pred): on symbols it gives the symbol of what it computes."""

    @functools.wraps(function)
    def of_values_or_symbols(*args, **kwargs):
        if any(isinstance(one, Symbol) for one in (*args[:2], *kwargs.values())):
            return Symbol.note(function, *args, **kwargs)
        return function(*args, **kwargs)

    return of_values_or_symbols  # type: ignore[return-value]
