"""Held attributes: what a user's object of batches remembers, kept for a run that goes on.

A `Sequence` that shuffles its indices when an epoch ends has the order in an attribute, and a
stream of its own perhaps. Attributes that can be kept are: numbers and words, random streams,
whole-number arrays and lists of up to 16 MiB, other arrays of up to 1 MiB. Pixels are not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.numerics.machine.random_streams import is_stream, put, state_of

_ORDER_BYTES, _OTHER_BYTES = 16 * 2**20, 2**20
_SINGLE = (bool, int, float, str, type(None))


class HeldAttributes:
    """The attributes of one object.

    A number or word is given back only where it is now what it was when the first run began: what
    the user has changed since is the user's.

    Args:
        holder: an object with `state()` and `restore(state)` of its own is asked for those.
    """

    def __init__(self, holder: Any):
        self._holder = holder
        self._own = all(callable(getattr(holder, name, None)) for name in ("state", "restore"))
        self._began = {} if self._own else _singles(holder)

    def state(self) -> Any:
        if self._own:
            return {"own": self._holder.state()}
        attributes = _attributes(self._holder)
        streams = {name: one for name, one in attributes.items() if is_stream(one)}
        return {
            "began": self._began,
            "singles": _singles(self._holder),
            "arrays": {name: one for name, one in attributes.items() if _is_kept(one)},
            "streams": {name: state_of(one) for name, one in streams.items()},
        }

    def restore(self, state: Any) -> None:
        if "own" in state:
            self._holder.restore(state["own"])
            return
        attributes = _attributes(self._holder)
        for name, value in state["singles"].items():
            as_before = name in self._began and self._began[name] == state["began"].get(name)
            if as_before and attributes.get(name) != value:
                setattr(self._holder, name, value)
        for name, value in state["arrays"].items():
            if _is_kept(attributes.get(name)) and type(attributes[name]) is type(value):
                setattr(self._holder, name, value)
        for name, value in state["streams"].items():
            if is_stream(attributes.get(name)):
                put(attributes[name], value)
        self._began = state["began"]


def _attributes(holder: Any) -> dict[str, Any]:
    return dict(getattr(holder, "__dict__", {}))


def _singles(holder: Any) -> dict[str, Any]:
    return {name: one for name, one in _attributes(holder).items() if type(one) in _SINGLE}


def _is_kept(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) * 8 <= _ORDER_BYTES and all(type(one) in _SINGLE for one in value)
    if isinstance(value, np.ndarray):
        whole = value.dtype.kind in "iub"
        plain = not value.dtype.hasobject and not value.dtype.names
        return plain and value.nbytes <= (_ORDER_BYTES if whole else _OTHER_BYTES)
    if type(value) is torch.Tensor:
        whole = not value.is_floating_point() and not value.is_complex()
        return value.nbytes <= (_ORDER_BYTES if whole else _OTHER_BYTES)
    return False
