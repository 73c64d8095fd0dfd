"""Value record: text of bytes, slices and `...` in a config, as Keras writes them into JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.errors import FileFormatError, InvalidArgument

_BYTES, _SLICE, _ELLIPSIS = "__bytes__", "__slice__", "__ellipsis__"
_ENDS = ("start", "stop", "step")


def value_record(where: str, value: Any, plain: Callable[[Any, str], Any]) -> dict[str, Any] | None:
    """The record of such a value; None for any other.

    Args:
        where: how messages name the value.
        plain: makes what is inside plain, from it and its name.

    Raises:
        InvalidArgument: bytes that are no text in UTF-8.
    """
    if isinstance(value, bytes):
        try:
            return {"class_name": _BYTES, "config": {"value": value.decode()}}
        except UnicodeDecodeError as error:
            raise InvalidArgument(where, "bytes must be text in UTF-8", str(error)) from None
    if isinstance(value, slice):
        ends = {word: plain(getattr(value, word), word) for word in _ENDS}
        return {"class_name": _SLICE, "config": ends}
    return {"class_name": _ELLIPSIS, "config": {}} if value is Ellipsis else None


def is_value_record(value: dict[str, Any]) -> bool:
    return value.get("class_name") in (_BYTES, _SLICE, _ELLIPSIS)


def value_of(where: str, record: dict[str, Any], revive: Callable[[Any], Any]) -> Any:
    """The value of a record.

    Args:
        revive: makes what is inside real.

    Raises:
        FileFormatError: the record is not whole.
    """
    kind, config = record["class_name"], record.get("config")
    if kind == _ELLIPSIS:
        return ...
    needed = ("value",) if kind == _BYTES else _ENDS
    if not isinstance(config, dict) or not config.keys() >= {*needed}:
        raise FileFormatError(where, f"{kind} needs {', '.join(needed)}", repr(config))
    if kind == _SLICE:
        return slice(*(revive(config[word]) for word in _ENDS))
    if not isinstance(config["value"], str):
        raise FileFormatError(where, f"{kind} needs text", repr(config["value"]))
    return config["value"].encode()
