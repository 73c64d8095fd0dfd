"""Shapes: the shapes of tensors and symbols, and other orders of their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade import ops
from saccade.dtype_policy import floatx, numpy_floatx
from saccade.graph import Symbol
from saccade.layers.operations.unwritten_operation import also_on_symbols


class CountableShape(tuple[int | None, ...]):
    """The shape of a symbol, None where a size is not known; K.cast and K.prod take it for the
    array of integers that it is once there are values.

    Attributes:
        symbol: whose shape it is.
    """

    symbol: Symbol

    def counted(self) -> Symbol:
        """The array: int32 (rank,)."""
        return _sizes(self.symbol)


@also_on_symbols("K")
def _sizes(x: Any) -> torch.Tensor:
    return torch.tensor(list(x.shape), dtype=torch.int32)


def shape(x: Any) -> Any:
    """The sizes of the axes: a tuple."""
    if not isinstance(x, Symbol):
        return ops.shape(x)
    sizes = CountableShape(x.shape)
    sizes.symbol = x
    return sizes


def cast(x: Any, dtype: Any) -> Any:
    """The numbers in another dtype."""
    return ops.cast(x.counted() if isinstance(x, CountableShape) else x, dtype)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product, along all axes or some."""
    x = x.counted() if isinstance(x, CountableShape) else x
    return ops.prod(x, axis=axis, keepdims=keepdims)


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape of a tensor or symbol; None is a size that is not known."""
    return tuple(x.shape)


def ndim(x: Any) -> int:
    return len(x.shape)


def dtype(x: Any) -> str:
    """The name of a dtype: "float32", for plain numbers, too."""
    return str(getattr(x, "dtype", "float32")).removeprefix("torch.")


def is_tensor(x: Any) -> bool:
    return torch.is_tensor(x)


def count_params(x: Any) -> int:
    """How many numbers a weight or symbol of a known shape has."""
    return math.prod(x.shape)


def flatten(x: Any) -> Any:
    return ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    return ops.reshape(x, (-1, math.prod(x.shape[1:])))


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    return ops.transpose(x, pattern)


def reverse(x: Any, axes: int | Sequence[int]) -> Any:
    return ops.flip(x, axes)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element `rep` times in a row along an axis."""
    return ops.repeat(x, rep, axis)


def cast_to_floatx(x: Any) -> Any:
    """In the dtype of `floatx()`; NumPy arrays stay NumPy's."""
    if torch.is_tensor(x) or isinstance(x, Symbol):
        return ops.cast(x, floatx())
    return np.asarray(x, dtype=numpy_floatx())


def l2_normalize(x: Any, axis: int | None = None) -> Any:
    squares = ops.sum(ops.square(x), axis, keepdims=True)
    return ops.divide(x, ops.sqrt(ops.maximum(squares, 1e-12)))
