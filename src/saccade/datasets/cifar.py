"""CIFAR's files: pickles of arrays, read without letting them run anything."""

from __future__ import annotations

import io
import os
import pickle
from typing import Any

import numpy as np

from saccade.data_formats import is_channels_first
from saccade.datasets.arrays import Part, damaged
from saccade.disk.regular_file import open_regular

_DAMAGED = (
    OSError, EOFError, LookupError, TypeError, ValueError, AttributeError, OverflowError,
    MemoryError, RecursionError, pickle.PickleError,
)  # fmt: skip
_MOST_BYTES = 1 << 28  # the largest of the published files has 155 MB


class _Type:
    """What stands for `numpy.dtype`: a word, kept and not obeyed."""

    def __init__(self, word: Any = "", *flags: Any):
        self.word = word.decode("ascii") if isinstance(word, bytes) else str(word)

    def __setstate__(self, state: Any) -> None:
        pass  # byte order and fields, of which single bytes have none


class _Array:
    """What stands for `numpy.ndarray`: bytes and their shape, which become numbers in the end."""

    values: np.ndarray

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, is_fortran, content = state
        if not isinstance(kind, _Type) or kind.word not in ("u1", "|u1", "uint8"):
            raise pickle.UnpicklingError("an array of another type than uint8")
        values = np.frombuffer(content, np.uint8)
        self.values = values.reshape(shape, order="F" if is_fortran else "C")


def _reconstruct(*parts: Any) -> _Array:
    return _Array()


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """How newer pickles of the older protocols write bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise pickle.UnpicklingError("bytes in another encoding")
    return text.encode("latin1")


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _encode,
}


class _ArraysOnly(pickle.Unpickler):
    """Reads lists, words and arrays; a pickle may name any function, and gets none of them: for
    what an array is made of there are stand-ins."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")
        return _STAND_INS[module, name]


def read_batch(path: str, labels: str, dtype: Any = np.uint8) -> Part:
    """Images uint8 (images, 32, 32, 3), or channels first where that is set; labels (images, 1).

    Args:
        path: one of the files.
        labels: the key of the labels in it.
        dtype: of the labels.

    Raises:
        FileFormatError: it is damaged, or holds more than arrays.
    """
    try:
        with open_regular(path) as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES:,} bytes")
        found = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
        pixels = found[b"data"].values.reshape(-1, 3, 32, 32)
        numbers = found[labels.encode()]
        if type(numbers) is not list or not all(type(number) is int for number in numbers):
            raise TypeError(f"{labels} are no list of whole numbers")
        numbers = np.asarray(numbers, dtype).reshape(len(pixels), 1)
    except _DAMAGED as error:
        folder = os.path.dirname(os.path.dirname(path))  # which was unpacked out of the archive
        raise damaged(path, error, remove=folder) from error
    return pixels if is_channels_first() else pixels.transpose(0, 2, 3, 1), numbers


def read_batches(folder: str, names: list[str], labels: str, dtype: Any = np.uint8) -> Part:
    """The same for several files, one after the other."""
    parts = [read_batch(os.path.join(folder, name), labels, dtype) for name in names]
    images, numbers = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(numbers)
