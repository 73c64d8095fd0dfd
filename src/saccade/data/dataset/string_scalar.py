"""StringScalar: one string among a dataset's elements."""

from __future__ import annotations

from typing import Any

import numpy as np


def strings_in(value: Any) -> np.ndarray | None:
    """The strings, or bytes, of an array or of a column of pandas's; None for anything else.

    >>> strings_in(np.array(["a.jpg", "b.jpg"], dtype=object)).tolist()
    ['a.jpg', 'b.jpg']
    """
    is_column = str(getattr(value, "dtype", "")).partition("[")[0] in _OF_PANDAS
    if not is_column and not isinstance(value, (np.ndarray, np.generic)):
        return None
    array = np.asarray(value)
    if array.dtype.kind == "O" and not all(isinstance(one, (str, bytes)) for one in array.flat):
        return None
    return array if array.dtype.kind in "USO" else None


_OF_PANDAS = ("object", "str", "string", "category")
"""The dtypes of columns that may hold strings, as they are written."""


class StringScalar(str):
    """A str that also answers as a tensor of TensorFlow's would: `numpy()` gives its bytes.

    Example:
        >>> StringScalar("a.jpg").numpy(), StringScalar(b"a.jpg").decode()
        (b'a.jpg', 'a.jpg')
    """

    def __new__(cls, text: Any = "") -> StringScalar:
        return super().__new__(cls, text.decode() if isinstance(text, bytes) else text)

    def numpy(self) -> bytes:
        return self.encode()

    def __eq__(self, other: object) -> Any:
        """Of a list or array of strings which are the same, as NumPy and TensorFlow answer."""
        if isinstance(other, (list, tuple, np.ndarray)):
            return np.array([self == one for one in other], bool)
        return str.__eq__(self, other.decode() if isinstance(other, bytes) else other)

    def __ne__(self, other: object) -> Any:
        same = self == other
        return ~same if isinstance(same, np.ndarray) else not same

    __hash__ = str.__hash__

    def __add__(self, other: str) -> StringScalar:
        return StringScalar(str.__add__(self, other)) if isinstance(other, str) else NotImplemented

    def __radd__(self, other: str) -> StringScalar:
        return StringScalar(other + str(self))

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The text as a plain str; `as_numpy_iterator` of TensorFlow's gives bytes to decode."""
        return str(self)
