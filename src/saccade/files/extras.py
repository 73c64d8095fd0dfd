"""Extras: what travels with a model beyond Keras, in `saccade.json` or in an attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

from saccade.errors import FileFormatError, InvalidArgument
from saccade.files import plain_config
from saccade.files.input_record import input_records
from saccade.notes import note_once
from saccade.version import __version__

_KINDS = {"preprocessing": dict, "class_names": list}


def extras_of(where: str, model: Any) -> dict[str, Any]:
    """What travels with a model beyond Keras, as JSON can hold it.

    To Keras both names mean nothing. A value that saccade's meaning can't have is the user's own:
    the model keeps it, and the file does not.
    """
    try:
        preprocessing = plain_config.to_plain(
            where, preprocessing_of(model), "model.preprocessing", objects=False
        )
    except InvalidArgument as error:
        note_once(f"{error} It is not saved with the model.", key="preprocessing is not plain")
        preprocessing = None
    return {
        "saccade_version": __version__,
        "preprocessing": preprocessing,
        "class_names": class_names_of(model),
        "input_records": input_records(model),
    }


def preprocessing_of(model: Any) -> dict[str, Any] | None:
    """How pictures become the model's inputs; None where the user means something else by it."""
    value = getattr(model, "preprocessing", None)
    return value if isinstance(value, dict) else None


def class_names_of(model: Any) -> list[str] | None:
    """The names of the model's classes; None where the user means something else by it."""
    value = getattr(model, "class_names", None)
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping, torch.Tensor)):
        return None
    names = list(value)
    if not all(isinstance(name, (str, int, float, np.generic)) for name in names):
        return None
    return [str(name) for name in names]


def restore_extras(model: Any, extras: Mapping[str, Any]) -> None:
    """Give a model what its file says; what the file does not say stays."""
    for word in _KINDS:
        if extras.get(word) is not None:
            setattr(model, word, extras[word])


def checked_extras(where: str, extras: Any) -> dict[str, Any]:
    """What a file says beyond Keras, where everything in it is of its kind.

    Raises:
        FileFormatError: something is not; the first is named.
    """
    check_record(where, "saccade.json", extras)
    for word, kind in _KINDS.items():
        value = extras.get(word)
        if value is not None and not isinstance(value, kind):
            needed = "an object" if kind is dict else "a list"
            raise FileFormatError(
                where, f"{word} in saccade.json must be {needed} or null", type(value).__name__
            )
    names = extras.get("class_names") or []
    odd = next((name for name in names if not isinstance(name, str)), None)
    if odd is not None:
        raise FileFormatError(
            where, "class_names in saccade.json must be words", type(odd).__name__
        )
    return extras


def check_record(where: str, what: str, value: Any) -> None:
    """Raise where a record that JSON gave is none.

    Raises:
        FileFormatError: a list, a word or a number.
    """
    if not isinstance(value, dict):
        raise FileFormatError(where, f"{what} must be an object", type(value).__name__)
