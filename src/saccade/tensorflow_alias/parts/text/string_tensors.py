"""Tensors of strings, which TensorFlow has and torch does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.string_scalar import StringScalar, strings_in
from saccade.tensorflow_alias.parts.tensors.dtypes import DType, string
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape


class StringArray(list[Any]):
    """Strings in a row, or rows of them; indexing gives a string or strings, slicing strings.

    Compared with a string, or with as many strings, it gives a tensor of booleans.
    """

    def __init__(self, strings: Iterable[Any] = ()):
        super().__init__(as_strings(text) for text in strings)

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self.array().shape)

    get_shape = shape.fget

    @property
    def dtype(self) -> DType:
        return string

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def array(self) -> np.ndarray:
        """The strings in an array of objects."""
        return _array(self)

    def numpy(self) -> np.ndarray:
        """Bytes, as TensorFlow gives them."""
        flat = [text.numpy() for text in self.array().reshape(-1)]
        made = np.empty(len(flat), object)
        made[:] = flat
        return made.reshape(self.shape)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, (tuple, np.ndarray)) or torch.is_tensor(place) or place is None:
            place = place.numpy() if torch.is_tensor(place) else place
            return as_strings(self.array()[place])
        found = super().__getitem__(place)
        return StringArray(found) if isinstance(place, slice) else found

    def __eq__(self, other: object) -> Any:
        return torch.from_numpy(np.asarray(_plain(self) == _plain(other)))

    def __ne__(self, other: object) -> Any:
        return ~(self == other)

    def __add__(self, other: Any) -> StringArray:  # type: ignore[override]
        return as_strings(self.array() + _array(as_strings(other)))

    def __radd__(self, other: Any) -> StringArray:
        return as_strings(_array(as_strings(other)) + self.array())

    __hash__ = None  # type: ignore[assignment]


def as_strings(value: Any) -> Any:
    """A `StringScalar` for one string or path, a `StringArray` for a list or array of them."""
    if isinstance(value, (StringScalar, StringArray)):
        return value
    words = strings_in(value)
    value = value if words is None else words
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (str, bytes, os.PathLike)):
        return StringScalar(os.fspath(value))
    return StringArray(value)


def string_array(value: Any) -> np.ndarray | None:
    """Strings as a NumPy array of objects; None for anything else."""
    if torch.is_tensor(value) or not are_strings(value):
        return None
    return _array(as_strings(value))


def are_strings(value: Any) -> bool:
    """Whether a value is a string, bytes, or a list or array of them."""
    if isinstance(value, (str, bytes)):
        return True
    if isinstance(value, np.ndarray):
        kind = value.dtype.kind
        return kind in "USO" and (kind != "O" or all(map(are_strings, value.reshape(-1))))
    if strings_in(value) is not None:  # a column of pandas's
        return True
    return isinstance(value, (list, tuple)) and bool(value) and all(map(are_strings, value))


def each_string(function: Callable[[str], Any], value: Any) -> Any:
    """`function` of each string, in the shape of the strings."""
    strings = as_strings(value)
    if isinstance(strings, StringScalar):
        return function(strings)
    return [each_string(function, one) for one in strings]


def _array(strings: Any) -> np.ndarray:
    """An array of objects; numpy would make one of characters of a list of str."""
    if isinstance(strings, str):
        made = np.empty((), object)
        made[()] = strings
        return made
    rows = [_array(text) for text in strings]
    made = np.empty((len(rows), *(rows[0].shape if rows else ())), object)
    for place, one in enumerate(rows):
        made[place] = one if one.ndim else one[()]
    return made


def _plain(value: Any) -> np.ndarray:
    """Strings as NumPy's strings, to be compared."""
    return np.array(each_string(str, value))
