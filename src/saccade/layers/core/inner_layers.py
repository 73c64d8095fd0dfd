"""Inner layers: those that a layer's config holds as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from saccade.layers.core.layer import Layer
from saccade.records import resolve


def layer_of(record: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The layer of a record; a layer comes back as it is.

    Raises:
        UnknownName: the class is neither known nor in `custom_objects`.
    """
    if isinstance(record, Layer):
        return record
    # The table of layers lies above this module.
    table = {kind.__name__: kind for kind in _kinds(Layer) if kind.__dict__.get("keras_module")}
    return resolve("layer", record, {**table, **(custom_objects or {})})


def _kinds(kind: type[Layer]) -> Iterator[type[Layer]]:
    """All classes of layers that there are."""
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)
