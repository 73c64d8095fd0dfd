"""Control: what tensors are, and loops and choices over them, in the words of `keras.ops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from saccade.errors import NotSupported
from saccade.graph import Symbol
from saccade.nests import leaves, map_nest, same_type
from saccade.numerics.tensors.conversion import convert_to_tensor as _of_values


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array of a tensor's values."""
    return _of_values(x).detach().cpu().numpy()


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """A tensor of anything that NumPy takes; a symbol stays one.

    Raises:
        NotSupported: a sparse or ragged tensor is wanted.
    """
    if sparse or ragged:
        kind = "sparse" if sparse else "ragged"
        raise NotSupported("ops.convert_to_tensor", f"{kind} tensors are not supported", "True")
    if isinstance(x, Symbol):
        from saccade.ops import cast  # the one that notes a layer

        return x if dtype is None else cast(x, dtype)
    return _of_values(x, dtype)


def is_tensor(x: Any) -> bool:
    return torch.is_tensor(x)


def ndim(x: Any) -> int:
    return len(x.shape if hasattr(x, "shape") else np.shape(x))


def size(x: Any) -> int:
    """How many numbers there are."""
    return int(np.prod(tuple(x.shape if hasattr(x, "shape") else np.shape(x))))


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
    loop_vars = map_nest(_of_values, loop_vars, rebuild=same_type)
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


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """The same."""
    return map(function, elements)


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """`carry, y = f(carry, x)` for each row of xs: the last carry, and the ys stacked."""
    count = length if xs is None else len(leaves(xs)[0])
    assert count is not None
    order, ys = list(range(count)), {}
    for i in reversed(order) if reverse else order:
        row = None if xs is None else map_nest(lambda one, i=i: _of_values(one)[i], xs)
        init, ys[i] = f(init, row)
    if count == 0 or ys[0] is None:
        return init, None
    return init, _stacked([ys[i] for i in order])


def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """What f makes of the first row, of the first two, of the first three, and so on."""
    moved = map_nest(lambda one: _of_values(one).movedim(axis, 0), elems, rebuild=same_type)
    count = len(leaves(moved)[0])
    rows = [map_nest(lambda one, i=i: one[i], moved, rebuild=same_type) for i in range(count)]
    rows = rows[::-1] if reverse else rows
    found = rows[:1]
    for row in rows[1:]:
        found.append(f(found[-1], row))
    found = found[::-1] if reverse else found
    return map_nest(lambda one: one.movedim(0, axis), _stacked(found), rebuild=same_type)


def _stacked(rows: list[Any]) -> Any:
    return map_nest(
        lambda *parts: torch.stack([_of_values(one) for one in parts]), *rows, rebuild=same_type
    )


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives its value and its gradient: `return y, grad`, `grad(upstream)`."""

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *args: Any) -> Any:
            value, ctx.gradient = f(*args)
            return value

        @staticmethod
        def backward(ctx: Any, *upstream: Any) -> Any:
            return ctx.gradient(*upstream)

    return Own.apply


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """A function's value, and how it changes along the tangents."""
    return torch.func.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)


def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: Any = None) -> Any:
    """A function of one number as one of arrays."""
    numbers = np.vectorize(pyfunc, excluded=excluded, signature=signature)

    def of_arrays(*args: Any, **kwargs: Any) -> Any:
        plain = [convert_to_numpy(one) if torch.is_tensor(one) else one for one in args]
        return _of_values(numbers(*plain, **kwargs))

    return of_arrays
