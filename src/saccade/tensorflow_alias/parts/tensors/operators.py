"""Operators: where `x + y`, `x += y` and `x[...]` mean something else in TensorFlow."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.numerics.tensors.subscripts import goes_backwards, pick
from saccade.requester import asks_script
from saccade.tensorflow_alias.parts.running.errors import as_size_error
from saccade.tensorflow_alias.parts.tensors.tensors import pair

_BASE: Any = torch._C.TensorBase  # type: ignore[attr-defined]
_is_float = _BASE.is_floating_point
_item = torch.Tensor.__getitem__

_IN_PLACE = {
    "__iadd__": operator.add,
    "__isub__": operator.sub,
    "__imul__": operator.mul,
    "__itruediv__": operator.truediv,
    "__ifloordiv__": operator.floordiv,
    "__imod__": operator.mod,
    "__ipow__": operator.pow,
    "__iand__": operator.and_,
    "__ior__": operator.or_,
    "__ixor__": operator.xor,
}
_WITH_LISTS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")


def patch_operators() -> None:
    """Let tensors keep their numbers under `+=`, take lists beside them, and be read backwards."""
    tensor: Any = torch.Tensor
    for name, function in _IN_PLACE.items():
        setattr(tensor, name, _not_in_place(getattr(tensor, name), function))
    for word in _WITH_LISTS:
        for name in (f"__{word}__", f"__r{word}__"):
            setattr(tensor, name, _with_lists(getattr(tensor, name)))
    tensor.__truediv__ = _as_true(tensor.__truediv__)
    tensor.__rtruediv__ = _as_true(tensor.__rtruediv__)
    tensor.__getitem__ = _subscripted


def _not_in_place(in_place: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """`x += y` of the script is `x = x + y`: another name for the tensor keeps the old numbers."""

    def operate(self: torch.Tensor, other: Any) -> Any:
        if isinstance(self, torch.nn.Parameter) or not asks_script(sys._getframe(1)):
            return in_place(self, other)
        return function(self, other)

    return operate


def _with_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """A list or tuple of numbers beside a tensor is one, too; torch knows no such operator."""

    def operate(self: torch.Tensor, other: Any) -> Any:
        if type(other) in (list, tuple):
            other = pair(self, other)[1]
        try:
            return function(self, other)
        except RuntimeError as error:
            found = as_size_error("tensorflow", error)
            if found is error:
                raise
            raise found from None

    return operate


def _as_true(function: Callable[..., Any]) -> Callable[..., Any]:
    """`/` of integers in the script: float64, and float32 for small ones, as `tf.divide`."""

    def divide(self: torch.Tensor, other: Any) -> Any:
        if not _is_float(self) and asks_script(sys._getframe(1)):
            self, other = as_floats(self, other)
        return function(self, other)

    return divide


def as_floats(x: torch.Tensor, y: Any) -> tuple[torch.Tensor, Any]:
    """Integers on both sides of a division as the floats that TensorFlow divides; others stay."""
    whole = not _is_float(y) if torch.is_tensor(y) else isinstance(y, (int, np.integer))
    if _is_float(x) or not whole:
        return x, y
    small = x.dtype in (torch.int8, torch.uint8, torch.int16, torch.uint16)
    kind = torch.float32 if small else torch.float64
    return x.to(kind), y.to(kind) if torch.is_tensor(y) else y


# -- subscripts ----------------------------------------------------------------------------------


def _subscripted(self: torch.Tensor, place: Any) -> Any:
    """`x[place]`; a slice may go backwards, and the script's list of numbers is a tuple of them."""
    if type(place) is list and asks_script(sys._getframe(1)):
        place = tuple(place)
    try:
        return _item(self, place)
    except ValueError:
        places = place if isinstance(place, tuple) else (place,)
        if not any(map(goes_backwards, places)):
            raise
        return pick(self, places)
