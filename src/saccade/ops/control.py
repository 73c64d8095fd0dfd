"""Control: what tensors are, and loops and choices over them, in the words of `keras.ops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.graph import Symbol
from saccade.nests import leaves, map_nest, same_type
from saccade.numerics.tensors.tensor_functions import convert_to_tensor as _of_values


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array of a tensor's values."""
    return _of_values(x).detach().cpu().numpy()


def convert_to_tensor(x: Any, dtype: Any = None) -> Any:
    """A tensor of anything that NumPy takes; a symbol stays one."""
    if isinstance(x, Symbol):
        from saccade.ops import cast  # the one that notes a layer

        return x if dtype is None else cast(x, dtype)
    return _of_values(x, dtype)


def is_tensor(x: Any) -> bool:
    return torch.is_tensor(x)


def ndim(x: Any) -> int:
    return len(x.shape)


def size(x: Any) -> int:
    """How many numbers there are."""
    return int(np.prod(tuple(x.shape)))


def dtype(x: Any) -> str:
    """The name of a tensor's dtype: "float32"."""
    return str(x.dtype).removeprefix("torch.")


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """What one of two functions gives."""
    return true_fn() if bool(pred) else false_fn()


def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """What the function with this number gives for the operands; the nearest where it is beyond."""
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """`loop_vars = body(*loop_vars)` as long as `cond(*loop_vars)` holds."""
    is_nest, done = isinstance(loop_vars, (list, tuple)), 0
    values = tuple(loop_vars) if is_nest else (loop_vars,)
    while (maximum_iterations is None or done < maximum_iterations) and bool(cond(*values)):
        found = body(*values)
        values = tuple(found) if isinstance(found, (list, tuple)) else (found,)
        done += 1
    return values if is_nest else values[0]


def fori_loop(lower: int, upper: int, body_fun: Callable[[int, Any], Any], init_val: Any) -> Any:
    """`val = body_fun(i, val)` for i from lower to below upper."""
    for i in range(int(lower), int(upper)):
        init_val = body_fun(i, init_val)
    return init_val


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """A function of each row, stacked; rows of nests are nests."""
    count = len(leaves(xs)[0])
    rows = [f(map_nest(lambda one, i=i: _of_values(one)[i], xs)) for i in range(count)]
    return map_nest(
        lambda *parts: torch.stack([_of_values(one) for one in parts]), *rows, rebuild=same_type
    )


vectorized_map = map
