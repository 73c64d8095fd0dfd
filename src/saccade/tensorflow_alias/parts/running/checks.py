"""Checks: what `tf.debugging` asserts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import InvalidArgument, NotFinite, ShapeError
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import pair, tensor_of


def _holding(name: str, relation: str, holds: Callable[[Any, Any], torch.Tensor]) -> Any:
    def check(x: Any, y: Any, message: str | None = None, summarize: Any = None, name_: Any = None):
        a, b = pair(x, y)
        wrong = ~holds(a, b)
        if bool(wrong.any()):
            got = f"{int(wrong.sum())} of {wrong.numel()} that are not"
            raise InvalidArgument(
                f"tf.debugging.{name}", f"x must be {relation} y", got, message or ""
            )

    check.__name__ = check.__qualname__ = name
    return check


assert_equal = _holding("assert_equal", "equal to", torch.eq)
assert_greater = _holding("assert_greater", "greater than", torch.gt)
assert_less = _holding("assert_less", "less than", torch.lt)
assert_greater_equal = _holding("assert_greater_equal", "greater than or equal to", torch.ge)
assert_less_equal = _holding("assert_less_equal", "less than or equal to", torch.le)
assert_none_equal = _holding("assert_none_equal", "other than", torch.ne)


def assert_positive(x: Any, message: str | None = None, *_: Any, **__: Any) -> None:
    assert_greater(x, 0, message)


def assert_non_negative(x: Any, message: str | None = None, *_: Any, **__: Any) -> None:
    assert_greater_equal(x, 0, message)


def assert_rank(x: Any, rank: int, message: str | None = None, name: Any = None) -> None:
    _rank(x, int(rank), int(rank), message)


def assert_rank_at_least(x: Any, rank: int, message: str | None = None, name: Any = None) -> None:
    _rank(x, int(rank), None, message)


def assert_rank_in(x: Any, ranks: Any, message: str | None = None, name: Any = None) -> None:
    if tensor_of(x).ndim not in [int(one) for one in ranks]:
        raise ShapeError("tf.debugging", f"x must have {ranks} axes", _shape(x), message or "")


def _rank(x: Any, least: int, most: int | None, message: str | None) -> None:
    count = tensor_of(x).ndim
    if count < least or (most is not None and count > most):
        raise ShapeError("tf.debugging", f"x must have {least} axes", _shape(x), message or "")


def assert_shapes(shapes: Any, *_: Any, message: str | None = None, **__: Any) -> None:
    """Tensors of these shapes; a name stands for one size, the same everywhere."""
    sizes: dict[str, int] = {}
    for x, wanted in shapes.items() if isinstance(shapes, dict) else shapes:
        found = tuple(tensor_of(x).shape)
        fits = len(found) == len(wanted) and all(
            need is None or n == (sizes.setdefault(need, n) if isinstance(need, str) else need)
            for need, n in zip(wanted, found, strict=True)
        )
        if not fits:
            raise ShapeError(
                "tf.debugging.assert_shapes", f"needs {wanted}", str(found), message or ""
            )


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: Any = None) -> None:
    kind = as_dtype(tensor_of(tensor).dtype)
    if kind != as_dtype(tf_type):
        raise WrongType("tf.debugging.assert_type", f"needs {tf_type}", kind.name, message or "")


class WrongType(InvalidArgument, TypeError):
    """A tensor of another dtype."""


def Assert(condition: Any, data: Any, summarize: Any = None, name: Any = None) -> None:
    if not bool(tensor_of(condition).all()):
        raise InvalidArgument("tf.debugging.Assert", "the condition must hold", str(data))


def assert_all_finite(x: Any, message: str, name: str | None = None) -> torch.Tensor:
    return check_numerics(x, message)


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it is a tensor of numbers, which booleans and strings are not."""
    return torch.is_tensor(tensor) and tensor.dtype is not torch.bool


def _shape(x: Any) -> str:
    return str(tuple(tensor_of(x).shape))


def assert_near(x: Any, y: Any, rtol: Any = None, atol: Any = None, message: str | None = None):
    """|x - y| <= atol + rtol |y|, both ten times the precision of the dtype when None."""
    a, b = pair(x, y)
    slack = 10 * torch.finfo(a.dtype).eps
    absolute, relative = (slack if one is None else one for one in (atol, rtol))
    wrong = ~((a - b).abs() <= absolute + relative * b.abs())
    if bool(wrong.any()):
        got = f"{int(wrong.sum())} of {wrong.numel()} that are not"
        raise InvalidArgument("tf.debugging.assert_near", "x must be near y", got, message or "")


def check_numerics(tensor: Any, message: str, name: str | None = None) -> torch.Tensor:
    value = tensor_of(tensor)
    if not bool(value.isfinite().all()):
        raise NotFinite("tf.debugging.check_numerics", "the numbers must be finite", None, message)
    return value
