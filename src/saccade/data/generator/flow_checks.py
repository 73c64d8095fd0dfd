"""Checks of what every way into a generator takes."""

from __future__ import annotations

import numpy as np

from saccade.errors import InvalidArgument
from saccade.names import unknown_name

SUBSETS = ("training", "validation")


def check_dtype(dtype: str | type | np.dtype | None) -> np.dtype:
    """The dtype of a batch, float32 for None; raise InvalidArgument unless NumPy's numbers."""
    try:
        checked = np.dtype("float32" if dtype is None else dtype)
    except TypeError:
        checked = np.dtype(object)
    if checked.kind not in "fiu":
        raise InvalidArgument("dtype", "must be a NumPy type of real numbers", repr(dtype))
    return checked


def check_switch(name: str, value: object) -> bool:
    """True or False (None too); raise InvalidArgument for a word: "False" would count as True."""
    if isinstance(value, str) or value not in (True, False, None):
        raise InvalidArgument(name, "must be True or False", repr(value))
    return bool(value)


def check_subset(subset: str | None, has_generator: bool) -> str | None:
    """The subset's word or None; raise InvalidArgument for another."""
    if subset is not None and subset not in SUBSETS:
        raise unknown_name("subset", subset, SUBSETS)
    if subset is not None and not has_generator:
        raise InvalidArgument("subset", "needs an ImageDataGenerator with a validation_split")
    return subset
