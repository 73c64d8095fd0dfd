"""Parsing: tensors out of encoded examples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from saccade.data.tfrecord.example import Values, from_bytes
from saccade.errors import DataError, InvalidArgument, NotSupported
from saccade.tensorflow_alias.parts.images.files import Content
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.tensorflow_alias.parts.tfrecord.sparse_tensors import SparseTensor

_OF_DTYPE = {"string": "bytes_list", "float32": "float_list", "int64": "int64_list"}


class FixedLenFeature(NamedTuple):
    """A feature that every example has as many values of.

    Args:
        shape: of its tensor; [] for one value.
        dtype: tf.string, tf.float32 or tf.int64.
        default_value: where an example has none; None is an error then.
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature of any number of rows of one shape; with `allow_missing` of none, too."""

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature of any number of values, which becomes a SparseTensor."""

    dtype: Any


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: Any = None
) -> dict[str, Any]:
    """The tensors of one encoded example, by the names of its features.

    Args:
        serialized: bytes.
        features: what is wanted: `FixedLenFeature`, `VarLenFeature`, `FixedLenSequenceFeature`.

    Raises:
        DataError: a feature that is missing, of another dtype, or of another number of values; or
            bytes that are no example.
    """
    found = from_bytes(_bytes_of(serialized))
    return {name: _tensor(name, spec, found.get(name, Values())) for name, spec in features.items()}


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: Any = None
) -> dict[str, Any]:
    """The same for several encoded examples, stacked."""
    if isinstance(serialized, bytes):
        return parse_single_example(serialized, features)
    rows = [parse_single_example(each, features) for each in serialized]
    return {name: _stacked([row[name] for row in rows]) for name in features}


def _bytes_of(serialized: Any) -> bytes:
    if hasattr(serialized, "numpy"):
        serialized = serialized.numpy()
    if not isinstance(serialized, bytes):
        needed = "needs an encoded example, bytes"
        raise InvalidArgument("parse_single_example", needed, type(serialized).__name__)
    return serialized


def _tensor(name: str, spec: Any, found: Values) -> Any:
    where = f'feature "{name}"'
    if not isinstance(spec, (FixedLenFeature, VarLenFeature, FixedLenSequenceFeature)):
        needed = "must be a FixedLenFeature, VarLenFeature or FixedLenSequenceFeature"
        raise NotSupported(where, needed, type(spec).__name__)
    kind = _OF_DTYPE.get(as_dtype(spec.dtype).name)
    if kind is None:
        needed = "must be of tf.string, tf.float32 or tf.int64"
        raise InvalidArgument(where, needed, as_dtype(spec.dtype).name, "Cast after parsing.")
    if found.values and found.kind != kind:
        raise DataError(where, f"must hold a {kind}", f"a {found.kind}")
    if isinstance(spec, VarLenFeature):
        return SparseTensor.of_row(_as_tensor(kind, found.values, [len(found.values)]))
    shape = [spec.shape] if isinstance(spec.shape, int) else [int(side) for side in spec.shape]
    if isinstance(spec, FixedLenSequenceFeature):
        row = math.prod(shape)
        if not found.values and not spec.allow_missing:
            raise DataError(where, "must be there", "nothing")
        if len(found.values) % row:
            raise DataError(where, f"must have rows of {row} values", len(found.values))
        return _as_tensor(kind, found.values, [len(found.values) // row, *shape])
    if not found.values and spec.default_value is not None:
        values = np.broadcast_to(np.asarray(spec.default_value, object), shape).ravel().tolist()
        return _as_tensor(kind, [_default(kind, one) for one in values], shape)
    if len(found.values) != math.prod(shape):
        needed = f"must have {math.prod(shape)} values, for shape {shape}"
        raise DataError(where, needed, len(found.values) or "nothing")
    return _as_tensor(kind, found.values, shape)


def _default(kind: str, value: Any) -> Any:
    return value.encode() if kind == "bytes_list" and isinstance(value, str) else value


def _as_tensor(kind: str, values: list[Any], shape: list[int]) -> Any:
    if kind != "bytes_list":
        numbers = np.array(values, np.float32 if kind == "float_list" else np.int64)
        return tensor_of(numbers.reshape(shape))
    contents = [Content(value) for value in values]
    return contents if shape else contents[0]


def _stacked(rows: list[Any]) -> Any:
    if isinstance(rows[0], SparseTensor):
        return SparseTensor.of_rows(rows)
    return torch.stack(rows) if torch.is_tensor(rows[0]) else rows
