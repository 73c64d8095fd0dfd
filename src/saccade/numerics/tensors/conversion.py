"""Conversion: anything that NumPy takes as a tensor, and functions of tensors that take it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

Axis = int | Sequence[int] | None


def convert_to_tensor(x: Any, dtype: Any = None) -> torch.Tensor:
    """A tensor of anything that NumPy takes, as Keras makes it: arrays keep their dtype, Python's
    own floats become float32 and its integers int32."""
    if torch.is_tensor(x):
        return x if dtype is None else x.to(torch_dtype(dtype))
    if isinstance(x, (list, tuple)) and any(map(torch.is_tensor, x)):
        x = torch.stack([convert_to_tensor(one) for one in x])
    else:
        array = np.asarray(x)
        if not _holds_arrays(x) and array.dtype in _NARROW:
            narrow = _NARROW[array.dtype]
            wide = narrow == np.int32 and (np.abs(array) >> 31).any()
            array = array if wide else array.astype(narrow)
        x = torch.from_numpy(np.array(array))
    return x if dtype is None else x.to(torch_dtype(dtype))


_NARROW = {
    np.dtype(np.float64): np.dtype(np.float32),
    np.dtype(np.int64): np.dtype(np.int32),
    np.dtype(np.complex128): np.dtype(np.complex64),
}


def _holds_arrays(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(map(_holds_arrays, x))
    return isinstance(x, (np.ndarray, np.integer))


def torch_dtype(dtype: Any) -> torch.dtype:
    """torch's dtype for a name, a NumPy type or a dtype."""
    if isinstance(dtype, torch.dtype):
        return dtype
    name = getattr(dtype, "name", None) or (dtype if isinstance(dtype, str) else None)
    return getattr(torch, str(name or np.dtype(dtype).name))


def cast(x: Any, dtype: Any) -> torch.Tensor:
    return convert_to_tensor(x).to(torch_dtype(dtype))


def takes_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one tensor as one that takes arrays, lists and numbers in its place as well."""

    @functools.wraps(function)
    def of_any(x: Any, *settings: Any, **named: Any) -> Any:
        if isinstance(x, _NUMBERS):
            x = convert_to_tensor(x)
        return function(x, *settings, **named)

    return of_any


def method_takes_arrays(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same of a method, of which `self` is not the tensor."""

    @functools.wraps(method)
    def of_any(self: Any, x: Any) -> Any:
        return method(self, convert_to_tensor(x) if isinstance(x, _NUMBERS) else x)

    return of_any


_NUMBERS = (np.ndarray, np.generic, list, tuple, float, int)


def sum_dtype(x: torch.Tensor) -> torch.dtype:
    """What numbers add up in: their own kind, small integers and bools in int32."""
    small = (torch.bool, torch.uint8, torch.int8, torch.int16)
    return torch.int32 if x.dtype in small else x.dtype


def floats(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x if x.is_floating_point() else x.float()


def wide(x: torch.Tensor) -> torch.Tensor:
    """Floats of at least 32 bits: squares of half the bits overflow."""
    return x if x.dtype is torch.float64 else x.float()


def axes_of(x: torch.Tensor, axis: Axis) -> tuple[int, ...]:
    """The axes that are meant; all for None."""
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if isinstance(axis, int) else tuple(axis)
