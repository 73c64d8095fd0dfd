"""Fixed images: those of a source that gives the same ones in every pass, found by their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch


class FixedImages(Protocol):
    """Images that can be read again, in any order, without touching where their source stands.

    Attributes:
        count: how many.
        is_known: whether all that makes an image is known to do the same in every call; a
            function of the user's is not, and is to be tried before it is trusted.
    """

    count: int
    is_known: bool

    def read(self, places: np.ndarray, size: int) -> Iterator[torch.Tensor]:
        """The images at these places, `size` at a time (the last time fewer), NHWC."""
        ...

    def name(self) -> bytes:
        """What stands for the images and for how they are read; not for what files hold."""
        ...

    def stamps(self) -> np.ndarray:
        """int64 (count, 2): a row that changes when the file at that place does."""
        ...


class ArrayImages:
    """The rows of an array."""

    is_known = True

    def __init__(self, x: torch.Tensor):
        self.x, self.count = x, len(x)

    def read(self, places: np.ndarray, size: int) -> Iterator[torch.Tensor]:
        for start in range(0, len(places), size):
            yield self.x[torch.from_numpy(places[start : start + size])]

    def name(self) -> bytes:
        return digest_of(self.x.detach().cpu())

    def stamps(self) -> np.ndarray:
        return np.zeros((self.count, 2), dtype=np.int64)


def digest_of(array: Any) -> bytes:
    """A hash of an array's shape, type and content."""
    array = array if torch.is_tensor(array) else torch.from_numpy(np.ascontiguousarray(array))
    content = array.contiguous().reshape(-1).view(torch.uint8).numpy()
    head = f"{tuple(array.shape)} {array.dtype}".encode()
    return hashlib.blake2b(content.data, key=hashlib.sha256(head).digest()).digest()
