"""Keras 3's `tree`: nests of lists, tuples, deques and dicts, walked in the order of their keys.

An OrderedDict is walked as it was filled.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from saccade.errors import InvalidArgument
from saccade.nests import as_given, by_key, is_nest, leaves, map_nest, same_dict, same_type

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


class MAP_TO_NONE:
    """What a function of `traverse` gives for a part that None is to take the place of."""


def is_nested(structure: Any) -> bool:
    """Whether a value holds others: a list, a tuple, a deque or a dict."""
    return is_nest(structure)


def _order(nest: dict[Any, Any]) -> list[Any]:
    if isinstance(nest, OrderedDict):
        return as_given(nest)
    try:
        return sorted(nest)
    except TypeError:  # keys of several kinds
        return by_key(nest)


def flatten(structure: Any) -> list[Any]:
    """The leaves of a nest, those of a dict in the order of its keys."""
    return leaves(structure, _order)


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves of a nest, each with the keys and places that lead to it."""
    if not is_nest(structure):
        return [((), structure)]
    keys = _order(structure) if isinstance(structure, dict) else range(len(structure))
    return [
        ((key, *path), leaf) for key in keys for path, leaf in flatten_with_path(structure[key])
    ]


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """The nest with `func` of each leaf, and of the leaves at its place in the other nests.

    Args:
        none_is_leaf: whether `func` is called for None too; else None stays.

    Raises:
        InvalidArgument: no nest, or nests that differ (a ValueError).
    """
    if not structures:
        raise InvalidArgument("map_structure", "give one structure or more", "none")

    def of_leaf(*parts: Any) -> Any:
        if none_is_leaf or parts[0] is not None:
            return func(*parts)
        if any(part is not None for part in parts):
            raise InvalidArgument("map_structure", "all parts must be None", repr(parts))
        return None

    first, *others = structures
    for other in others:
        assert_same_structure(first, other)
    return map_nest(of_leaf, first, *others, order=_order, rebuild=same_type)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """`map_structure` that ends where the first nest ends; `func` gets what lies there."""

    def walk(shallow: Any, *parts: Any) -> Any:
        if not is_nest(shallow):
            return func(*parts)
        keys = _same_keys("map_structure_up_to", shallow, *parts)
        made = {key: walk(shallow[key], *(part[key] for part in parts)) for key in keys}
        if isinstance(shallow, dict):
            return same_dict(shallow, made)
        return same_type(shallow, [*made.values()])

    if not structures:
        raise InvalidArgument("map_structure_up_to", "give one structure or more", "none")
    return walk(shallow_structure, *structures)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """`map_structure` for which a tuple or list of sizes and Nones, a shape, is a leaf."""

    def is_shape(value: Any) -> bool:
        return isinstance(value, (list, tuple)) and all(
            one is None or isinstance(one, int) for one in value
        )

    return map_nest(func, structure, order=_order, rebuild=same_type, is_leaf=is_shape)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """The nest with each part that `func` gives something for replaced by that.

    Args:
        func: of every nest and leaf; None leaves a part as it is, `MAP_TO_NONE` makes it None.
        top_down: whether a nest comes before its parts, which are then not visited where it is
            replaced; else after them.
    """

    def parts_walked(nest: Any) -> Any:
        if isinstance(nest, dict):
            walked = {key: traverse(func, nest[key], top_down) for key in _order(nest)}
            return same_dict(nest, {key: walked[key] for key in nest})
        if is_nest(nest):
            return same_type(nest, [traverse(func, part, top_down) for part in nest])
        return nest

    if not top_down:
        structure = parts_walked(structure)
    found = func(structure)
    if found is None:
        return parts_walked(structure) if top_down else structure
    return None if found is MAP_TO_NONE else found


def lists_to_tuples(structure: Any) -> Any:
    """The nest with a tuple for each list."""
    of_list = lambda part: tuple(part) if isinstance(part, list) else None  # noqa: E731
    return traverse(of_list, structure, top_down=False)


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """The nest with these leaves in place of its own.

    Raises:
        InvalidArgument: another number of leaves.
    """
    given = list(flat_sequence)
    if len(given) != len(flatten(structure)):
        needed = f"{len(flatten(structure))} leaves are needed"
        raise InvalidArgument("pack_sequence_as", needed, str(len(given)))
    rest = iter(given)
    return map_nest(lambda _: next(rest), structure, order=_order, rebuild=same_type)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise unless both are nested in the same way; dicts of any kind count as the same.

    Raises:
        InvalidArgument: they are not (a ValueError).
    """
    if not is_nest(a) and not is_nest(b):
        return
    for key in _same_keys("assert_same_structure", a, b):
        assert_same_structure(a[key], b[key])


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise unless the same keys and places lead to leaves, in lists or tuples.

    Raises:
        InvalidArgument: they do not (a ValueError).
    """
    of_a, of_b = ({path for path, _ in flatten_with_path(one)} for one in (a, b))
    if of_a != of_b:
        odd = sorted(map(str, of_a ^ of_b))
        raise InvalidArgument("assert_same_paths", "both must have the same", ", ".join(odd))


def _same_keys(where: str, first: Any, *others: Any) -> list[Any]:
    """The keys or places of nests of one kind and size."""
    for other in others:
        both_dicts = isinstance(first, dict) and isinstance(other, dict)
        if not both_dicts and type(first) is not type(other):
            raise InvalidArgument(where, f"must be {type(first).__name__}", type(other).__name__)
        if both_dicts and first.keys() != other.keys():
            raise InvalidArgument(where, f"keys {by_key(first)}", str(by_key(other)))
        if len(first) != len(other):
            raise InvalidArgument(where, f"{len(first)} parts", str(len(other)))
    return _order(first) if isinstance(first, dict) else list(range(len(first)))
