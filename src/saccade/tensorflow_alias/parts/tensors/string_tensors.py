"""Words: what TensorFlow calls tensors of strings, which torch does not have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.string_scalar import StringScalar
from saccade.tensorflow_alias.parts.tensors.dtypes import DType, string
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape


class Words(list[Any]):
    """Words in a row, or rows of them; indexing gives a word or words, slicing words.

    Compared with a word or with as many words it gives a tensor of booleans, as TensorFlow's do.
    """

    def __init__(self, words: Iterable[Any] = ()):
        super().__init__(words_of(word) for word in words)

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
        """The words in an array of objects."""
        return _array(self)

    def numpy(self) -> np.ndarray:
        """Bytes, as TensorFlow gives them."""
        flat = [word.numpy() for word in self.array().reshape(-1)]
        made = np.empty(len(flat), object)
        made[:] = flat
        return made.reshape(self.shape)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, (tuple, np.ndarray)) or torch.is_tensor(place) or place is None:
            place = place.numpy() if torch.is_tensor(place) else place
            return words_of(self.array()[place])
        found = super().__getitem__(place)
        return Words(found) if isinstance(place, slice) else found

    def __eq__(self, other: object) -> Any:
        return torch.from_numpy(np.asarray(_plain(self) == _plain(other)))

    def __ne__(self, other: object) -> Any:
        return ~(self == other)

    def __add__(self, other: Any) -> Words:  # type: ignore[override]
        return words_of(self.array() + _array(words_of(other)))

    def __radd__(self, other: Any) -> Words:
        return words_of(_array(words_of(other)) + self.array())

    __hash__ = None  # type: ignore[assignment]


def words_of(value: Any) -> Any:
    """A word for one string or path, words for a list or array of them."""
    if isinstance(value, (StringScalar, Words)):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (str, bytes, os.PathLike)):
        return StringScalar(os.fspath(value))
    return Words(value)


def word_array(value: Any) -> np.ndarray | None:
    """Words as an array of objects; None for anything else."""
    if torch.is_tensor(value) or not are_words(value):
        return None
    return _array(words_of(value))


def are_words(value: Any) -> bool:
    """Whether a value is a word, bytes, or a list or array of them."""
    if isinstance(value, (str, bytes)):
        return True
    if isinstance(value, np.ndarray):
        kind = value.dtype.kind
        return kind in "USO" and (kind != "O" or all(map(are_words, value.reshape(-1))))
    return isinstance(value, (list, tuple)) and bool(value) and all(map(are_words, value))


def each_word(function: Callable[[str], Any], value: Any) -> Any:
    """`function` of each word, in the shape of the words."""
    words = words_of(value)
    if isinstance(words, StringScalar):
        return function(words)
    return [each_word(function, one) for one in words]


def _array(words: Any) -> np.ndarray:
    """An array of objects; numpy would make one of characters of a list of str."""
    if isinstance(words, str):
        made = np.empty((), object)
        made[()] = words
        return made
    rows = [_array(word) for word in words]
    made = np.empty((len(rows), *(rows[0].shape if rows else ())), object)
    for place, one in enumerate(rows):
        made[place] = one if one.ndim else one[()]
    return made


def _plain(value: Any) -> np.ndarray:
    """Words as NumPy's strings, to be compared."""
    return np.array(each_word(str, value))
