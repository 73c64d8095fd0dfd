"""Values: weights and tensors as Keras's `backend` makes, reads and changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade import random
from saccade.dtype_policy import floatx
from saccade.numerics.tensors.tensor_functions import cast, convert_to_tensor
from saccade.variables import Variable


def get_value(x: Any) -> Any:
    """The values of a weight or tensor as NumPy; a number, as a learning rate, as it is."""
    return x.detach().cpu().numpy() if torch.is_tensor(x) else x


eval = get_value


def set_value(x: Any, value: Any) -> None:
    """Give a weight other values, or an optimizer another learning rate."""
    x.assign(value)


def batch_get_value(tensors: Sequence[Any]) -> list[Any]:
    """`get_value` of each."""
    return [get_value(one) for one in tensors]


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """`set_value` of each pair."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Any:
    """Give a weight other values; returns it."""
    x.assign(new_x)
    return x


def update_add(x: Any, increment: Any) -> Any:
    """x + increment, as the weight's values; returns it."""
    return update(x, x.detach() + convert_to_tensor(increment))


def update_sub(x: Any, decrement: Any) -> Any:
    """x - decrement, as the weight's values; returns it."""
    return update(x, x.detach() - convert_to_tensor(decrement))


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """x * momentum + value * (1 - momentum), as the weight's values; returns it."""
    return update(x, x.detach() * momentum + convert_to_tensor(value) * (1 - momentum))


def variable(value: Any, dtype: Any = None, name: str = "variable") -> Variable:
    """A weight of its own; one of integers is not trained.

    In a graph it is a number beside the symbols, as in Keras 2: training moves layers' weights.
    """
    values = convert_to_tensor(value, dtype or floatx())
    made = Variable(values, trainable=values.is_floating_point(), name=name)
    made.stands_alone = True
    return made


def random_uniform_variable(
    shape: Sequence[int],
    low: float,
    high: float,
    dtype: Any = None,
    name: str = "variable",
    seed: int | None = None,
) -> Variable:
    """A weight with values drawn between two numbers."""
    return variable(random.uniform(tuple(shape), low, high, seed=seed), dtype, name)


def random_normal_variable(
    shape: Sequence[int],
    mean: float,
    scale: float,
    dtype: Any = None,
    name: str = "variable",
    seed: int | None = None,
) -> Variable:
    """A weight with values drawn from a bell."""
    return variable(random.normal(tuple(shape), mean, scale, seed=seed), dtype, name)


def constant(value: Any, dtype: Any = None, shape: Sequence[int] | None = None) -> torch.Tensor:
    """A tensor."""
    x = convert_to_tensor(value, dtype or floatx())
    return x if shape is None else x.expand(tuple(shape)).clone()


def identity(x: Any, name: str | None = None) -> torch.Tensor:
    """A copy."""
    return convert_to_tensor(x).clone()


def eye(size: int | Sequence[int], dtype: Any = None) -> torch.Tensor:
    """Ones on the diagonal of a matrix (size, size), or (rows, columns)."""
    rows, columns = (size, size) if isinstance(size, int) else size
    return cast(torch.eye(rows, columns), dtype or floatx())


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> torch.Tensor:
    """start, start + step, ... below stop; from 0 to `start` without one."""
    start, stop = (0, start) if stop is None else (start, stop)
    return cast(torch.arange(start, stop, step), dtype)


def random_binomial(
    shape: Sequence[int], p: float = 0.0, dtype: Any = "float32", seed: int | None = None
) -> torch.Tensor:
    """Ones with the probability p, else zeros."""
    return cast(random.uniform(shape, seed=seed) < p, dtype)


random_bernoulli = random_binomial
