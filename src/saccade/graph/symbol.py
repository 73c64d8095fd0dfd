"""Symbol: an array that is not there yet: a shape, a dtype and a name."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from saccade.errors import InvalidArgument

Shape = tuple[int | None, ...]
"""A shape with the batch first; None where the size is not known yet."""


@dataclass(frozen=True)
class Symbol:
    """What `Input()` returns: shape (batch first, None for unknown), dtype, name."""

    shape: Shape
    dtype: str
    name: str

    @property
    def ndim(self) -> int:
        return len(self.shape)


def batch_shape(where: str, shape: Sequence[int | None]) -> Shape:
    """The shape as a tuple of positive integers and Nones.

    Raises:
        InvalidArgument: for anything else, such as a bare integer.
    """
    if isinstance(shape, int):
        raise InvalidArgument(
            where, "a shape is a tuple", repr(shape), f"Write ({shape},) for one axis."
        )
    try:
        sizes = tuple(None if size is None else operator.index(size) for size in shape)
        if all(size is None or size > 0 for size in sizes):
            return sizes
    except TypeError:
        pass
    raise InvalidArgument(where, "the sizes of a shape must be positive integers", repr(shape))
