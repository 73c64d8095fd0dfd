"""Tensors: their parts, products and conditions, in the words of Keras's `backend`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade import random
from saccade.backend.settings import learning_phase
from saccade.errors import ShapeError
from saccade.notes import note_once
from saccade.numerics.tensors import ops_formulas
from saccade.numerics.tensors.ops_formulas import dot_of_samples
from saccade.numerics.tensors.products import factors
from saccade.numerics.tensors.rearrangement import take
from saccade.numerics.tensors.tensor_functions import cast, convert_to_tensor
from saccade.script_door import is_script_door_open, is_tensorflow_script


def gather(reference: Any, indices: Any) -> torch.Tensor:
    """The rows of these numbers."""
    return take(reference, indices, axis=0)


def in_top_k(predictions: Any, targets: Any, k: int) -> torch.Tensor:
    """Whether each target's class is among the k highest of its row: bool (batch,)."""
    return ops_formulas.in_top_k(targets, predictions, k)


def cumprod(x: Any, axis: int = 0) -> torch.Tensor:
    return ops_formulas.cumprod(x, axis)


def slice(x: Any, start: Sequence[int], size: Sequence[int]) -> torch.Tensor:
    """The part that begins at `start` and has `size`; -1 is all that is left."""
    x = convert_to_tensor(x)
    for axis, (first, count) in enumerate(zip(start, size, strict=True)):
        x = x.narrow(axis, first, x.shape[axis] - first if count == -1 else count)
    return x


def batch_dot(x: Any, y: Any, axes: int | Sequence[int] | None = None) -> torch.Tensor:
    """The products of two batches, sample by sample, along one axis of each.

    Args:
        axes: one for both, or one for each; by default the last of x and the last but one of y
            (the last of a matrix).

    The first axis alone is the batch's, as since Keras 2.3. In a script of `keras`, and
    not `tensorflow.keras`, all leading axes that agree are, as before: so capsules and heads of
    attention were written.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    is_large = max(x.ndim, y.ndim) > 3
    if axes is None:
        axes = (x.ndim - 1, max(1, y.ndim - 2))
    a, b = (axes, axes) if isinstance(axes, int) else axes
    a, b = a % x.ndim, b % y.ndim
    pairs_all = is_large and is_script_door_open() and not is_tensorflow_script()
    if pairs_all and (found := _paired_product(x, y, a, b)) is not None:
        note_once(
            "K.batch_dot of more than three axes pairs all axes but the last two, as until Keras "
            "2.2. Since 2.3 the first axis alone is paired: if the script is from then, write "
            "keras.ops.einsum.",
            key="batch_dot",
        )
        return found
    if is_large:
        note_once(
            "K.batch_dot of more than three axes pairs the first axis alone, as since Keras 2.3. "
            "Before, and in TensorFlow 1, all axes but the last two were paired: if the script is "
            "from then, write tf.matmul (transpose_a=, transpose_b=).",
            key="batch_dot",
        )
    if x.shape[a] != y.shape[b]:
        raise ShapeError(
            "K.batch_dot",
            f"axis {a} of x and axis {b} of y must have one size",
            f"{x.shape[a]} and {y.shape[b]} in {tuple(x.shape)} and {tuple(y.shape)}",
        )
    return dot_of_samples(x, y, a, b)


def _paired_product(x: torch.Tensor, y: torch.Tensor, a: int, b: int) -> torch.Tensor | None:
    """The products of matrices in the last two axes, for which x may be short of axes at its end;
    None where the sizes do not fit."""
    missing = range(x.ndim - 1, y.ndim - 1)  # of the product, where x is short of axes
    wide = x.reshape(*x.shape, *[1] * len(missing))
    left = wide if a == y.ndim - 1 else wide.transpose(-1, -2)
    right = y.transpose(-1, -2) if b == y.ndim - 1 else y
    if left.shape[:-2] != right.shape[:-2] or left.shape[-1] != right.shape[-2]:
        return None
    left, right, gives = factors(left, right)
    product = left @ right
    return (product.squeeze(tuple(missing)) if missing else product).to(gives)


def map_fn(fn: Callable[[Any], Any], elems: Any, dtype: Any = None) -> torch.Tensor:
    """A function of each row, stacked."""
    made = torch.stack([convert_to_tensor(fn(one)) for one in convert_to_tensor(elems)])
    return made if dtype is None else cast(made, dtype)


def foldl(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """fn(fn(fn(initializer, a), b), c) of the rows a, b, c; without one from the first row on."""
    return _folded(fn, list(convert_to_tensor(elems)), initializer)


def foldr(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """The same from the last row on."""
    return _folded(fn, list(convert_to_tensor(elems))[::-1], initializer)


def _folded(fn: Callable[[Any, Any], Any], rows: list[Any], first: Any) -> Any:
    found = rows.pop(0) if first is None else convert_to_tensor(first)
    for row in rows:
        found = fn(found, row)
    return found


def is_sparse(tensor: Any) -> bool:
    """Whether most numbers are left out of memory: never here."""
    return False


def to_dense(tensor: Any) -> Any:
    """A tensor with all its numbers, as every one here is."""
    return tensor


def normalize_batch_in_training(
    x: Any,
    gamma: Any,
    beta: Any,
    reduction_axes: Sequence[int],
    epsilon: float = 1e-3,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, the mean, and the variance."""
    x = convert_to_tensor(x)
    axes = tuple(int(one) for one in reduction_axes)
    spread, mean = torch.var_mean(x, axes, correction=0, keepdim=True)

    def along(values: Any) -> Any:
        return convert_to_tensor(values).reshape(mean.shape)

    y = (x - mean) * torch.rsqrt(spread + epsilon)
    y = y if gamma is None else y * along(gamma)
    y = y if beta is None else y + along(beta)
    return y, mean.squeeze(axes), spread.squeeze(axes)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two values, or of what two functions give; number by number for a tensor."""
    condition = convert_to_tensor(condition)
    if condition.ndim == 0:
        return _made(then_expression if bool(condition) else else_expression)
    then, other = map(convert_to_tensor, (_made(then_expression), _made(else_expression)))
    while condition.ndim < then.ndim:
        condition = condition.unsqueeze(-1)
    return torch.where(condition.bool(), then, other)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """x in a call that trains, else alt; values, or functions that give them."""
    return _made(x if (learning_phase() if training is None else training) else alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """alt in a call that trains, else x."""
    return in_train_phase(alt, x, training)


def dropout(
    x: Any, level: float, noise_shape: Sequence[int] | None = None, seed: int | None = None
) -> torch.Tensor:
    """A part `level` of the numbers set to zero, the others over 1 - level."""
    return random.dropout(x, level, noise_shape, seed)


def print_tensor(x: Any, message: str = "") -> Any:
    """Print a tensor, and give it back."""
    print(f"{message}{x}")  # noqa: T201
    return x


def _made(value: Any) -> Any:
    return value() if callable(value) and not torch.is_tensor(value) else value
