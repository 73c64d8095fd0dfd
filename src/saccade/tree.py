"""Keras 3's `tree`: nests of lists, tuples and dicts, walked in the order of their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.errors import InvalidArgument
from saccade.nests import by_key, is_nest, leaves, map_nest, same_type

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]

is_nested = is_nest


def flatten(structure: Any) -> list[Any]:
    """The leaves of a nest, those of a dict in the order of its keys."""
    return leaves(structure, by_key)


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """The nest with `func` of each leaf, and of the leaves at its place in the other nests."""
    first, *others = structures
    for other in others:
        assert_same_structure(first, other)
    return map_nest(func, first, *others)


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """The nest with these leaves in place of its own.

    Raises:
        InvalidArgument: another number of leaves.
    """
    given = list(flat_sequence)
    if len(given) != len(leaves(structure)):
        needed = f"{len(leaves(structure))} leaves are needed"
        raise InvalidArgument("pack_sequence_as", needed, str(len(given)))
    rest = iter(given)
    return map_nest(lambda _: next(rest), structure, order=by_key, rebuild=same_type)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise unless both are nested in the same way.

    Raises:
        InvalidArgument: they are not (a ValueError).
    """
    if is_nest(a) != is_nest(b) or (is_nest(a) and type(a) is not type(b)):
        raise InvalidArgument(
            "assert_same_structure", f"must be {type(a).__name__}", type(b).__name__
        )
    if isinstance(a, dict):
        if a.keys() != b.keys():
            raise InvalidArgument("assert_same_structure", f"keys {sorted(a)}", str(sorted(b)))
        pairs = [(a[key], b[key]) for key in a]
    elif is_nest(a):
        if len(a) != len(b):
            raise InvalidArgument("assert_same_structure", f"{len(a)} parts", str(len(b)))
        pairs = list(zip(a, b, strict=True))
    else:
        pairs = []
    for one, other in pairs:
        assert_same_structure(one, other)
