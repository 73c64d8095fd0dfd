"""Stored entry: a file inside a zip archive, read where it lies."""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from typing import IO

from saccade.errors import FileFormatError

_CHUNK_BYTES = 1 << 20
_MOST_DIRECTORY_BYTES = 1 << 20  # of the list of entries: a model's file has four
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 1 << 16
_LONG_END, _LONG_END_BYTES = b"PK\x06\x06", 56
_ENCRYPTED = 1
_LOCAL_HEADER_BYTES = 30


class StoredEntry(io.RawIOBase):
    """The bytes of an entry that is stored without compression, as a file of their own.

    HDF5 jumps about in its file. Python's own reader of zip entries reads everything again for
    every jump backwards, and a copy in memory would double what a model needs.
    """

    def __init__(self, file: IO[bytes], start: int, size: int):
        super().__init__()
        self._file, self._start, self._size, self._place = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, origin + offset)
        return self._place

    def readinto(self, buffer) -> int:  # type: ignore[override]
        wanted = memoryview(buffer)[: max(0, self._size - self._place)]
        self._file.seek(self._start + self._place)
        count = self._file.readinto(wanted)  # type: ignore[attr-defined]
        self._place += count
        return count


def open_entry(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """An entry as a file that can jump, its checksum verified.

    A stored entry is read in place; a compressed one (someone packed the archive again) is
    unpacked to a temporary file, not into memory.

    Raises:
        zipfile.BadZipFile: the bytes are not those that were written.
    """
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the caller)
        try:
            read_through(archive, info, copy.write)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy
    read_through(archive, info, len)
    file = archive.fp
    assert file is not None
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER_BYTES)
    name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
    start = info.header_offset + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    return StoredEntry(file, start, info.file_size)  # type: ignore[return-value]


def read_through(archive: zipfile.ZipFile, info: zipfile.ZipInfo, take: Callable) -> None:
    """Read an entry to its end, where zipfile compares the checksum."""
    with archive.open(info) as entry:
        while chunk := entry.read(_CHUNK_BYTES):
            take(chunk)


def check_directory(where: str, file: IO[bytes]) -> None:
    """Look at how long a zip's list of entries is, before Python reads it into memory.

    Raises:
        FileFormatError: longer than any that lists a model.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _LONG_END_BYTES))
    tail = file.read()
    file.seek(0)
    told = [0]
    place = tail.rfind(_END)
    if 0 <= place <= len(tail) - _END_BYTES:
        told += struct.unpack_from("<L", tail, place + 12)
    long = tail.rfind(_LONG_END)
    if 0 <= long <= len(tail) - _LONG_END_BYTES:
        told += struct.unpack_from("<Q", tail, long + 40)
    listed = max(one for one in told if one < 0xFFFFFFFF or len(told) == 3)
    if min(listed, size) > _MOST_DIRECTORY_BYTES:
        got = f"a list of {min(listed, size):,} bytes"
        raise FileFormatError(where, "a .keras file must have few entries", got)


def check_entries(where: str, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """Look at the entries that are going to be read; all others are left alone, and nothing is ever
    unpacked under its own name.

    Raises:
        FileFormatError: one stands there twice, is encrypted, is a link, or has more bytes than
            the archive.
    """
    for name in names:
        found = [one for one in archive.infolist() if one.filename == name]
        if len(found) > 1:
            raise FileFormatError(where, f"a .keras file must hold {name} once", len(found))
        for one in found:
            if one.flag_bits & _ENCRYPTED:
                got = "an encrypted entry"
            elif stat.S_ISLNK(one.external_attr >> 16):
                got = "a link"
            elif one.compress_type == zipfile.ZIP_STORED and one.file_size != one.compress_size:
                got = f"{one.file_size:,} bytes out of {one.compress_size:,}"
            else:
                continue
            raise FileFormatError(where, f"{name} must be a plain entry", got)
