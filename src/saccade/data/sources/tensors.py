"""Tensors: what the user gave, as tensors on the CPU."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from saccade.errors import DataError
from saccade.nests import leaves, map_nest
from saccade.numerics.tensors.conversion import is_table


def is_array(x: Any) -> bool:
    """Whether x holds all samples at once: an array, a tensor, a frame, or a list of samples.

    A list of tuples is a list of batches, and so is one of lists of arrays of different shapes.
    """
    if isinstance(x, (np.ndarray, torch.Tensor)) or hasattr(x, "__array__"):
        return True
    if not isinstance(x, list):
        return False
    first = x[0] if x else 0
    if isinstance(first, list) and len({np.shape(part) for part in first if _has_axes(part)}) > 1:
        return False
    while isinstance(first, list) and first:
        first = first[0]
    known = (int, float, str, list, np.ndarray, np.generic, torch.Tensor)
    return isinstance(first, known) or is_table(first)


def _has_axes(part: Any) -> bool:
    return (isinstance(part, (np.ndarray, torch.Tensor)) or is_table(part)) and part.ndim > 0


def as_tensor(name: str, array: Any) -> torch.Tensor:
    """An array as a CPU tensor, shared where possible; float64 becomes float32, as in Keras.

    Raises:
        DataError: an array that holds no numbers.
    """
    try:
        if isinstance(array, list) and array and all(torch.is_tensor(one) for one in array):
            array = torch.stack(array)
        values = array if torch.is_tensor(array) else np.asarray(array)
    except (ValueError, RuntimeError):  # what NumPy and torch raise for rows of different lengths
        raise DataError(
            name, "all samples must have the same shape", f"a ragged {type(array).__name__}"
        ) from None
    return _of_tensor(name, values) if torch.is_tensor(values) else _of_array(name, values)


def _of_tensor(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_complex():
        raise DataError(name, "must hold numbers", f"dtype {tensor.dtype}")
    tensor = tensor.detach()
    tensor = tensor.float() if tensor.dtype == torch.float64 else tensor
    return tensor if tensor.ndim else tensor.reshape(1)


def _of_array(name: str, values: np.ndarray) -> torch.Tensor:
    if values.dtype == object:
        raise DataError(
            name, "must hold numbers", "objects", "Are all samples numbers of the same shape?"
        )
    if values.dtype.kind not in "biuf":
        raise DataError(name, "must hold numbers", f"dtype {values.dtype}")
    if values.dtype.kind == "f" and values.dtype.itemsize > 4:
        values = _as_float32(name, values)
    values = values.astype(values.dtype.newbyteorder("="), copy=False)  # torch knows one order
    if values.dtype.kind == "u" and values.dtype.itemsize > 1:
        if values.itemsize == 8 and values.size and values.max() >= 2**63:
            raise DataError(name, "whole numbers must be below 2**63", values.max())
        values = values.astype(np.int64)  # torch computes little in wider unsigned integers
    if not values.flags.writeable or any(stride < 0 for stride in values.strides):
        values = values.copy()  # torch warns about the first and refuses the second
    return torch.from_numpy(np.ascontiguousarray(values) if values.ndim else values.reshape(1))


def _as_float32(name: str, values: np.ndarray) -> np.ndarray:
    try:
        with np.errstate(over="raise"):
            return values.astype(np.float32)
    except FloatingPointError:
        raise DataError(
            name,
            f"numbers must fit float32, at most {np.finfo(np.float32).max:.1e}",
            f"{np.nanmin(values):.1e} to {np.nanmax(values):.1e}",
            "Scale them, or replace a number that stands for a missing one.",
        ) from None


def holds_arrays(x: Any, several: bool) -> bool:
    """Whether x holds all samples at once: an array, or a nest of them for several inputs.

    Args:
        several: whether a list or tuple means several arrays and not a list of samples.
    """
    if isinstance(x, dict):
        return all(map(is_array, _given(leaves(x))))
    given = _given(x) if several and isinstance(x, (list, tuple)) else None
    if given and all(_has_axes(one) or isinstance(one, dict) for one in given):
        return True
    return is_array(x)


def _given(arrays: Iterable[Any]) -> list[Any]:
    """Those that are there: an input that is optional may be None."""
    return [one for one in arrays if one is not None]


def as_tensors(name: str, value: Any, several: bool = False) -> Any:
    """One array as a tensor, a nest of arrays as a nest of tensors, None as None.

    Args:
        several: whether a list means several arrays and not a list of samples.
    """
    if value is None:
        return None
    if not several and isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0] if _has_axes(value[0]) else value  # a list of one input is the input
    if isinstance(value, (dict, tuple)) or (
        isinstance(value, list) and (several or _are_several(value))
    ):
        return map_nest(lambda one: None if one is None else as_tensor(name, one), value)
    return as_tensor(name, value)


def _are_several(value: list[Any]) -> bool:
    """Whether a list can only mean several arrays: equally long, and shaped differently."""
    if len(value) < 2 or not all(_has_axes(one) for one in value):
        return False
    return len({len(one) for one in value}) == 1 and len({tuple(one.shape) for one in value}) > 1


def are_several(value: Any, others: Any = None) -> bool:
    """Whether a list or tuple is several arrays of one length, for a model that cannot say.

    Args:
        others: what the arrays are given with. A list that is as long as those, and not its
            arrays, holds samples.
    """
    if not isinstance(value, (list, tuple)) or len(value) < 2:
        return False
    if isinstance(value, list) and any(isinstance(one, tuple) for one in value):
        return False  # batches
    arrays = leaves(value)
    if not all(_has_axes(one) for one in arrays) or len({len(one) for one in arrays}) != 1:
        return False
    beside = [one for one in leaves(others) if _has_axes(one)]
    length = len(beside[0]) if beside else len(others) if isinstance(others, list) else None
    return isinstance(value, tuple) or length is None or length == len(arrays[0])
