"""Words: what TensorFlow calls tensors of strings, which torch does not have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from saccade.data.dataset.words import Word


class Words(list[Word]):
    """Several words in a row; indexing gives a word, slicing words.

    Compared with a word or with as many words it gives an array of booleans, as TensorFlow's
    and NumPy's do.
    """

    def __init__(self, words: Iterable[Any] = ()):
        super().__init__(word if isinstance(word, Word) else Word(word) for word in words)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self),)

    def numpy(self) -> np.ndarray:
        """Bytes, as TensorFlow gives them."""
        return np.array([word.numpy() for word in self], dtype=object)

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return Words(found) if isinstance(place, slice) else found

    def __eq__(self, other: object) -> Any:
        return np.asarray([str(word) for word in self]) == _plain(other)

    def __ne__(self, other: object) -> Any:
        return ~(self == other)

    __hash__ = None  # type: ignore[assignment]


def _plain(other: Any) -> Any:
    if isinstance(other, bytes):
        return other.decode()
    if isinstance(other, (list, tuple, np.ndarray)):
        return np.asarray([str(Word(word)) for word in other])
    return str(other)


def are_words(value: Any) -> bool:
    """Whether a value is a word, bytes, or a list or array of them."""
    if isinstance(value, (str, bytes)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "US"
    return isinstance(value, (list, tuple)) and bool(value) and all(map(are_words, value))
