"""The variable of a metric: a name for a tensor that every assignment replaces."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.errors import ShapeError
from saccade.numerics.tensors.conversion import as_tensor


class MetricVariable:
    """What `add_variable` and `add_weight` give a metric of the user's.

    It reads like the tensor that it holds: arithmetic, indexing, torch's functions and methods
    all work on it. `assign` puts a new tensor in the place of the old, so a value that was read
    before stays as it was. It moves to the device of the batches by itself.
    """

    def __init__(self, value: torch.Tensor, name: str):
        self.value, self.name = value, name

    def assign(self, value: Any) -> MetricVariable:
        """Hold `value` from now on.

        Raises:
            ShapeError: when the shapes differ.
        """
        value = as_tensor(plain(value)).detach()
        if value.shape != self.value.shape:
            raise ShapeError(
                f'metric variable "{self.name}"',
                f"a value of shape {tuple(self.value.shape)} is needed",
                str(tuple(value.shape)),
            )
        self.value = value.to(self.value.dtype, copy=True)
        return self

    def assign_add(self, value: Any) -> MetricVariable:
        return self.assign(self + value)

    def assign_sub(self, value: Any) -> MetricVariable:
        return self.assign(self - value)

    def numpy(self) -> np.ndarray:
        return self.value.cpu().numpy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.numpy(), dtype)  # in scripts numpy() of one number is a scalar

    def __getattr__(self, name: str) -> Any:
        if name == "value" or name.startswith("__"):  # a copy that is not filled yet
            raise AttributeError(name)
        return getattr(self.value, name)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None):
        kwargs = kwargs or {}
        _meet([*args, *kwargs.values()])
        return function(*map(plain, args), **{key: plain(one) for key, one in kwargs.items()})

    def __getitem__(self, index: Any) -> torch.Tensor:
        return self.value[plain(index)]

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return f"<MetricVariable {self.name}: {self.value}>"

    __hash__ = object.__hash__


def plain(value: Any) -> Any:
    """`value` with every variable replaced by the tensor that it holds."""
    if isinstance(value, MetricVariable):
        return value.value
    if isinstance(value, (list, tuple)) and any(isinstance(one, MetricVariable) for one in value):
        return type(value)(plain(one) for one in value)
    return value


def _meet(operands: list[Any]) -> None:
    """Move variables to the device of the tensors that they meet."""
    lists = [one for one in operands if isinstance(one, (list, tuple))]
    operands = [*operands, *(one for part in lists for one in part)]
    device = next((one.device for one in operands if torch.is_tensor(one) and one.ndim), None)
    for one in operands:
        if isinstance(one, MetricVariable) and device is not None and one.value.device != device:
            one.value = one.value.to(device)


def _operation(function: Callable[..., Any], swapped: bool) -> Callable[..., Any]:
    def apply(self: MetricVariable, *others: Any) -> Any:
        operands = [self, *others]
        _meet(operands)
        return function(*map(plain, reversed(operands) if swapped else operands))

    return apply


for _word in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(MetricVariable, f"__{_word}__", _operation(getattr(operator, _word), False))
    setattr(MetricVariable, f"__r{_word}__", _operation(getattr(operator, _word), True))
for _word in ("neg", "abs", "lt", "le", "gt", "ge", "eq", "ne", "and_", "or_"):
    _method = f"__{_word.rstrip('_')}__"
    setattr(MetricVariable, _method, _operation(getattr(operator, _word), False))
