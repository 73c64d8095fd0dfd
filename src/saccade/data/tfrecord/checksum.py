"""Checksum: the CRC-32C of bytes, as records carry it.

Source: RFC 3720, appendix B.4 (the polynomial of Castagnoli, bits reflected).
"""

from __future__ import annotations

import functools

import numpy as np

POLYNOMIAL = 0x82F63B78
_LANE_BYTES = 256
_SHORT_BYTES = 2048  # below it a loop is as fast


def crc32c(data: bytes) -> int:
    """The CRC-32C of bytes.

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    if len(data) < _SHORT_BYTES:
        table, value = _table_list(), 0xFFFFFFFF
        for byte in data:
            value = table[(value ^ byte) & 255] ^ (value >> 8)
        return value ^ 0xFFFFFFFF
    return _of_lanes(data) ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """The same, turned and moved: a checksum of data that holds checksums would be a poor one."""
    value = crc32c(data)
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _of_lanes(data: bytes) -> int:
    """Lanes of bytes side by side, and then pairs of lanes joined, until one is left.

    Law: the value of a followed by b is that of a, moved on by as many zeros as b has bytes, xor
    that of b. Zeros before the first byte change nothing; the start of all ones is a change of the
    first four bytes.
    """
    lanes = 1 << max(0, -(-len(data) // _LANE_BYTES) - 1).bit_length()
    padded = np.zeros(lanes * _LANE_BYTES, np.uint8)
    padded[-len(data) :] = np.frombuffer(data, np.uint8)
    padded[-len(data) : -len(data) + 4] ^= 255
    columns = np.ascontiguousarray(padded.reshape(lanes, _LANE_BYTES).T)
    table, values = _table(), np.zeros(lanes, np.uint32)
    for column in columns:
        values = table[(values ^ column) & 255] ^ (values >> 8)
    level = 0
    while len(values) > 1:
        values = _moved(values[::2], _moves(level)) ^ values[1::2]
        level += 1
    return int(values[0])


def _moved(values: np.ndarray, tables: np.ndarray) -> np.ndarray:
    """Values moved on by as many zero bytes as the tables are for."""
    first, second = tables[0][values & 255], tables[1][(values >> 8) & 255]
    return first ^ second ^ tables[2][(values >> 16) & 255] ^ tables[3][values >> 24]


@functools.cache
def _moves(level: int) -> np.ndarray:
    """Tables, uint32 (4, 256), that move on by a lane, or two, four, ... of them."""
    if level:
        half = _moves(level - 1)
        return _moved(_moved(_bytes_apart(), half), half)
    values, table = _bytes_apart(), _table()
    for _ in range(_LANE_BYTES):
        values = table[values & 255] ^ (values >> 8)
    return values


def _bytes_apart() -> np.ndarray:
    """Each byte at each of the four places: uint32 (4, 256)."""
    return np.arange(256, dtype=np.uint32) << (8 * np.arange(4, dtype=np.uint32))[:, None]


@functools.cache
def _table() -> np.ndarray:
    """What each byte makes of 0: uint32 (256,)."""
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = (values >> 1) ^ np.where(values & 1, np.uint32(POLYNOMIAL), np.uint32(0))
    return values


@functools.cache
def _table_list() -> list[int]:
    return _table().tolist()
