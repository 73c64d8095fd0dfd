"""Module: `tf.Module`, an object that finds the variables in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saccade.layers.core.layer import Layer
from saccade.names import snake_case
from saccade.variables import Variable


class Module:
    """Something with variables, in attributes, lists, dicts and other modules.

    Source: `tf.Module`.
    """

    def __init__(self, name: str | None = None):
        self.name = name or snake_case(type(self).__name__)

    @property
    def variables(self) -> tuple[Any, ...]:
        return tuple(_variables_in(self, set()))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        return tuple(one for one in self.variables if one.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        return tuple(one for one in self.variables if not one.trainable)

    @property
    def submodules(self) -> tuple[Module, ...]:
        found = [one for one in vars(self).values() if isinstance(one, Module)]
        return tuple(inner for one in found for inner in (one, *one.submodules))


def _variables_in(thing: Any, met: set[int]) -> Iterator[Any]:
    """Each once, in the order of the attributes' names, as TensorFlow lists them."""
    if id(thing) in met:
        return
    if isinstance(thing, Variable):
        met.add(id(thing))
        yield thing
    elif isinstance(thing, Layer):
        for one in thing.weights:
            yield from _variables_in(one, met)
    elif isinstance(thing, Module):
        met.add(id(thing))
        for _, value in sorted(vars(thing).items()):
            yield from _variables_in(value, met)
    elif isinstance(thing, dict):
        for _, value in sorted(thing.items(), key=lambda pair: str(pair[0])):
            yield from _variables_in(value, met)
    elif isinstance(thing, (list, tuple)):
        for value in thing:
            yield from _variables_in(value, met)
