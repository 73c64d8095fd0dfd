"""Elements: what goes through a dataset, tensors (or strings) in tuples and dicts.

A list is no nest here: it becomes one tensor, as in tf.data. Strings cannot be tensors: one stays
a str, and a batch of them is a list of str.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.stage import StageChain
from saccade.data.dataset.string_scalar import StringScalar, strings_in
from saccade.errors import DataError, ShapeError
from saccade.nests import as_given, map_nest


@dataclass(frozen=True)
class TensorSpec:
    """Shape and dtype of one tensor of an element; None in the shape is a size that may change."""

    shape: tuple[int | None, ...]
    dtype: Any


def map_element(function: Callable[..., Any], element: Any, *others: Any) -> Any:
    """The element with `function` of each leaf, and of the leaves at its place in the others.

    Dicts are walked in the order in which they were filled, as they are printed; a list is a leaf.
    """
    return map_nest(
        function, element, *others, order=as_given, rebuild=_tuple_like, is_leaf=_is_list
    )


def _tuple_like(element: tuple[Any, ...], parts: list[Any]) -> tuple[Any, ...]:
    return type(element)(*parts) if hasattr(element, "_fields") else tuple(parts)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, deque))


def leaves_of(element: Any) -> list[Any]:
    """The tensors and strings of an element, in order."""
    found: list[Any] = []
    map_element(found.append, element)
    return found


def as_element(value: Any) -> Any:
    """What a user's function gave, as tensors on the CPU; Python's floats become float32."""
    return map_element(_as_leaf, value)


def _as_leaf(value: Any) -> Any:
    if torch.is_tensor(value):
        return value.detach().cpu()
    if isinstance(value, str):
        return StringScalar(value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, list) and value and all(torch.is_tensor(one) for one in value):
        return torch.stack([one.detach().cpu() for one in value])
    if isinstance(value, list) and value and all(isinstance(one, (str, bytes)) for one in value):
        return [StringScalar(one) if isinstance(one, str) else one for one in value]
    if isinstance(value, StageChain):  # a window of elements
        return value
    if value is None:
        raise DataError("Dataset", "elements must be tensors, arrays, numbers or strings", "None")
    words = strings_in(value)
    if words is not None:
        strings = words.tolist()
        if words.ndim == 0:
            return _as_leaf(strings)
        if words.ndim == 1:
            return [StringScalar(one) if isinstance(one, str) else one for one in strings]
        return strings
    array = np.asarray(value)
    if array.dtype.kind == "U":  # of lists in lists
        return array.tolist()
    if array.dtype.kind not in "biuf":
        got = f"{type(value).__name__} of dtype {array.dtype}"
        raise DataError("Dataset", "elements must be tensors, arrays, numbers or strings", got)
    if not isinstance(value, (np.ndarray, np.generic)) and not hasattr(value, "__array__"):
        array = _narrowed(array)
    return _from_array(array)


def _narrowed(array: np.ndarray) -> np.ndarray:
    """Python's numbers as TensorFlow takes them: float32, int32, and int64 where that is needed."""
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype.kind == "i" and array.size and abs(array).max() < 2**31:
        return array.astype(np.int32)
    return array


def _from_array(array: np.ndarray) -> torch.Tensor:
    array = array.astype(array.dtype.newbyteorder("="), copy=False)  # torch knows one order
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()  # torch warns about the first and refuses the second
    return torch.from_numpy(np.ascontiguousarray(array) if array.ndim else array.reshape(1))[
        ... if array.ndim else 0
    ]


def stack(elements: Sequence[Any]) -> Any:
    """Elements of one shape as a batch.

    Raises:
        ShapeError: two elements that differ in shape.
    """
    try:
        return map_element(_stack_leaves, *elements)
    except ShapeError:
        raise
    except (KeyError, TypeError, ValueError):
        raise ShapeError(
            "Dataset.batch", "all elements must be nests of one structure", None
        ) from None


def _stack_leaves(*leaves: Any) -> Any:
    if not torch.is_tensor(leaves[0]):
        return list(leaves)
    shapes = {tuple(leaf.shape) for leaf in leaves}
    if len(shapes) > 1:
        raise ShapeError(
            "Dataset.batch",
            "all elements of a batch must have the same shape",
            " and ".join(map(str, sorted(shapes)[:2])),
            "Bring them to one size before: ds.map(lambda x: Resizing(180, 180)(x)).batch(...).",
        )
    return torch.stack(leaves)


def rows_of(batch: Any) -> int:
    """How many rows all parts of a batch have.

    Raises:
        ShapeError: parts of different lengths, or without rows.
    """
    lengths = [len(leaf) if _has_rows(leaf) else -1 for leaf in leaves_of(batch)]
    if not lengths or min(lengths) < 0 or len(set(lengths)) > 1:
        raise ShapeError(
            "Dataset",
            "all parts must have the same number of rows",
            ", ".join("none" if length < 0 else str(length) for length in lengths) or "no part",
        )
    return lengths[0]


def _has_rows(leaf: Any) -> bool:
    return leaf.ndim > 0 if torch.is_tensor(leaf) else isinstance(leaf, list)


def row(batch: Any, place: int) -> Any:
    """One row of every part."""
    return map_element(lambda leaf: leaf[place], batch)


def copy_of(element: Any) -> Any:
    """The element in memory of its own."""
    return map_element(lambda leaf: leaf.clone() if torch.is_tensor(leaf) else leaf, element)


def as_numpy(element: Any) -> Any:
    """The element with arrays for tensors."""
    return map_element(lambda leaf: leaf.numpy()[()] if torch.is_tensor(leaf) else leaf, element)


def spec_of(element: Any, any_rows: bool = False) -> Any:
    """The element with a `TensorSpec` for each leaf.

    Args:
        any_rows: the first size may be another one in the next element.
    """

    def describe(leaf: Any) -> TensorSpec:
        if torch.is_tensor(leaf):
            shape: tuple[int | None, ...] = tuple(leaf.shape)
            kind: Any = leaf.dtype
        else:
            shape, kind = ((len(leaf),), str) if isinstance(leaf, list) else ((), _kind(leaf))
        return TensorSpec((None, *shape[1:]) if any_rows and shape else shape, kind)

    return map_element(describe, element)


def _kind(leaf: Any) -> type:
    return str if isinstance(leaf, str) else bytes if isinstance(leaf, bytes) else type(leaf)
