"""Nesting: `tf.nest`, over lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.nests import by_key, leaves, map_nest


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves, those of a dict in the order of its keys."""
    return leaves(structure)


def map_structure(func: Callable[..., Any], *structure: Any, **_: Any) -> Any:
    """`func` of the leaves at each place of structures that are alike."""
    return map_nest(func, *structure)


def is_nested(structure: Any) -> bool:
    return isinstance(structure, (list, tuple, dict))


def pack_sequence_as(structure: Any, flat_sequence: Any, **_: Any) -> Any:
    """A structure like another, of these leaves, in the order in which `flatten` gives them."""
    rest = iter(flat_sequence)
    return map_nest(lambda _: next(rest), structure, order=by_key)
