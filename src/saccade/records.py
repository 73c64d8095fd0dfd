"""Records: how a layer, optimizer or initialiser is written down and found again.

A record is the dict that Keras writes into `config.json`::

    {"module": "keras.initializers", "class_name": "GlorotUniform",
     "config": {"seed": None}, "registered_name": None}

Every family keeps one explicit table of its names; nothing registers itself on import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from saccade.custom_objects import find_custom, find_recorded, get_registered_name
from saccade.errors import InvalidArgument, NotSupported
from saccade.names import unknown_name


def to_record(thing: Any) -> dict[str, Any]:
    """The record of an object that has `get_config()`.

    The class attribute `keras_module` says where Keras keeps the class; a user's own class is
    recorded under its own module and a registered name, as Keras does. `exported_as` is the name
    that Keras gives out a class under, where it is another than the class's own.
    """
    cls = type(thing)
    own = cls.__dict__.get("keras_module")
    return {
        "module": own or cls.__module__,
        "class_name": cls.__dict__.get("exported_as", cls.__name__),
        "config": thing.get_config(),
        "registered_name": None if own else get_registered_name(cls),
    }


_NUMBERS = ("float32", "float16", "bfloat16", "float64", "bool", "uint8",
            "int8", "int16", "int32", "int64")  # fmt: skip


def is_record(thing: Any) -> bool:
    return isinstance(thing, dict) and "class_name" in thing


def checked_dtype(where: str, dtype: Any) -> str:
    """ "float32" for None, the word, torch's or NumPy's type or a policy's record.

    Raises:
        NotSupported: for any other type.
    """
    if dtype is not None and dtype_word(dtype) != "float32":
        raise NotSupported(where, 'dtype must be "float32" for now', repr(dtype))
    return "float32"


def number_dtype(where: str, dtype: Any) -> str:
    """The word for a dtype of weights and inputs, "float32" for None.

    Raises:
        NotSupported: one that holds no numbers or truths.
    """
    word = "float32" if dtype is None else dtype_word(dtype)
    if word not in _NUMBERS:
        raise NotSupported(where, f"dtype must be one of {', '.join(_NUMBERS)}", repr(dtype))
    return word


def dtype_word(dtype: Any) -> str:
    """The word for a dtype: from the word, torch's or NumPy's type or a policy's record."""
    if is_record(dtype):
        dtype = dtype["config"]["name"]
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None)
    return name or str(dtype).removeprefix("torch.")


def resolve(
    what: str,
    identifier: Any,
    table: Mapping[str, Any],
    *,
    make: Callable[[Any], Any] = lambda found: found() if isinstance(found, type) else found,
) -> Any:
    """Turn a name, a record, a class or an object into the object meant.

    The user's own names, of a scope or registered, come before the table's.

    Args:
        what: the family, for the message ("optimizer").
        identifier: a name in any letter case ("adam"), a record, a class, or the object itself.
        table: every legal word, in Keras's spelling, and what it stands for.
        make: turns a table entry into an object; by default classes are called without arguments.

    Raises:
        UnknownName: the word is not in the table; the message lists the words and the nearest.
        InvalidArgument: `identifier` is of no usable kind.
    """
    if isinstance(identifier, str):
        if (own := find_custom(identifier)) is not None:
            return make(own)
        by_lower = {name.lower(): entry for name, entry in table.items()}
        if identifier.lower() not in by_lower:
            raise unknown_name(what, identifier, table)
        return make(by_lower[identifier.lower()])
    if is_record(identifier):
        name = identifier["class_name"]
        if name == "function":
            name = str(identifier.get("config"))
            identifier = {**identifier, "config": None}
        entry = find_recorded(identifier, name)
        if entry is None:
            entry = {word.lower(): entry for word, entry in table.items()}.get(name.lower())
        if entry is None:
            raise unknown_name(what, name, table)
        config = identifier.get("config") or {}
        return entry.from_config(config) if hasattr(entry, "from_config") else make(entry)
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    raise InvalidArgument(
        what, "must be a word, an object or a function", f"{type(identifier).__name__}"
    )
