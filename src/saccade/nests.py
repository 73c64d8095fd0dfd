"""Nests: lists, tuples and dicts of things that belong together, as several inputs of a model.

Dicts are walked in the order of their keys, as Keras does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_nest(value: Any) -> bool:
    return isinstance(value, (list, tuple, dict))


def leaves(nest: Any) -> list[Any]:
    """What a nest holds, at any depth, in order; [nest] for anything else."""
    if isinstance(nest, dict):
        return [leaf for key in sorted(nest, key=str) for leaf in leaves(nest[key])]
    if isinstance(nest, (list, tuple)):
        return [leaf for item in nest for leaf in leaves(item)]
    return [nest]


def map_nest(function: Callable[..., Any], nest: Any, *others: Any) -> Any:
    """The nest with `function` of each leaf, and of the leaves at its place in the others."""
    if isinstance(nest, dict):
        return {key: map_nest(function, nest[key], *(one[key] for one in others)) for key in nest}
    if isinstance(nest, (list, tuple)):
        items = [
            map_nest(function, item, *(one[place] for one in others))
            for place, item in enumerate(nest)
        ]
        return items if isinstance(nest, list) else tuple(items)
    return function(nest, *others)
