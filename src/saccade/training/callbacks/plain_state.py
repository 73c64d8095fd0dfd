"""Plain states: made of what can be read back without running anybody's code."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import InvalidArgument

_ARRAY = "__array__"


def as_plain(value: Any, where: str = "the run") -> Any:
    """A state of numbers, words, tensors, lists, tuples and dicts; NumPy's arrays become bytes.

    Raises:
        InvalidArgument: it holds something else.
    """
    if value is None or type(value) in (bool, int, float, str, bytes):
        return value
    if isinstance(value, torch.Tensor):
        return value.detach().as_subclass(torch.Tensor)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        data = np.array(value, order="C").reshape(-1).view(np.uint8)
        return {_ARRAY: torch.from_numpy(data), "dtype": value.dtype.str, "shape": value.shape}
    if isinstance(value, np.generic):
        return as_plain(value.item(), where)
    if isinstance(value, (bool, int, float, str)):  # a number or word of a class of its own
        return next(kind(value) for kind in (int, float, str) if isinstance(value, kind))
    if isinstance(value, dict):
        return {key: as_plain(one, f"{where}, {key}") for key, one in value.items()}
    if type(value) is list:
        return [as_plain(one, where) for one in value]
    if type(value) is tuple:
        return tuple(as_plain(one, where) for one in value)
    raise InvalidArgument(
        "BackupAndRestore",
        f"the state of {where} must be made of numbers, words, arrays, lists, tuples and dicts",
        type(value).__name__,
        "Let state() of your callback return such.",
    )


def from_plain(value: Any) -> Any:
    """What `as_plain` was given."""
    if isinstance(value, dict):
        if _ARRAY in value:
            return value[_ARRAY].numpy().view(value["dtype"]).reshape(value["shape"]).copy()
        return {key: from_plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [from_plain(one) for one in value]
    if isinstance(value, tuple):
        return tuple(from_plain(one) for one in value)
    return value
