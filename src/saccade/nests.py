"""Nests: lists, tuples, deques and dicts of things that belong together, as inputs of a model.

Every walk of a nest is one of these functions, and each says in which order a dict is walked:
`by_key`, as Keras and TensorFlow flatten one, or `as_given`, in the order in which it was filled.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

_SEQUENCES = (list, tuple, deque)
Order = Callable[[dict[Any, Any]], Iterable[Any]]
"""The keys of a dict in the order in which they are visited."""
Rebuild = Callable[[Any, list[Any]], Any]
"""(a list or tuple, new parts) -> what takes its place."""


def by_key(nest: dict[Any, Any]) -> list[Any]:
    """The keys of a dict, sorted by how they print."""
    return sorted(nest, key=str)


def as_given(nest: dict[Any, Any]) -> list[Any]:
    """The keys of a dict in the order in which it was filled."""
    return list(nest)


def plain(sequence: Any, parts: list[Any]) -> Any:
    """A list for a list, a namedtuple for one, a deque, and a tuple for any other kind of tuple."""
    if hasattr(sequence, "_fields"):
        return type(sequence)(*parts)
    if isinstance(sequence, deque):
        return deque(parts)
    return parts if isinstance(sequence, list) else tuple(parts)


def same_type(sequence: Any, parts: list[Any]) -> Any:
    """The parts in the type of the sequence, a namedtuple or a subclass of list or tuple too."""
    kind = type(sequence)
    return kind(*parts) if hasattr(sequence, "_fields") else kind(parts)


def same_dict(nest: dict[Any, Any], found: dict[Any, Any]) -> dict[Any, Any]:
    """The parts in the kind of dict that the nest is, an OrderedDict or a defaultdict too."""
    if isinstance(nest, defaultdict):
        return defaultdict(nest.default_factory, found)
    return OrderedDict(found) if isinstance(nest, OrderedDict) else found


def as_list(sequence: Any, parts: list[Any]) -> list[Any]:
    """A list for a list and for a tuple."""
    return parts


def is_nest(value: Any) -> bool:
    """Whether a value holds others: a list, a tuple, a deque or a dict."""
    return isinstance(value, (list, tuple, dict, deque))


def is_plain_nest(value: Any) -> bool:
    """The same without namedtuples and other subclasses of list and tuple."""
    return isinstance(value, dict) or type(value) in (list, tuple)


def leaves(nest: Any, order: Order = by_key) -> list[Any]:
    """What a nest holds, at any depth, in order; [nest] for anything else."""
    if isinstance(nest, dict):
        return [leaf for key in order(nest) for leaf in leaves(nest[key], order)]
    if isinstance(nest, _SEQUENCES):
        return [leaf for part in nest for leaf in leaves(part, order)]
    return [nest]


def map_nest(
    function: Callable[..., Any],
    nest: Any,
    *others: Any,
    order: Order = as_given,
    rebuild: Rebuild = plain,
    is_leaf: Callable[[Any], bool] | None = None,
) -> Any:
    """The nest with `function` of each leaf, and of the leaves at its place in the others.

    Args:
        order: in which the leaves of a dict are visited; the new dict has its keys as the old one.
        rebuild: makes the new list or tuple: `plain`, `same_type`, which keeps the kind of dict
            as well, or `as_list`.
        is_leaf: tells lists, tuples and dicts that are not walked into.

    Raises:
        ValueError: a list or tuple of another length in the others. KeyError: a key is missing.
    """

    def walk(one: Any, *beside: Any) -> Any:
        if is_leaf is not None and is_leaf(one):
            return function(one, *beside)
        if isinstance(one, dict):
            found = {key: walk(one[key], *(other[key] for other in beside)) for key in order(one)}
            found = found if order is as_given else {key: found[key] for key in one}
            return same_dict(one, found) if rebuild is same_type else found
        if isinstance(one, _SEQUENCES):
            return rebuild(one, [walk(*parts) for parts in zip(one, *beside, strict=True)])
        return function(one, *beside)

    return walk(nest, *others)


def paired_leaves(pattern: Any, values: Any, order: Order = by_key) -> list[tuple[Any, Any]]:
    """Each leaf of a pattern, in order, with what stands at its place in another nest.

    Raises:
        Mismatch: the values are nested in another way.
    """
    if isinstance(pattern, dict):
        keys: Iterable[Any] = order(pattern)
        fits = isinstance(values, dict) and set(keys) <= set(values)
    elif isinstance(pattern, _SEQUENCES):
        keys = range(len(pattern))
        fits = isinstance(values, _SEQUENCES) and len(values) == len(pattern)
    else:
        return [(pattern, values)]
    if not fits:
        raise Mismatch(pattern, values)
    return [pair for key in keys for pair in paired_leaves(pattern[key], values[key], order)]


class Mismatch(ValueError):
    """Two nests are built in different ways.

    Attributes:
        pattern, values: the parts at the place where they differ.
    """

    def __init__(self, pattern: Any, values: Any):
        super().__init__(f"{type(pattern).__name__} of {len(pattern)} beside {values!r}")
        self.pattern, self.values = pattern, values
