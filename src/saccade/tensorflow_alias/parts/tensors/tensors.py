"""Tensors: values of any kind as torch tensors, and what TensorFlow asks of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.string_scalar import StringScalar
from saccade.errors import DataError, NotSupported
from saccade.graph import Symbol
from saccade.metrics.variable import MetricVariable
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype, string, torch_dtype
from saccade.tensorflow_alias.parts.text.string_tensors import (
    StringArray,
    are_strings,
    as_strings,
)

Tensor = torch.Tensor


def tensor_of(value: Any, dtype: Any = None) -> torch.Tensor:
    """A value as a tensor of numbers.

    Python's floats become float32 and its integers int32, as in TensorFlow; arrays and tensors
    keep their dtype unless another is asked for.

    Raises:
        NotSupported: a symbol of a model that is being described. DataError: no numbers.
    """
    kind = torch_dtype(dtype)
    if isinstance(value, Symbol):
        raise NotSupported(
            "tensorflow",
            "its functions take values, not what Input() and layers called on it give",
            repr(value),
            "Use a layer, or Lambda(lambda x: ...) around the function; in Keras 3, too.",
        )
    if isinstance(value, MetricVariable):
        value = value.value
    if torch.is_tensor(value):
        return value if kind is None or value.dtype is kind else value.to(kind)
    if isinstance(value, (list, tuple)) and any(map(torch.is_tensor, _leaves(value))):
        return _stacked(value, kind)
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        got = f"{type(value).__name__} {value!r}"[:80]
        raise DataError("tensorflow", "a tensor must hold numbers", got)
    if kind is None and not hasattr(value, "__array__"):
        narrow: dict[str, Any] = {"f": np.float32, "i": np.int32}
        if array.dtype.kind in narrow and not _holds_arrays(value) and not _is_wide(array):
            array = array.astype(narrow[array.dtype.kind])
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    made = torch.tensor(array.tolist()) if array.ndim == 0 else torch.from_numpy(np.array(array))
    if array.ndim == 0:
        made = made.to(torch_dtype(array.dtype))
    return made if kind is None else made.to(kind)


def still_of(value: Any) -> torch.Tensor:
    """The same, and of a weight its values of now: what is only another view of a tensor would
    change with the weight, which no tensor does in TensorFlow."""
    made = tensor_of(value)
    return made.clone() if isinstance(made, torch.nn.Parameter) else made


def _is_wide(array: np.ndarray) -> bool:
    """Whether integers need more than 32 bits."""
    return array.dtype.kind == "i" and bool((np.abs(array) >= 2**31).any())


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


def _holds_arrays(value: Any) -> bool:
    return any(hasattr(leaf, "__array__") for leaf in _leaves(value))


def _stacked(value: Sequence[Any], kind: torch.dtype | None) -> torch.Tensor:
    """A list of tensors and numbers, stacked; the numbers take the tensors' dtype."""
    first = next(leaf for leaf in _leaves(value) if torch.is_tensor(leaf))
    kind = first.dtype if kind is None else kind
    parts = [tensor_of(one, kind).to(first.device) for one in value]
    return torch.stack(parts)


def pair(x: Any, y: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Two operands as tensors; a number or array beside a tensor takes its dtype and device.

    Of two that are no tensors the second takes the dtype of the first.
    """
    if torch.is_tensor(y) and not torch.is_tensor(x):
        return _beside(x, y), y
    first = tensor_of(x)
    return first, y if torch.is_tensor(y) else _beside(y, first)


def _beside(value: Any, like: torch.Tensor) -> torch.Tensor:
    """A value in the dtype of a tensor; Python's fractions beside integers stay fractions, where
    TensorFlow raises."""
    made = tensor_of(value)
    loses = made.is_floating_point() and not like.is_floating_point()
    if loses and not hasattr(value, "__array__"):
        return made.to(like.device)
    return made.to(like.device, like.dtype)


def sizes_of(shape: Any) -> list[int]:
    """A shape given as numbers, tensors, or one tensor, as a list of integers."""
    if isinstance(shape, (int, np.integer)):
        return [int(shape)]
    if torch.is_tensor(shape) or isinstance(shape, np.ndarray):
        return [int(size) for size in shape.reshape(-1).tolist()]
    return [int(size) for size in shape]


def as_axis(axis: Any) -> Any:
    """An axis, or several, as Python's integers; None stays None."""
    if axis is None:
        return None
    if isinstance(axis, (list, tuple, range)) or (hasattr(axis, "ndim") and axis.ndim):
        return tuple(int(one) for one in axis)
    return int(axis)


def convert_to_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A value as a tensor; strings as `StringScalar` or `StringArray`, which have `numpy()`."""
    if are_strings(value) and (dtype is None or as_dtype(dtype) == string):
        return as_strings(value)
    made = tensor_of(value, dtype)
    return made if made is not value else still_of(made)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A value as a tensor; one number fills a `shape`."""
    made = convert_to_tensor(value, dtype)
    if shape is None:
        return made
    sizes = sizes_of(shape)
    if isinstance(made, (StringScalar, StringArray)):
        filled = np.full(sizes, None, object)
        filled[...] = made if isinstance(made, StringScalar) else made.array().reshape(sizes)
        return as_strings(filled)
    return made.expand(sizes).clone() if made.numel() == 1 else made.reshape(sizes)


def cast(x: Any, dtype: Any, name: str | None = None) -> torch.Tensor:
    """The same numbers in another dtype; fractions are cut off on the way to integers."""
    return tensor_of(x).to(torch_dtype(dtype))


def identity(input: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(input).clone()


def stop_gradient(input: Any, name: str | None = None) -> torch.Tensor:
    """The same values, which no gradient flows through."""
    return still_of(input).detach()


def is_tensor(x: Any) -> bool:
    return torch.is_tensor(x) or isinstance(x, (StringScalar, StringArray))
