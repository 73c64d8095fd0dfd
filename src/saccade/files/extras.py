"""Extras: what travels with a model beyond Keras, in `saccade.json` or in an attribute."""

from __future__ import annotations

from typing import Any

from saccade.errors import FileFormatError, InvalidArgument
from saccade.files import plain_config
from saccade.files.input_record import input_records
from saccade.version import __version__

_KINDS = {"preprocessing": dict, "class_names": list}


def extras_of(where: str, model: Any) -> dict[str, Any]:
    """What travels with a model beyond Keras, as JSON can hold it."""
    preprocessing, class_names = model.preprocessing, model.class_names
    if preprocessing is not None and not isinstance(preprocessing, dict):
        raise InvalidArgument(
            where, "model.preprocessing must be a dict or None", type(preprocessing).__name__
        )
    if class_names is not None:
        if isinstance(class_names, (str, dict)):
            raise InvalidArgument(
                where, "model.class_names must be a list or None", type(class_names).__name__
            )
        class_names = [str(name) for name in class_names]
    return {
        "saccade_version": __version__,
        "preprocessing": plain_config.to_plain(
            where, preprocessing, "model.preprocessing", objects=False
        ),
        "class_names": class_names,
        "input_records": input_records(model),
    }


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
