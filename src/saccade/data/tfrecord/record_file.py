"""Record file: records of any bytes, each between its length and its checksums.

Source: the format of TensorFlow's TFRecord files: length (8 bytes, the lowest first), the length's
masked CRC-32C, the record, its masked CRC-32C.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from saccade.data.tfrecord.checksum import masked_crc32c
from saccade.disk.growing_file import append_whole
from saccade.disk.regular_file import open_regular
from saccade.disk.whole_file import write_whole
from saccade.errors import FileFormatError, InvalidArgument, StateError

COMPRESSIONS = ("", "GZIP", "ZLIB")
_LENGTH, _SUM = struct.Struct("<Q"), struct.Struct("<I")
_PIECE_BYTES = 2**20
MOST_BYTES = 2**31  # of a record; TensorFlow's own messages end there


def read_records(path: str | os.PathLike[str], compression: str = "") -> Iterator[bytes]:
    """The records of a file, in order.

    Args:
        compression: "", "GZIP" or "ZLIB", of the whole file.

    Raises:
        NoSuchFile: there is none. FileFormatError: a damaged record, which is named by its number.
    """
    where = f'"{os.fspath(path)}"'
    with open_regular(path, needed="must be a file of records", wrong=FileFormatError) as file:
        stream = _plain(file, checked(compression))
        number = 0
        while True:
            head = _read(where, stream, number, _LENGTH.size + _SUM.size, may_end=True)
            if not head:
                return
            length = head[: _LENGTH.size]
            _compare(where, length, head[_LENGTH.size :], number, "length")
            (size,) = _LENGTH.unpack(length)
            if size > MOST_BYTES:
                raise _damaged(where, number, f"one of {size:,} bytes")
            record = _read(where, stream, number, size)
            _compare(where, record, _read(where, stream, number, _SUM.size), number, "content")
            yield record
            number += 1


class RecordWriter:
    """Writes records into a file, which is begun anew; after a kill it ends in a whole one.

    Args:
        compression: "", "GZIP" or "ZLIB", of the whole file.

    Raises:
        NoSuchFile, NotWritten: the folder is not there, or the disk is full.
    """

    def __init__(self, path: str | os.PathLike[str], compression: str = ""):
        self.path = os.fspath(path)
        window = {"": 0, "GZIP": 31, "ZLIB": 15}[checked(compression)]
        self._packer = zlib.compressobj(wbits=window) if window else None
        self._is_open = True
        write_whole("TFRecordWriter", self.path, b"")

    def write(self, record: bytes) -> None:
        """Add a record.

        Raises:
            StateError: the writer is closed. NotWritten: the disk is full.
        """
        if not self._is_open:
            raise StateError("TFRecordWriter.write", "needs an open writer", "a closed one")
        length = _LENGTH.pack(len(record))
        sums = (_SUM.pack(masked_crc32c(part)) for part in (length, record))
        frame = length + next(sums) + record + next(sums)
        self._append(frame if self._packer is None else self._packer.compress(frame))

    def flush(self) -> None:
        """All that was written so far can be read."""
        if self._is_open and self._packer is not None:
            self._append(self._packer.flush(zlib.Z_SYNC_FLUSH))

    def close(self) -> None:
        """End the file."""
        if self._is_open and self._packer is not None:
            self._append(self._packer.flush())
        self._is_open = False

    def _append(self, content: bytes) -> None:
        if content:
            append_whole("TFRecordWriter", self.path, content, flush=False, in_pages=True)


def checked(compression: Any) -> str:
    """One of `COMPRESSIONS`; None is none.

    Raises:
        InvalidArgument: it is another.
    """
    word = "" if compression is None else str(compression)
    if word not in COMPRESSIONS:
        needed = 'must be None, "", "GZIP" or "ZLIB"'
        raise InvalidArgument("TFRecord compression_type", needed, repr(compression))
    return word


def _plain(file: io.BufferedReader, compression: str) -> Any:
    if compression == "GZIP":
        return gzip.GzipFile(fileobj=file)
    return _Inflated(file) if compression else file


class _Inflated:
    """The bytes of a file that zlib has packed; no more of them in memory than are asked for."""

    def __init__(self, file: io.BufferedReader):
        self._file, self._unpacker = file, zlib.decompressobj()

    def read(self, size: int) -> bytes:
        parts = []
        while size:
            packed = self._unpacker.unconsumed_tail or self._file.read(_PIECE_BYTES)
            part = self._unpacker.decompress(packed, size)
            if not part and not packed:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _read(where: str, stream: Any, number: int, size: int, may_end: bool = False) -> bytes:
    """So many bytes, in pieces: a length that is wrong takes no memory."""
    parts, left = [], size
    try:
        while left and (part := stream.read(min(left, _PIECE_BYTES))):
            parts.append(part)
            left -= len(part)
    except (OSError, EOFError, zlib.error) as fault:
        raise _damaged(where, number, str(fault)) from fault
    if left and not (may_end and left == size):
        raise _damaged(where, number, f"an end {left:,} bytes too early")
    return b"".join(parts)


def _compare(where: str, content: bytes, found: bytes, number: int, what: str) -> None:
    if _SUM.unpack(found)[0] != masked_crc32c(content):
        raise _damaged(where, number, f"another checksum of its {what}")


def _damaged(where: str, number: int, got: str) -> FileFormatError:
    do = "Write the file again. If it is compressed, say compression_type=."
    return FileFormatError(where, f"record {number} must be whole", got, do)
