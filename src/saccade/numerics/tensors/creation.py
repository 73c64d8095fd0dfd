"""Making: tensors out of nothing but numbers, in the words of `keras.ops`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.dtype_policy import floatx
from saccade.numerics.tensors.conversion import (
    cast,
    convert_to_tensor,
    floats,
    torch_dtype,
)

Shape = int | Sequence[int]


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> torch.Tensor:
    """start, start + step, ... below stop; from 0 to `start` without one; int32 for integers."""
    start, stop = (0, start) if stop is None else (start, stop)
    made = torch.arange(start, stop, 1 if step is None else step)
    if dtype is not None:
        return cast(made, dtype)
    return made if made.is_floating_point() else made.int()


def array(x: Any, dtype: Any = None) -> torch.Tensor:
    """A tensor of its own of anything that NumPy takes; Python's integers become int32."""
    return convert_to_tensor(x, dtype).clone()


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> torch.Tensor:
    """Ones on the k-th diagonal of an N x M matrix."""
    made = torch.ones(N, N if M is None else M).triu(k).tril(k)
    return cast(made, dtype or floatx())


def identity(n: int, dtype: Any = None) -> torch.Tensor:
    """Ones on the diagonal of an n x n matrix."""
    return eye(n, dtype=dtype)


def full(shape: Shape, fill_value: Any, dtype: Any = None) -> torch.Tensor:
    """One value everywhere, or a tensor that fits the shape spread over it."""
    value = convert_to_tensor(fill_value, dtype or floatx())
    return value.expand(_sizes(shape)).clone()


def zeros(shape: Shape, dtype: Any = None) -> torch.Tensor:
    return torch.zeros(_sizes(shape), dtype=torch_dtype(dtype or floatx()))


def ones(shape: Shape, dtype: Any = None) -> torch.Tensor:
    return torch.ones(_sizes(shape), dtype=torch_dtype(dtype or floatx()))


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> torch.Tensor:
    """One value everywhere, in the shape and by default the dtype of x."""
    x = convert_to_tensor(x)
    return full(x.shape, fill_value, x.dtype if dtype is None else dtype).to(x.device)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers from start to stop, the same distance apart; with `retstep` and that distance.

    Arrays give as many rows of numbers, along `axis`.
    """
    start, stop = floats(start), floats(stop)
    step = (stop - start) / (max(1, num - 1) if endpoint else num)
    places = torch.arange(num, dtype=step.dtype).reshape(-1, *[1] * step.ndim)
    made = start + places * step
    if endpoint and num > 1:
        made[-1] = stop
    made = made.movedim(0, axis)
    made = made if dtype is None else cast(made, dtype)
    return (made, step) if retstep else made


def meshgrid(*x: Any, indexing: str = "xy") -> list[torch.Tensor]:
    """The coordinates of a grid: the first runs along columns for "xy", along rows for "ij"."""
    return list(torch.meshgrid(*map(convert_to_tensor, x), indexing=indexing))


def _sizes(shape: Shape) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(int(size) for size in shape)
