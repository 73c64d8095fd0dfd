"""Control: what chooses and repeats in TensorFlow's graphs, run at once."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.backend.inner_names import control_dependencies as control_dependencies
from saccade.errors import InvalidArgument
from saccade.nests import leaves, map_nest
from saccade.tensorflow_alias.parts.tensors.tensors import convert_to_tensor, tensor_of


def cond(
    pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], name: Any = None
) -> Any:
    """What one of two functions gives."""
    return (true_fn if bool(pred) else false_fn)()


def case(
    pred_fn_pairs: Sequence[tuple[Any, Callable[[], Any]]], default: Any = None,
    exclusive: bool = False, strict: bool = False, name: str = "case",
) -> Any:  # fmt: skip
    """What the function beside the first true condition gives.

    Raises:
        InvalidArgument: none is true, and there is no default.
    """
    for pred, function in pred_fn_pairs:
        if bool(pred):
            return function()
    if default is None:
        raise InvalidArgument("tf.case", "one of the conditions must hold", "none")
    return default()


def switch_case(
    branch_index: Any, branch_fns: Any, default: Any = None, name: str = "switch_case"
) -> Any:
    """What the function of a number gives; the last one, or `default`, for numbers outside."""
    functions = dict(branch_fns if isinstance(branch_fns, dict) else builtins.enumerate(branch_fns))
    last = default or functions[max(functions)]
    return functions.get(int(branch_index), last)()


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any,
    shape_invariants: Any = None, parallel_iterations: int = 10, back_prop: bool = True,
    swap_memory: bool = False, maximum_iterations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """`vars = body(*vars)` as long as `cond(*vars)` holds."""
    state = type(loop_vars)(_as_tensors(one) for one in loop_vars)
    steps = 0
    while bool(cond(*state)) and (maximum_iterations is None or steps < int(maximum_iterations)):
        made = body(*state)
        made = made if isinstance(made, (list, tuple)) else [made]
        state = type(loop_vars)(_as_tensors(one) for one in made)
        steps += 1
    return state


def map_fn(
    fn: Callable[[Any], Any], elems: Any, dtype: Any = None, parallel_iterations: Any = None,
    back_prop: bool = True, swap_memory: bool = False, infer_shape: bool = True,
    name: str | None = None, fn_output_signature: Any = None,
) -> Any:  # fmt: skip
    """`fn` of each row, stacked; rows of a nest of tensors come in that nest."""
    made = [fn(row) for row in _rows(elems)]
    kinds = fn_output_signature if fn_output_signature is not None else dtype
    stacked = _stacked(made)
    if kinds is None or isinstance(kinds, (list, tuple, dict)):
        return stacked
    return convert_to_tensor(stacked, getattr(kinds, "dtype", kinds))


def vectorized_map(fn: Callable[[Any], Any], elems: Any, **_: Any) -> Any:
    """The same as `map_fn`."""
    return map_fn(fn, elems)


def foldl(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, *_: Any, **__: Any
) -> Any:
    """fn(... fn(fn(start, row 0), row 1) ...); the first row is the start where there is none."""
    return _running(fn, elems, initializer)[-1]


def scan(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, *_: Any, **__: Any
) -> Any:
    """Every step of `foldl`, stacked."""
    steps = _running(fn, elems, initializer)
    return _stacked(steps if initializer is None else steps[1:])


def _running(fn: Callable[[Any, Any], Any], elems: Any, start: Any) -> list[Any]:
    rows = _rows(elems)
    steps = [rows.pop(0) if start is None else _as_tensors(start)]
    for row in rows:
        steps.append(fn(steps[-1], row))
    return steps


def _rows(nest: Any) -> list[Any]:
    """One nest for each row of the tensors in a nest."""
    if isinstance(nest, list) and not any(torch.is_tensor(one) and one.ndim for one in nest):
        nest = tensor_of(nest)
    tensors = map_nest(tensor_of, nest)
    count = len(leaves(tensors)[0])
    return [map_nest(lambda one, at=at: one[at], tensors) for at in range(count)]


def _stacked(made: list[Any]) -> Any:
    first = made[0]
    if isinstance(first, dict):
        return {key: _stacked([one[key] for one in made]) for key in first}
    if isinstance(first, (list, tuple)):
        return type(first)(_stacked(list(parts)) for parts in zip(*made, strict=True))
    return torch.stack([tensor_of(one) for one in made])


def _as_tensors(value: Any) -> Any:
    is_number = isinstance(value, (bool, int, float))
    return map_nest(_as_tensors, value) if isinstance(value, (list, tuple, dict)) else (
        convert_to_tensor(value) if is_number else value
    )  # fmt: skip


def group(*inputs: Any, **_: Any) -> None:
    """Nothing: what it stands for has run already."""


def tuple_(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """The tensors, which have all been computed."""
    return list(tensors)


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The numbers, as NumPy's."""
    return tensor_of(tensor).numpy()


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives its result and the function of its slopes: the latter is obeyed."""

    def computed(*args: Any) -> Any:
        inputs = [tensor_of(one) for one in args]
        return _WithSlopes.apply(f, *inputs)

    computed.__name__ = getattr(f, "__name__", "custom_gradient")
    return computed


class _WithSlopes(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, f: Callable[..., Any], *inputs: torch.Tensor) -> Any:
        result, ctx.slopes = f(*(one.detach() for one in inputs))
        ctx.count = len(inputs)
        return result

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> Any:
        found = ctx.slopes(*upstream)
        found = found if isinstance(found, (list, tuple)) else [found]
        return (None, *found)


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it is: it may take more memory in training, with the same gradients."""
    return f
