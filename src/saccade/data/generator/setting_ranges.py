"""Setting ranges: the numbers and ranges that an `ImageDataGenerator` is given, checked."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from saccade.errors import InvalidArgument

Range = float | Sequence[float]
LARGEST = 1e9  # NumPy can draw up to it, and pixels in float32 can be multiplied by it


def around_one(spread: float) -> tuple[float, float]:
    return 1 - spread, 1 + spread


def from_zero(highest: float) -> tuple[float, float]:
    return 0, highest


def is_number(value: object) -> bool:
    """A number that pixels in float32 and NumPy's draws of them can take."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    number: Any = value  # of any size: a float may not hold it
    return -LARGEST <= number <= LARGEST  # false for NaN too


def check_number(name: str, value: object) -> None:
    if not is_number(value):
        needed = f"must be a number from {-LARGEST:.0e} to {LARGEST:.0e}"
        raise InvalidArgument(name, needed, repr(value))


def shift_range(name: str, value: Any) -> Range:
    if is_number(value):
        return value
    values = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(values, list | tuple) or not all(map(is_number, values)):
        needed = "must be a fraction, a number of px or a list of px"
        raise InvalidArgument(name, needed, repr(value))
    return tuple(values)


def pair(name: str, value: Any, spread: Any = None) -> tuple[float, float]:
    """(lowest, highest), or what `spread` makes of one number."""
    if spread is not None and is_number(value):
        return spread(value)
    values = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(values, list | tuple) or len(values) != 2 or not all(map(is_number, values)):
        one = "a number or " if spread is not None else ""
        raise InvalidArgument(name, f"must be {one}two numbers (lowest, highest)", repr(value))
    return values[0], values[1]


def rising(name: str, value: Any, spread: Any) -> tuple[float, float]:
    low, high = pair(name, value, spread)
    if not 0 <= low <= high:
        raise InvalidArgument(name, "must not be negative, and rise from lowest to highest", value)
    return low, high
