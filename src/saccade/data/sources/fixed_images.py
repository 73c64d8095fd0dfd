"""Fixed images: those that a source gives alike in every pass, found by their number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np


class FixedImages(Protocol):
    """Images that can be read again, in any order, without touching where their source stands.

    Attributes:
        count: how many.
        is_known: whether all that makes an image is known to do the same in every call; a
            function of the user's is not, and is to be tried before it is trusted.
    """

    count: int
    is_known: bool

    def read(self, places: np.ndarray, size: int) -> Iterator[Any]:
        """The images at these places, `size` at a time (the last time fewer), NHWC, arrays or
        tensors on the CPU."""
        ...

    def name(self) -> bytes:
        """What stands for the images and for how they are read; not for what files hold."""
        ...

    def stamps(self) -> np.ndarray:
        """int64 (count, 2): a row that changes when the file at that place does."""
        ...


def digest_of(array: np.ndarray) -> bytes:
    """A hash of an array's shape, type and content."""
    head = f"{array.shape} {array.dtype}".encode()
    return hashlib.blake2b(np.ascontiguousarray(array).data, salt=_short(head)).digest()


def _short(head: bytes) -> bytes:
    return hashlib.blake2b(head, digest_size=16).digest()
