"""Variable: the weight that a layer holds.

It is a `torch.nn.Parameter`, so everything of torch works on it; on top it has what code written
for Keras asks a weight for: `name`, `trainable`, `numpy()`, `assign()`, `value`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.errors import DataError, InvalidArgument, ShapeError
from saccade.numerics.tensors import tensor_functions as functions
from saccade.numerics.tensors.conversion import as_tensor


class Variable(torch.nn.Parameter):
    """A weight with a name.

    Args:
        data: the initial values, any layout in memory.
        trainable: whether gradients are computed for it.
        name: the weight's own name within its layer ("kernel").
    """

    _name: str
    path: str
    dtype_is_a_word: bool = True  # for scripts, as in Keras 3; torch's for everybody else
    aggregation: str = "none"  # what several processes would do; there is one
    synchronization: str = "auto"
    autocast: bool = True  # whether a layer that computes in half precision sees it so
    stands_alone: bool = False  # no layer's: a number beside the symbols of a graph
    _regularizer: Any = None
    _constraint: Any = None
    _overwrite_with_gradient = False

    def __init__(self, data: torch.Tensor, trainable: bool = True, name: str = "variable"):
        # Everything happens in __new__, as in torch's own Parameter.
        pass

    def __new__(cls, data: torch.Tensor, trainable: bool = True, name: str = "variable"):
        self = torch.Tensor._make_subclass(cls, data, trainable)
        self._name = name
        self.path = name
        return self

    @property
    def name(self) -> str:  # type: ignore[override]
        return self._name

    @property
    def trainable(self) -> bool:
        return self.requires_grad

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.requires_grad_(bool(value))

    @property
    def value(self) -> Variable:
        return self

    @property
    def regularizer(self) -> Any:
        """What the weight adds to the loss, a function of its values; or None."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, function: Any) -> None:
        self._regularizer = self._function("regularizer", function)

    @property
    def constraint(self) -> Any:
        """What every step of the optimizer ends with, a function of the values; or None."""
        return self._constraint

    @constraint.setter
    def constraint(self, function: Any) -> None:
        self._constraint = self._function("constraint", function)

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether a step puts the gradient in the place of the values."""
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"overwrite_with_gradient must be a boolean, got {value!r}.")
        self._overwrite_with_gradient = value

    def _function(self, word: str, function: Any) -> Any:
        if function is None or callable(function):
            return function
        needed = f"{word} must be a function of the values, or None"
        raise InvalidArgument(f'weight "{self.path}"', needed, repr(function))

    def numpy(self, *, force: bool = True) -> np.ndarray:  # type: ignore[override]
        """A copy of the values as a NumPy array, from any device; of bfloat16, which NumPy has not,
        as float32."""
        values = self.detach().cpu()
        values = values.float() if values.dtype is torch.bfloat16 else values
        return np.array(values.numpy(), order="C")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        values = self.numpy()
        return values if dtype is None else values.astype(dtype)

    def assign(self, value: Any) -> torch.Tensor:
        """Copy `value` (an array, tensor or number) into the weight, in place; gives the values.

        Raises:
            ShapeError: when the shapes differ.
            DataError: values that the weight's dtype cannot hold.
        """
        value = as_tensor(value if torch.is_tensor(value) else np.asarray(value))
        if value.shape != self.shape:
            raise ShapeError(
                f'weight "{self.path}"',
                f"a value of shape {tuple(self.shape)} is needed",
                str(tuple(value.shape)),
            )
        if value.dtype != self.dtype:
            self.check_holds(value)
        with torch.no_grad():
            self.copy_(value)
        return self.detach().clone() if value.dtype != self.dtype else value.detach()

    def check_holds(self, value: torch.Tensor) -> None:
        """Raise for complex values, and for finite ones that would become infinite."""
        where, kind = f'weight "{self.path}"', str(self.dtype).removeprefix("torch.")
        if value.is_complex() and not self.is_complex():
            raise DataError(where, f"values of {kind} are needed", "complex ones")
        narrows = value.is_floating_point() and value.dtype.itemsize > self.dtype.itemsize
        if not narrows or not self.is_floating_point() or not value.numel():
            return
        highest = value.detach().abs().max()  # NaN where there is one, which no dtype changes
        if torch.isfinite(highest) and not torch.isfinite(highest.to(self.dtype)):
            got = f"one of {highest.item():.3g}"
            raise DataError(where, f"values must fit {kind}", got)

    def assign_add(self, value: Any) -> torch.Tensor:
        """Add to the weight, in place; gives the new values."""
        return self.assign(self.detach() + _values(value, self))

    def assign_sub(self, value: Any) -> torch.Tensor:
        """Take from the weight, in place; gives the new values."""
        return self.assign(self.detach() - _values(value, self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        if id(self) in memo:
            return memo[id(self)]
        # clone() keeps the layout in memory, on which convolution's speed depends
        copied = type(self)(self.detach().clone(), self.requires_grad, self._name)
        copied.path = self.path
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any):
        return _restore, (self.detach().clone(), self.requires_grad, self._name, self.path)

    def __bool__(self) -> bool:
        return bool(self._only_number("bool"))

    def __int__(self) -> int:
        return int(self._only_number("int"))

    def __float__(self) -> float:
        return float(self._only_number("float"))

    def _only_number(self, kind: str) -> Any:
        if self.numel() != 1:
            shape = tuple(self.shape)
            raise TypeError(
                f'weight "{self.path}": {kind}() takes a single number, got shape {shape}.'
            )
        return self.item()

    def __repr__(self) -> str:  # type: ignore[override]
        kind = str(self.dtype).removeprefix("torch.")
        numbers = str(self.detach().float().numpy() if kind == "bfloat16" else self.numpy())
        shape = tuple(self.shape)
        return f"<Variable path={self.path}, shape={shape}, dtype={kind}, value={numbers}>"


def _values(value: Any, weight: Variable) -> torch.Tensor:
    """What is added to a weight, on its device and of its type."""
    value = value.detach() if torch.is_tensor(value) else as_tensor(np.asarray(value))
    return value.to(weight.device, weight.dtype)


def _restore(data: torch.Tensor, trainable: bool, name: str, path: str) -> Variable:
    variable = Variable(data.as_subclass(torch.Tensor), trainable, name)
    variable.path = path
    return variable


_OPERANDS = (torch.Tensor, np.ndarray, np.generic, int, float, complex, list, tuple)
_OPERATORS = {
    "lt": functions.less,
    "le": functions.less_equal,
    "gt": functions.greater,
    "ge": functions.greater_equal,
    "ne": functions.not_equal,
    "and": functions.logical_and,
    "or": functions.logical_or,
    "xor": functions.logical_xor,
    "matmul": functions.matmul,
    "sub": functions.subtract,
}
"""Operators of a weight that are functions of `keras.ops`: these take arrays and dtypes where
torch's own operators stop, or answer bit by bit."""


def _operator(
    function: Callable[[Any, Any], Any], swapped: bool = False
) -> Callable[[Variable, Any], Any]:
    def operate(self: Variable, other: Any) -> Any:
        if not isinstance(other, _OPERANDS):
            return NotImplemented
        return function(other, self) if swapped else function(self, other)

    return operate


for _name, _function in _OPERATORS.items():
    setattr(Variable, f"__{_name}__", _operator(_function))
    if _name in ("and", "or", "xor", "matmul", "sub"):
        setattr(Variable, f"__r{_name}__", _operator(_function, swapped=True))
