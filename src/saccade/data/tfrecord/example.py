"""Example: named lists of bytes, float32 or int64 numbers, as bytes of the protocol buffer format.

Source: protobuf.dev's description of the encoding, and TensorFlow's message Example{1: Features{1:
map of name to Feature{1: bytes, 2: float, 3: int64 list, each with {1: values}}}}.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from saccade.errors import DataError

KINDS = ("bytes_list", "float_list", "int64_list")  # numbered from 1
_VARINT, _FIXED64, _SIZED, _FIXED32 = 0, 1, 2, 5


@dataclass
class Values:
    """One named list: its kind, one of `KINDS`, or "" for a list of nothing, and its values."""

    kind: str = ""
    values: list[Any] = field(default_factory=list)


def to_bytes(features: Mapping[str, Values]) -> bytes:
    """The features of an example, encoded."""
    entries = b"".join(
        sized(1, sized(1, name.encode()) + sized(2, _feature(each)))
        for name, each in features.items()
    )
    return sized(1, entries)


def from_bytes(data: bytes) -> dict[str, Values]:
    """The features of an encoded example.

    Raises:
        DataError: it is none.
    """
    features: dict[str, Values] = {}
    try:
        for inner in _parts(data, 1):
            for entry in _parts(inner, 1):
                names = list(_parts(entry, 1))
                feature = b"".join(_parts(entry, 2))
                features[names[-1].decode() if names else ""] = _values(feature)
    except (IndexError, ValueError, struct.error, UnicodeDecodeError) as fault:
        raise DataError("Example", "must be an encoded tf.train.Example", str(fault)) from fault
    return features


def varint(number: int) -> bytes:
    """A whole number of 64 bits, seven of them in a byte; one below 0 counts from 2**64."""
    number &= 2**64 - 1
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    made.append(number)
    return bytes(made)


def fields(data: bytes) -> Iterator[tuple[int, int, Any]]:
    """(number, wire type, value) of each field of a message; a value is a number or bytes.

    Raises:
        ValueError, IndexError: it is no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint_at(data, at)
        wire = key & 7
        if wire == _VARINT:
            value, at = _varint_at(data, at)
            yield key >> 3, wire, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(wire)
        if wire == _SIZED:
            size, at = _varint_at(data, at)
        if size is None or at + size > len(data):
            raise ValueError("bytes that are no message")
        yield key >> 3, wire, data[at : at + size]
        at += size


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (2**64 - 1), at
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")


def sized(number: int, content: bytes) -> bytes:
    """A field of bytes."""
    return varint(number << 3 | _SIZED) + varint(len(content)) + content


def _feature(each: Values) -> bytes:
    if not each.kind:
        return b""
    if each.kind == "bytes_list":
        inner = b"".join(sized(1, value) for value in each.values)
    elif not each.values:
        inner = b""
    elif each.kind == "float_list":
        inner = sized(1, np.asarray(each.values, "<f4").tobytes())
    else:
        inner = sized(1, b"".join(map(varint, each.values)))
    return sized(1 + KINDS.index(each.kind), inner)


def _values(feature: bytes) -> Values:
    found = Values()
    for number, wire, content in fields(feature):
        if wire != _SIZED or not 1 <= number <= len(KINDS):
            continue
        kind = KINDS[number - 1]
        if kind != found.kind:  # the last of several holds
            found = Values(kind)
        for inner, packed, value in fields(content):
            if inner == 1:
                found.values += _unpacked(kind, packed, value)
    return found


def _unpacked(kind: str, wire: int, value: Any) -> list[Any]:
    """The values in a field: numbers stand alone or packed."""
    if kind == "bytes_list":
        return [value]
    if kind == "float_list":
        return np.frombuffer(value, "<f4").tolist()
    if wire == _VARINT:
        return [_signed(value)]
    numbers, at = [], 0
    while at < len(value):
        number, at = _varint_at(value, at)
        numbers.append(_signed(number))
    return numbers


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number


def _parts(data: bytes, wanted: int) -> Iterator[bytes]:
    for number, wire, value in fields(data):
        if number == wanted and wire == _SIZED:
            yield value
