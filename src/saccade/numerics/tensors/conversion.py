"""Conversion: anything that NumPy takes as a tensor, and functions of tensors that take it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import DataError
from saccade.nests import leaves

Axis = int | Sequence[int] | None


def as_tensor(
    x: Any, dtype: torch.dtype | None = None, device: torch.device | str | None = None
) -> torch.Tensor:
    """`torch.as_tensor` for whatever a user has, which torch itself refuses or warns of.

    That is, arrays that run backwards (`x[::-1]`), in the other byte order, or that nobody may
    write to, which are copied; and what NumPy makes an array of, as tables of pandas.

    Raises:
        DataError: words, dates or objects; numbers that the dtype cannot hold.
    """
    if not torch.is_tensor(x) and (_is_array(x) or _lists_arrays(x)):
        x = plain_array(_numbers(np.asarray(x)))
        if dtype is not None:
            return narrowed("array", torch.as_tensor(x), dtype).to(device)
    if _lists_tensors(x):
        return torch.stack([as_tensor(one, dtype, device) for one in x])
    return torch.as_tensor(x, dtype=dtype, device=device)


def _numbers(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in "biufc":
        return array
    is_object = array.dtype == object
    raise DataError(
        "array",
        "must hold numbers",
        "objects" if is_object else f"dtype {array.dtype}",
        'If each of them is a number: x.astype("float32").' if is_object else "",
    )


def narrowed(where: str, x: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A user's numbers in another dtype.

    Raises:
        DataError: complex numbers in one of reals; numbers in float64 that would become infinite;
            whole ones that a smaller integer would wrap.
    """
    if x.is_complex() and not dtype.is_complex:
        raise DataError(where, "must hold real numbers", f"dtype {x.dtype}")
    narrow = x.to(dtype)
    smaller = dtype.itemsize < x.dtype.itemsize and not dtype.is_floating_point
    if smaller and not x.is_floating_point() and bool((narrow.to(x.dtype) != x).any()):
        needed = f"whole numbers must fit {str(dtype).removeprefix('torch.')}"
        raise DataError(where, needed, f"{x.min().item()} to {x.max().item()}")
    if x.dtype is torch.float64 and dtype.is_floating_point and dtype is not x.dtype:
        lost = narrow.isinf() & ~x.isinf()
        if bool(lost.any()):
            most = torch.finfo(dtype).max
            needed = f"numbers must fit {str(dtype).removeprefix('torch.')}, at most {most:.1e}"
            raise DataError(where, needed, f"{x[lost][0].item():.1e}", "Scale them.")
    return narrow


def _is_array(x: Any) -> bool:
    return isinstance(x, np.ndarray) or (hasattr(x, "__array__") and hasattr(x, "shape"))


def _lists_arrays(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and any(isinstance(one, np.ndarray) for one in x)


def _lists_tensors(x: Any) -> bool:
    """Whether there is a tensor in a list; a long list of numbers is not walked to find none."""
    if not isinstance(x, (list, tuple)) or {*map(type, x)} <= {int, float, bool}:
        return False
    return any(map(torch.is_tensor, leaves(x)))


def plain_array(array: np.ndarray) -> np.ndarray:
    """The array, or a copy where torch can't use its memory."""
    if not array.dtype.isnative:
        return array.astype(array.dtype.newbyteorder("="))
    if not array.flags.writeable or any(step < 0 for step in array.strides):
        return array.copy()
    return array


def convert_to_tensor(x: Any, dtype: Any = None) -> torch.Tensor:
    """A tensor of anything that NumPy takes, as Keras makes it: arrays keep their dtype, Python's
    own floats become float32 and its integers int32."""
    if torch.is_tensor(x):
        return x if dtype is None else x.to(torch_dtype(dtype))
    if isinstance(x, (list, tuple)) and any(map(torch.is_tensor, x)):
        x = torch.stack([convert_to_tensor(one) for one in x])
    else:
        array = plain_array(np.asarray(x))
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
    return isinstance(x, (np.ndarray, np.integer)) or is_table(x)


def torch_dtype(dtype: Any) -> torch.dtype:
    """torch's dtype for a name, a NumPy type or a dtype."""
    if isinstance(dtype, torch.dtype):
        return dtype
    name = getattr(dtype, "name", None) or (dtype if isinstance(dtype, str) else None)
    return getattr(torch, str(name or np.dtype(dtype).name))


def cast(x: Any, dtype: Any) -> torch.Tensor:
    return convert_to_tensor(x).to(torch_dtype(dtype))


def takes_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one tensor as one that takes arrays, lists, numbers and symbols as well."""

    @functools.wraps(function)
    def of_any(x: Any, *settings: Any, **named: Any) -> Any:
        if type(x) is torch.Tensor:
            return function(x, *settings, **named)
        if hasattr(x, "activated"):  # a symbol of the graph, whose module lies on a floor above
            return x.activated(of_any, *settings, **named)
        if isinstance(x, _NUMBERS) or is_table(x):
            x = convert_to_tensor(x)
        return function(x, *settings, **named)

    return of_any


def method_takes_arrays(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same of a method, of which `self` is not the tensor."""

    @functools.wraps(method)
    def of_any(self: Any, x: Any) -> Any:
        is_array = isinstance(x, _NUMBERS) or is_table(x)
        return method(self, convert_to_tensor(x) if is_array else x)

    return of_any


def is_table(x: Any) -> bool:
    """Whether this is what pandas makes: an array of NumPy's with names."""
    return hasattr(x, "to_numpy") and hasattr(x, "__array__")


_NUMBERS = (np.ndarray, np.generic, list, tuple, float, int)


def sum_dtype(x: torch.Tensor) -> torch.dtype:
    """What numbers add up in: their own kind, small integers and bools in int32."""
    small = (torch.bool, torch.uint8, torch.int8, torch.int16)
    return torch.int32 if x.dtype in small else x.dtype


def running_dtype(x: torch.Tensor) -> torch.dtype:
    """What numbers add up in one after another: their own kind, bools in int32."""
    return torch.int32 if x.dtype is torch.bool else x.dtype


def floats(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x if x.is_floating_point() else x.float()


def wide(x: torch.Tensor) -> torch.Tensor:
    """Floats of at least 32 bits: squares of half the bits overflow."""
    return x if x.dtype is torch.float64 else x.float()


def over_axes(reduction: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction that over no axes, `axis=()`, reduces nothing: torch takes that for all axes."""

    @functools.wraps(reduction)
    def reduce(x: Any, axis: Axis = None, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(axis, (list, tuple)) or axis:
            return reduction(x, axis, *args, **kwargs)
        x = convert_to_tensor(x)
        found = reduction(x.unsqueeze(-1), -1, *args, **kwargs)
        return found.squeeze(-1) if found.ndim > x.ndim else found

    return reduce


def axes_of(x: torch.Tensor, axis: Axis) -> tuple[int, ...]:
    """The axes that are meant; all for None."""
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if isinstance(axis, int) else tuple(axis)
