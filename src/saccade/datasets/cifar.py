"""CIFAR's files: pickles of arrays, read without letting them run anything."""

from __future__ import annotations

import os
import pickle
from typing import Any

import numpy as np

from saccade.data_formats import is_channels_first
from saccade.datasets.arrays import Part, damaged
from saccade.disk.regular_file import open_regular

_HARMLESS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


_DAMAGED = (
    OSError, EOFError, LookupError, TypeError, ValueError, AttributeError, OverflowError,
    pickle.PickleError,
)  # fmt: skip


class _ArraysOnly(pickle.Unpickler):
    """Reads lists, words and arrays; a pickle may name any function, and no other is called."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")
        return super().find_class(module, name)


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
            found = _ArraysOnly(file, encoding="bytes").load()
        pixels = np.asarray(found[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        numbers = np.asarray(found[labels.encode()], dtype).reshape(len(pixels), 1)
    except _DAMAGED as error:
        folder = os.path.dirname(os.path.dirname(path))  # which was unpacked out of the archive
        raise damaged(path, error, remove=folder) from error
    return pixels if is_channels_first() else pixels.transpose(0, 2, 3, 1), numbers


def read_batches(folder: str, names: list[str], labels: str, dtype: Any = np.uint8) -> Part:
    """The same for several files, one after the other."""
    parts = [read_batch(os.path.join(folder, name), labels, dtype) for name in names]
    images, numbers = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(numbers)
