"""Plain config: records of objects as values that JSON can hold."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import torch

from saccade.custom_objects import find_custom, get_registered_name, word_for
from saccade.errors import InvalidArgument, StateError
from saccade.lambda_code import LambdaRecord, is_lambda, keep_written, listed_record
from saccade.layers.core.custom_storage import is_own
from saccade.numerics.tensors.array_record import array_record
from saccade.numerics.tensors.value_record import value_record
from saccade.records import to_record


def full_record(thing: Any) -> dict[str, Any]:
    """The record of a layer, with the shape that it was built for."""
    record = to_record(thing)
    built_for = build_config(thing)
    return record if built_for is None else {**record, "build_config": built_for}


def build_config(layer: Any) -> dict[str, Any] | None:
    """What the layer's own `get_build_config` says, else the shape that it was built for."""
    if is_own(layer, "get_build_config") and hasattr(layer, "get_build_config"):
        return layer.get_build_config()
    if not getattr(layer, "built", False):
        return None
    try:
        shape = layer.input_shape
        return {"shapes_dict" if getattr(layer, "_build_shapes", ()) else "input_shape": shape}
    except (AttributeError, StateError):  # an initialiser; a layer without a known shape
        return None


def to_plain(where: str, value: Any, place: str, objects: bool = True) -> Any:
    """`value` with objects as their records, functions as their names, lambdas
    as their code.

    Args:
        where, place: how messages name the call and the value.
        objects: False refuses objects and functions too.

    Raises:
        InvalidArgument: anything that JSON can't hold; the message says where it is.
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        plain = [to_plain(where, item, f"{place}[{n}]", objects) for n, item in enumerate(value)]
        return tuple(plain) if isinstance(value, tuple) else plain  # which JSON writes as lists
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise InvalidArgument(where, f"{place} needs words as keys", repr(key))
        if isinstance(value, LambdaRecord):
            return _lambda_record(where, value.function, value, place)
        return {
            key: to_plain(where, item, f"{place}.{key}", objects) for key, item in value.items()
        }
    record = value_record(
        where, value, lambda inner, word: to_plain(where, inner, f"{place}.{word}")
    )
    if record is not None:
        return record
    if not objects:
        raise InvalidArgument(where, f"{place} must be a plain value", type(value).__name__)
    if isinstance(value, np.ndarray) or torch.is_tensor(value):
        return array_record(value)
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        return _function_record(where, value, place)
    if not isinstance(value, type) and (word := word_for(value)) is not None:
        return _record_of_word("builtins", word)
    if hasattr(value, "get_config") and not isinstance(value, type):
        return to_plain(where, full_record(value), place)
    raise InvalidArgument(
        where,
        f"{place} must be a plain value, a named function or an object with get_config()",
        type(value).__name__,
    )


def _function_record(where: str, function: Any, place: str) -> dict[str, Any]:
    if is_lambda(function):
        return _lambda_record(where, function, listed_record(function), place)
    module = function.__module__ or ""  # none where it was made by exec()
    if module.split(".")[0] == "saccade":  # as Keras writes its functions
        return {
            "module": "builtins",
            "class_name": "function",
            "config": function.__name__,
            "registered_name": "function",
        }
    name = get_registered_name(function)
    if find_custom(name) is not function:
        name = word_for(function) or name
    # The user's module, not Keras's "builtins": so nobody takes a user's `relu` for Keras's.
    return _record_of_word(function.__module__, name)


def _lambda_record(where: str, function: Any, record: dict[str, Any], place: str) -> dict[str, Any]:
    """The record of a lambda, with what it takes from around it as JSON can hold it."""
    try:
        plain = to_plain(where, dict(record), place)
    except InvalidArgument as error:
        names = ", ".join(function.__code__.co_freevars) or "its defaults"
        raise InvalidArgument(
            where,
            f"a file holds a lambda if all that it takes from around it ({names}) are numbers, "
            "words, arrays, and lists and dicts of them",
            str(error.got),
            "Write a layer of your own in its place, with call() and get_config().",
        ) from error
    keep_written(function, plain)
    return plain


def _record_of_word(module: str, word: str) -> dict[str, Any]:
    """The record of what `custom_objects` has under a word."""
    return {"module": module, "class_name": "function", "config": word, "registered_name": word}
