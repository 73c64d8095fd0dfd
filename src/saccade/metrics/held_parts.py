"""Held parts: the metrics and variables that a metric of the user's has as attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from saccade.nests import leaves


def held_parts(holder: Any, is_part: Callable[[Any], bool]) -> Iterator[Any]:
    """Those among the attributes, and in their lists, tuples and dicts at any depth.

    A nest whose first leaf is none of them is not walked: it may be a long list of numbers.
    """
    for value in vars(holder).values():
        if is_part(value):
            yield value
        elif is_part(_first_leaf(value)):
            yield from filter(is_part, leaves(value))


def _first_leaf(value: Any) -> Any:
    while isinstance(value, (list, tuple, dict)):
        value = next(iter(value.values() if isinstance(value, dict) else value), None)
    return value
