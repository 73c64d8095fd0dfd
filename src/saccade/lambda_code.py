"""Lambda code: a function without a name as a file holds it, the way Keras does.

Keras writes Python's own marshalled code in base64, with the defaults and what the function has
around it. Its layer Lambda has them by name, every other place as a list::

    {"class_name": "__lambda__", "config": {"code": "...", "defaults": null, "closure": null}}
    {"class_name": "__lambda__", "config": {"value": ["...", null, null]}}

An activation's code it writes without the class's name, and cannot read that itself.

Reading code is running whatever somebody wrote into the file. So it is done where the caller asks
for it by `safe_mode=False`, or the process by `enable_unsafe_deserialization()`, and only then.
Keras 1 and 2 asked nobody, and their scripts read back the .h5 file that they have just written: in
a script a lambda that was written by the same process is known again, and no code is read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import marshal
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from saccade.errors import FileFormatError
from saccade.notes import note_once
from saccade.numerics.tensors.array_record import array_of, array_record, is_array_record

KIND = "__lambda__"
_trusts_files = False
_written_here: dict[bytes, Callable[..., Any]] = {}


def enable_unsafe_deserialization() -> None:
    """Let every file that is read from now on run the code of its lambdas.

    Source: `keras.config.enable_unsafe_deserialization`.
    """
    global _trusts_files
    _trusts_files = True


def trusts_files() -> bool:
    """Whether `enable_unsafe_deserialization` was called."""
    return _trusts_files


class LambdaRecord(dict[str, Any]):
    """A record that still knows its function: copies within a process need run no code."""

    function: Callable[..., Any]


def is_lambda(value: Any) -> bool:
    """Whether this is a function without a name, which a file can only hold as code."""
    return isinstance(value, types.FunctionType) and value.__name__ == "<lambda>"


def is_code(value: Mapping[str, Any]) -> bool:
    """Whether a record, or what Keras makes of an activation's, is one of code."""
    if value.get("class_name") == KIND:
        return True
    parts = value.get("value") if len(value) == 1 else None
    return isinstance(parts, list) and len(parts) == 3 and isinstance(parts[0], str)


def named_record(function: types.FunctionType) -> LambdaRecord:
    """What the layer Lambda writes."""
    parts = zip(("code", "defaults", "closure"), _parts_of(function), strict=True)
    record = LambdaRecord(class_name=KIND, config=dict(parts))
    record.function = function
    return record


def listed_record(function: types.FunctionType) -> dict[str, Any]:
    """What every other place writes."""
    return {"class_name": KIND, "config": {"value": list(_parts_of(function))}}


def keep_written(function: Callable[..., Any], record: Mapping[str, Any]) -> None:
    """Know a lambda again that is written into a file; say once what that means for the reader.

    Args:
        record: as the file will hold it.
    """
    _written_here[_digest(*_parts_in(record))] = function
    note_once(
        "save: a lambda is written as Python's code, which this version of Python alone reads, and "
        "only by load_model(..., safe_mode=False). Give the function a name with def, and pass it "
        "in custom_objects, for a file that anybody can read.",
        key="lambda written",
    )


def function_of(
    where: str,
    record: Mapping[str, Any],
    trusted: bool,
    names: Mapping[str, Any] | None = None,
    revive: Callable[[Any], Any] = lambda value: value,
    knows_own: bool = False,
) -> Callable[..., Any]:
    """The function that a record is of.

    Args:
        where: how messages name the file.
        trusted: whether the caller said `safe_mode=False`.
        names: what the function finds beside the names of the script.
        revive: turns records among its defaults, and around it, into what they are of.
        knows_own: whether a lambda that this process wrote itself stands for that very function,
            which runs no code of the file.

    Raises:
        FileFormatError: nobody said that the file is trusted; or the code is of another Python.
    """
    if isinstance(record, LambdaRecord):
        return record.function
    if not (trusted or _trusts_files):
        own = _written_here.get(_digest(*_parts_in(record))) if knows_own else None
        if own is not None:
            return own
        raise FileFormatError(
            where,
            "a lambda is Python's code, and to read it is to run what its writer put there "
            "(arbitrary code execution)",
            None,
            "Where you trust whoever wrote it: load_model(..., safe_mode=False), or "
            "keras.config.enable_unsafe_deserialization(). Else save the model again with a "
            "function that has a name, and pass it in custom_objects.",
        )
    try:
        code, defaults, closure = _parts_in(record)
        made = marshal.loads(base64.b64decode(code))
        cells = tuple(types.CellType(revive(_read(one))) for one in closure or ())
        given = None if defaults is None else tuple(revive(_read(one)) for one in defaults)
        scope = {**vars(sys.modules["__main__"]), **(names or {}), "__name__": "__main__"}
        return types.FunctionType(made, scope, made.co_name, given, cells or None)
    except (AttributeError, EOFError, KeyError, TypeError, ValueError) as error:
        raise FileFormatError(
            where,
            "the code of a lambda must be of this version of Python",
            f"{type(error).__name__}: {error}",
            "Make the model in your script, and give it the weights: model.load_weights(...).",
        ) from error


def _parts_in(record: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    config = record.get("config") or record
    if "value" in config:
        return tuple(config["value"])
    return config.get("code"), config.get("defaults"), config.get("closure")


def _digest(*parts: Any) -> bytes:
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def _parts_of(function: types.FunctionType) -> tuple[str, Any, Any]:
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    cells = function.__closure__
    around = None if cells is None else [_written(cell.cell_contents) for cell in cells]
    defaults = function.__defaults__
    return code, None if defaults is None else [_written(one) for one in defaults], around


def _written(value: Any) -> Any:
    """Arrays as Keras's records of them; anything else as it is."""
    is_array = isinstance(value, np.ndarray) or torch.is_tensor(value)
    return array_record(value) if is_array else value


def _read(value: Any) -> Any:
    """What `_written` wrote."""
    return array_of(value) if is_array_record(value) else value
