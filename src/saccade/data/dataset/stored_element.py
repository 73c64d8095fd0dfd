"""Stored element: one element of a dataset as bytes that run no code when they are read.

The bytes are a safetensors file: tensors are its tensors, and `element` in its metadata says in
JSON where each stands, and holds the strings::

    {"tuple": [{"tensor": 0}, "a.jpg"]}

Source: the format is https://huggingface.co/docs/safetensors, "Format".
"""

from __future__ import annotations

import base64
import json
from typing import Any

import torch

from saccade.data.dataset.string_scalar import StringScalar
from saccade.errors import DataError

_ELEMENT = "element"


def pack_element(element: Any) -> bytes:
    """An element as bytes.

    Raises:
        DataError: it holds something else than tensors, strings, tuples and dicts.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save

    tensors: list[torch.Tensor] = []
    record = json.dumps(_record(element, tensors), allow_nan=True)
    # A copy each: two of an element may share their memory, which the format does not allow.
    named = {str(i): one.clone().contiguous() for i, one in enumerate(tensors)}
    try:
        return save(named, {_ELEMENT: record})
    except (SafetensorError, KeyError, RuntimeError) as fault:
        raise _refused(str(fault)) from fault


def unpack_element(content: bytes) -> Any:
    """What was packed; what damaged bytes raise is a ValueError, KeyError or TypeError."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    record = json.loads(header["__metadata__"][_ELEMENT])
    try:
        return _element(record, load(content))
    except SafetensorError as fault:
        raise ValueError(str(fault)) from fault


def _record(element: Any, tensors: list[torch.Tensor]) -> Any:
    if torch.is_tensor(element):
        tensors.append(element.detach().as_subclass(torch.Tensor))
        return {"tensor": len(tensors) - 1}
    if isinstance(element, str):
        return str.__str__(element)
    if isinstance(element, bytes):
        return {"bytes": base64.b64encode(element).decode()}
    if element is None or type(element) in (bool, int, float):
        return element
    if isinstance(element, list):
        return [_record(one, tensors) for one in element]
    if type(element) is tuple:
        return {"tuple": [_record(one, tensors) for one in element]}
    if isinstance(element, dict):
        return {"dict": [[_key(key), _record(one, tensors)] for key, one in element.items()]}
    raise _refused(type(element).__name__)


def _key(key: Any) -> Any:
    if key is None or type(key) in (str, bool, int, float):
        return key
    raise _refused(f"a key of type {type(key).__name__}")


def _refused(got: str) -> DataError:
    return DataError(
        "Dataset.cache(filename)",
        "elements must be tensors, strings, tuples and dicts",
        got,
        "cache() without a name keeps any element, in memory.",
    )


def _element(record: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(record, str):
        return StringScalar(record)
    if isinstance(record, list):
        return [_element(one, tensors) for one in record]
    if not isinstance(record, dict):
        return record
    ((kind, content),) = record.items()
    if kind == "tensor":
        return tensors[str(content)]
    if kind == "bytes":
        return base64.b64decode(content)
    if kind == "tuple":
        return tuple(_element(one, tensors) for one in content)
    if kind == "dict":
        return {key: _element(one, tensors) for key, one in content}
    raise ValueError(f"{kind!r} is no part of an element")
