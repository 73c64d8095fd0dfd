"""Weight budget: what a model out of a file may take, before its weights are made.

A file says how large its model is in a few words ("filters": 1099511627776), and holds the weights
themselves. A model that needs more numbers than the file holds cannot be the one that was written,
so nothing is made for it. Outside of a file's reading there is no budget: a model that is built by
a program is as large as the program says.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from saccade.errors import FileFormatError, InvalidArgument

BESIDE = 1 << 22  # numbers that a model may have beside those in its file
MOST_LAYERS = 10_000  # NASNetLarge has 1,041
BYTES_OF_NUMBER = 4
MOST_ZEROS = 1 << 27  # numbers of an array that a layer is tried out on: half a GB


@cache
def memory_bytes() -> int:
    """How much the machine has; as much as there can be where it does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows
        return sys.maxsize


@dataclass
class _Budget:
    where: str
    numbers: int
    layers: int


_current: ContextVar[_Budget | None] = ContextVar("weight_budget", default=None)


@contextmanager
def weight_budget(where: str, numbers: int) -> Iterator[None]:
    """While this is open, no more is made than the file's model can need.

    Args:
        where: how messages name the file.
        numbers: that the file's weights have at most.
    """
    token = _current.set(_Budget(where, numbers + BESIDE, MOST_LAYERS))
    try:
        yield
    finally:
        _current.reset(token)


def weights_follow() -> bool:
    """Whether what is made comes out of a file, from which its weights are read next."""
    return _current.get() is not None


def charge_weight(layer: str, name: str, shape: Sequence[int]) -> None:
    """Take a weight from the budget, where there is one; called before the weight is made.

    Raises:
        FileFormatError: the file holds fewer numbers.
        InvalidArgument: the machine has not so much memory, whoever asks for it.
    """
    count = math.prod(shape)
    budget = _current.get()
    if budget is not None:
        budget.numbers -= count
        if budget.numbers < 0:
            raise FileFormatError(
                budget.where,
                "the weights in the file must be those of the model",
                f"fewer numbers than {layer} needs for its {name} {_in_words(shape)}",
                "The file was damaged, or made to take the memory: get it from where it was saved.",
            )
    if count * BYTES_OF_NUMBER > memory_bytes():
        raise InvalidArgument(
            layer,
            f"its {name} must fit into the machine's {memory_bytes():,} bytes of memory",
            _in_words(shape),
        )


def charge_layer() -> None:
    """Take a layer from the budget, where there is one.

    Raises:
        FileFormatError: the file describes more layers than any network has.
    """
    budget = _current.get()
    if budget is None:
        return
    budget.layers -= 1
    if budget.layers < 0:
        raise FileFormatError(
            budget.where, f"a model must have at most {MOST_LAYERS:,} layers", "more"
        )


def check_zeros(layer: str, shape: Sequence[int]) -> None:
    """Look at the shape of an array on which a layer out of a file is tried out.

    Raises:
        FileFormatError: it would take more than half a GB.
    """
    budget = _current.get()
    if budget is not None and math.prod(shape) > MOST_ZEROS:
        raise FileFormatError(
            budget.where,
            f"one input of a layer must have at most {MOST_ZEROS:,} numbers",
            f"{_in_words(shape)} for {layer}",
        )


def _in_words(shape: Sequence[int]) -> str:
    """A shape; sizes of thousands of digits as powers of ten."""
    sizes = [str(size) if size < 10**18 else f"10**{size.bit_length() * 3 // 10}" for size in shape]
    return f"({', '.join(sizes)})"
