"""Event record: one event of TensorBoard's, as the bytes that stand in its files.

An event is a message of protocol buffers: fields one after another, each with its number and kind.
In the file each message stands between its length and two checksums::

    length, 8 bytes | check of those | message | check of the message
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

_VARINT, _EIGHT_BYTES, _BYTES = 0, 1, 2  # the kinds of a field
_TYPES = {"float32": 1, "float64": 2, "object": 7}  # object: an array of bytes
LEAST_FILLER = 16 + 9 + 4  # a frame, a time, and a field of three bytes' length
SCALAR, TENSOR, BLOBS = 1, 2, 3  # how TensorBoard keeps what a tag holds
_POLYNOMIAL = 0x82F63B78  # Castagnoli's, its bits turned round


def field(number: int, value: int | float | bytes | str) -> bytes:
    """One field of a message; a message inside another is its bytes."""
    if isinstance(value, float):
        return _varint(number << 3 | _EIGHT_BYTES) + struct.pack("<d", value)
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def first_event(time_s: float) -> bytes:
    """What every file begins with: the version of the format."""
    return field(1, time_s) + field(3, "brain.Event:2")


def event(
    tag: str,
    array: np.ndarray,
    step: int,
    time_s: float,
    plugin: str,
    kind: int = 0,
    content: bytes = b"",
) -> bytes:
    """An array under a tag.

    Args:
        plugin: which part of TensorBoard shows it ("scalars").
        kind: SCALAR, TENSOR, BLOBS, or 0 for a plugin that asks for none.
        content: what the plugin has written beside it.
    """
    data = field(1, plugin) + (field(2, content) if content else b"")
    metadata = field(1, data) + (field(4, kind) if kind else b"")
    value = field(1, tag) + field(8, _tensor(array)) + field(9, metadata)
    return field(1, time_s) + field(2, step) + field(5, field(1, value))


def framed(message: bytes) -> bytes:
    """A message between its length and the checksums."""
    length = struct.pack("<Q", len(message))
    checks = (struct.pack("<I", _masked(check_of(one))) for one in (length, message))
    first, second = checks
    return length + first + message + second


def filler(size_bytes: int, time_s: float) -> bytes:
    """A framed message that says nothing, of just so many bytes, LEAST_FILLER at the least.

    Its time is in a field of events; what fills it, in one that no reader knows and each skips.
    """
    more = size_bytes - LEAST_FILLER
    length = bytes([more & 0x7F | 0x80, more >> 7 & 0x7F | 0x80, more >> 14])
    return framed(field(1, time_s) + _varint(15 << 3 | _BYTES) + length + bytes(more))


def check_of(data: bytes) -> int:
    """CRC-32C of some bytes."""
    check = 0xFFFFFFFF
    for byte in data:
        check = _TABLE[(check ^ byte) & 0xFF] ^ (check >> 8)
    return check ^ 0xFFFFFFFF


def _tensor(array: np.ndarray) -> bytes:
    shape = b"".join(field(2, field(1, size)) for size in array.shape)
    head = field(1, _TYPES[array.dtype.name]) + field(2, shape)
    if array.dtype == object:
        return head + b"".join(field(8, one) for one in array.reshape(-1))
    return head + field(4, array.astype(array.dtype.newbyteorder("<")).tobytes())


def _varint(value: int) -> bytes:
    """Seven bits to a byte, the low ones first; a negative number has ten bytes."""
    value &= 0xFFFFFFFFFFFFFFFF
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _masked(check: int) -> int:
    """A checksum turned by 15 bits and moved, for what it checks may hold checksums itself."""
    return ((check >> 15 | check << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _remainders() -> Iterable[int]:
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        yield byte


_TABLE = tuple(_remainders())
