"""Checks: what `tf.debugging` asserts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import InvalidArgument, NotFinite
from saccade.keras_alias.tensorflow.parts.tensors import pair, tensor_of


def _holding(name: str, words: str, holds: Callable[[Any, Any], torch.Tensor]) -> Any:
    def check(x: Any, y: Any, message: str | None = None, summarize: Any = None, name_: Any = None):
        a, b = pair(x, y)
        wrong = ~holds(a, b)
        if bool(wrong.any()):
            got = f"{int(wrong.sum())} of {wrong.numel()} that are not"
            raise InvalidArgument(
                f"tf.debugging.{name}", f"x must be {words} y", got, message or ""
            )

    check.__name__ = check.__qualname__ = name
    return check


assert_equal = _holding("assert_equal", "equal to", torch.eq)
assert_greater = _holding("assert_greater", "greater than", torch.gt)
assert_less = _holding("assert_less", "less than", torch.lt)


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
