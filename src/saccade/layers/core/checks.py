"""Checks that layers share: shapes, options that are refused, where the input's shape is given."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np

from saccade.errors import InvalidArgument, NotSupported
from saccade.graph import Shape, batch_shape
from saccade.names import nearest, unknown_name
from saccade.notes import note_old_word


def refuse(layer: Any, **options: Any) -> None:
    """Raise for an option of Keras's that is given and not built here."""
    for option, value in options.items():
        if value is not None and value is not False:
            raise NotSupported(
                getattr(layer, "where", str(layer)), f"{option} is not supported yet", repr(value)
            )


def positive_integer(layer: Any, name: str, value: Any) -> int:
    """The value as an integer; `128 / 2`, a whole float, is understood."""
    number = 0
    if isinstance(value, float):
        number = int(value) if value.is_integer() else 0
    elif isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        number = int(value)
    if number < 1:
        raise InvalidArgument(layer.where, f"{name} must be a positive integer", repr(value))
    return number


def one_of(layer: Any, name: str, word: Any, legal: Iterable[str]) -> Any:
    """The word.

    Raises:
        UnknownName: it is none of those that the argument takes.
    """
    if word not in legal:
        raise unknown_name(f"{layer.where} {name}", word, legal)
    return word


def _note(where: str, word: str, today: str) -> None:
    note_old_word(f"{where}: {word}= is Keras 2's way to write {today}.", key=f"placement {word}")


PLACEMENT_WORDS = (
    "batch_input_shape",
    "batch_shape",
    "batch_size",
    "input_dim",
    "input_shape",
    "weights",
)


def given_shape(where: str, placement: dict[str, Any], layer_class: type) -> Shape | None:
    """The shape that `input_shape=` and its older spellings give, batch first."""
    for word in placement:
        if word not in PLACEMENT_WORDS:
            own = set(inspect.signature(layer_class).parameters) - {"placement"}
            general = ("autocast", "dtype", "name", "trainable")
            guess = nearest(word, own) or nearest(word, (*PLACEMENT_WORDS, *general))
            do = f"Did you mean {guess}=?" if guess else ""
            raise InvalidArgument(where, "has no such argument", f"{word}=", do)
    batch = placement.get("batch_size")
    if placement.get("input_shape") is not None:
        return batch_shape(where, (batch, *batch_shape(where, placement["input_shape"])))
    for word in ("batch_input_shape", "batch_shape"):
        if placement.get(word) is not None:
            if word == "batch_input_shape":
                _note(where, word, "Input(batch_shape=...) before the layer")
            return batch_shape(where, placement[word])
    if placement.get("input_dim") is not None:
        _note(where, "input_dim", "Input((n,)) before the layer")
        return batch_shape(where, (batch, placement["input_dim"]))
    return None
