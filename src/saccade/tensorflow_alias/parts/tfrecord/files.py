"""Files of records: `TFRecordWriter`, `TFRecordDataset`; a tensor as bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from saccade.data.dataset import Dataset
from saccade.data.tfrecord.example import fields, sized, varint
from saccade.data.tfrecord.record_file import RecordWriter, checked, read_records
from saccade.errors import DataError, InvalidArgument
from saccade.tensorflow_alias.parts.data.datasets import paths_of
from saccade.tensorflow_alias.parts.images.files import Content
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


class TFRecordCompressionType:
    """How a file is packed, in TensorFlow 1's words."""

    NONE, ZLIB, GZIP = 0, 1, 2


class TFRecordOptions:
    """How a file is packed: "", "GZIP" or "ZLIB"; the other words are accepted, without effect."""

    def __init__(self, compression_type: Any = None, *_: Any, **__: Any):
        self.compression_type = _packing(compression_type)


class TFRecordWriter:
    """Writes records into a file.

    Args:
        options: a `TFRecordOptions`, or how the file is packed.
    """

    def __init__(self, path: Any, options: Any = None):
        self._writer = RecordWriter(os.fsdecode(path), _packing(options))

    def write(self, record: Any) -> None:
        """Add a record, bytes."""
        record = record.numpy() if hasattr(record, "numpy") else record
        if not isinstance(record, (bytes, bytearray)):
            do = "Say example.SerializeToString()."
            raise InvalidArgument("TFRecordWriter.write", "needs bytes", type(record).__name__, do)
        self._writer.write(bytes(record))

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_writer"):
            self.close()


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """The records of a file, bytes."""
    return read_records(os.fsdecode(path), _packing(options))


class TFRecordDataset(Dataset):
    """The records of files, bytes.

    Args:
        filenames: one or several; a dataset of names too.
        compression_type: None and "" for plain files, "GZIP", "ZLIB".
        buffer_size, num_parallel_reads, name: accepted, without effect.
    """

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None,
        num_parallel_reads: Any = None, name: Any = None,
    ):  # fmt: skip
        packing = checked(compression_type)

        def records() -> Iterator[Content]:
            for path in paths_of(filenames):
                yield from map(Content, read_records(path, packing))

        super().__init__(Dataset.from_generator(records).stage)


# The numbers that TensorFlow's messages have for dtypes.
_NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "int64": 9,
    "bool": 10, "uint16": 17, "float16": 19, "uint32": 22, "uint64": 23,
}  # fmt: skip


def serialize_tensor(tensor: Any, name: Any = None) -> Content:
    """A tensor as bytes: TensorFlow's message TensorProto{1: dtype, 2: shape, 4: content}."""
    array = np.asarray(tensor_of(tensor).detach().cpu().numpy(), order="C")
    number = _NUMBERS[str(array.dtype)]
    sides = b"".join(sized(2, b"\x08" + varint(side) if side else b"") for side in array.shape)
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return Content(b"\x08" + varint(number) + sized(2, sides) + sized(4, little.tobytes()))


def parse_tensor(serialized: Any, out_type: Any, name: Any = None) -> torch.Tensor:
    """The tensor in bytes that `serialize_tensor` made.

    Args:
        out_type: its dtype.

    Raises:
        DataError: bytes that hold none, or one of another dtype.
    """
    data = serialized.numpy() if hasattr(serialized, "numpy") else serialized
    wanted, shape, content, number = as_dtype(out_type).name, [], b"", 0
    try:
        for field, _, value in fields(bytes(data)):
            if field == 1:
                number = value
            elif field == 4:
                content = value
            elif field == 2:
                sides = [dict(_numbered(side)) for at, _, side in fields(value) if at == 2]
                shape = [side.get(1, 0) for side in sides]
        if _NUMBERS.get(wanted) != number:
            names = {at: word for word, at in _NUMBERS.items()}
            raise DataError("parse_tensor", f"must hold {wanted}", names.get(number, number))
        array = np.frombuffer(content, np.dtype(wanted).newbyteorder("<")).reshape(shape)
    except (IndexError, TypeError, ValueError) as fault:
        raise DataError("parse_tensor", "must be of serialize_tensor", str(fault)) from fault
    return tensor_of(array.astype(wanted))


def _numbered(message: bytes) -> Iterator[tuple[int, Any]]:
    return ((number, value) for number, _, value in fields(message))


def _packing(options: Any) -> str:
    kind = getattr(options, "compression_type", options)
    return ("", "ZLIB", "GZIP")[kind] if isinstance(kind, int) else checked(kind)
