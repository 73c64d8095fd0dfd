"""Word: a string that goes through a dataset."""

from __future__ import annotations

from typing import Any


class Word(str):
    """A str that also answers as a tensor of TensorFlow's would: `numpy()` gives its bytes.

    Example:
        >>> Word("a.jpg").numpy(), Word(b"a.jpg").decode()
        (b'a.jpg', 'a.jpg')
    """

    def __new__(cls, word: Any = "") -> Word:
        return super().__new__(cls, word.decode() if isinstance(word, bytes) else word)

    def numpy(self) -> bytes:
        return self.encode()

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The word as a plain str; `as_numpy_iterator` of TensorFlow's gives bytes to decode."""
        return str(self)
