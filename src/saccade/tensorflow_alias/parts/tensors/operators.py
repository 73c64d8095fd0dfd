"""Operators: where `x + y`, `x += y` and `x[...]` mean something else in TensorFlow."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import torch

from saccade.requester import asks_script

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
_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_BITWISE = ("and", "or", "xor")
_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
_OF_TORCH = {torch.Tensor, float, int}  # what torch and TensorFlow take alike


def patch_operators() -> None:
    """Let tensors keep their numbers under `+=`, take lists and arrays beside them, and be read
    backwards."""
    tensor: Any = torch.Tensor
    for name, function in _IN_PLACE.items():
        setattr(tensor, name, _not_in_place(getattr(tensor, name), function))
    for word in (*_ARITHMETIC, *_BITWISE):
        for name in (f"__{word}__", f"__r{word}__"):
            setattr(tensor, name, _beside_any(getattr(tensor, name), word == "truediv"))
    for word in _COMPARISONS:
        name = f"__{word}__"
        setattr(tensor, name, _compared(getattr(tensor, name), word))
    tensor.__getitem__ = _subscripted
    tensor.__round__ = _rounded


def _not_in_place(in_place: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """`x += y` of the script is `x = x + y`: another name for the tensor keeps the old numbers."""

    def operate(self: torch.Tensor, other: Any) -> Any:
        if isinstance(self, torch.nn.Parameter) or not asks_script(sys._getframe(1)):
            return in_place(self, other)
        return function(self, other)

    return operate


def _beside_any(function: Callable[..., Any], divides: bool) -> Callable[..., Any]:
    """What is no tensor beside a tensor becomes one of its dtype, as `_operand` says.

    Args:
        divides: whether integers of the script become floats: float64, and float32 for small ones,
            as `tf.divide` has it.
    """

    def operate(self: torch.Tensor, other: Any) -> Any:
        if type(other) not in _OF_TORCH:
            other = _operand(self, other, type(other) in (list, tuple), sys._getframe(1))
        if divides and not _is_float(self) and asks_script(sys._getframe(1)):
            self, other = as_floats(self, other)
        try:
            found = function(self, other)
        except RuntimeError as error:
            raise of_sizes(error) from None
        if found is NotImplemented and self.requires_grad and isinstance(other, np.ndarray):
            return function(self, _beside(self, other))  # where torch raises for everybody
        return found

    return operate


def _compared(function: Callable[..., Any], word: str) -> Callable[..., Any]:
    """The same of a comparison. Torch answers False where a list is beside `==`, so lists are
    taken for the script alone; and for it, tensors of sizes that do not fit are not equal."""

    def compare(self: torch.Tensor, other: Any) -> Any:
        kind = type(other)
        if kind not in _OF_TORCH:
            if kind in (list, tuple) and not asks_script(sys._getframe(1)):
                return function(self, other)
            other = _operand(self, other, kind in (list, tuple), sys._getframe(1))
        try:
            return function(self, other)
        except RuntimeError as error:
            if word in ("eq", "ne") and asks_script(sys._getframe(1)):
                return torch.tensor(word == "ne")
            raise of_sizes(error) from None

    return compare


def _operand(x: torch.Tensor, other: Any, taken: bool, frame: FrameType) -> Any:
    """A list beside a tensor is a tensor, and so is the script's array, NumPy number or bool; of
    the dtype of `x`, as TensorFlow has it, which cuts fractions off beside integers."""
    if not taken and not (
        isinstance(other, (np.ndarray, np.generic, bool))
        and np.asarray(other).dtype.kind in "biufc"
        and asks_script(frame)
    ):
        return other
    return _beside(x, other)


def _beside(x: torch.Tensor, other: Any) -> torch.Tensor:
    from saccade.tensorflow_alias.parts.tensors.tensors import pair  # more than torch has loaded

    return pair(x, other)[1]


def of_sizes(error: RuntimeError) -> RuntimeError:
    from saccade.tensorflow_alias.parts.running.errors import as_size_error  # as above

    return as_size_error("tensorflow", error)


def as_floats(x: torch.Tensor, y: Any) -> tuple[torch.Tensor, Any]:
    """Integers on both sides of a division as the floats that TensorFlow divides; others stay."""
    whole = not _is_float(y) if torch.is_tensor(y) else isinstance(y, (int, np.integer))
    if _is_float(x) or not whole:
        return x, y
    small = x.dtype in (torch.int8, torch.uint8, torch.int16, torch.uint16)
    kind = torch.float32 if small else torch.float64
    return x.to(kind), y.to(kind) if torch.is_tensor(y) else y


def _rounded(self: torch.Tensor, digits: int | None = None) -> torch.Tensor:
    """`round(x, digits)`."""
    return torch.round(self, decimals=digits or 0)


# -- subscripts ----------------------------------------------------------------------------------


def _subscripted(self: torch.Tensor, place: Any) -> Any:
    """`x[place]`; a slice may go backwards, and the script's list of numbers is a tuple of them."""
    if type(place) is list and asks_script(sys._getframe(1)):
        place = tuple(place)
    try:
        return _item(self, place)
    except ValueError:
        from saccade.numerics.tensors.subscripts import goes_backwards, pick  # as above

        places = place if isinstance(place, tuple) else (place,)
        if not any(map(goes_backwards, places)):
            raise
        return pick(self, places)
