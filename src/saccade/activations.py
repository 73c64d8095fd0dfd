"""Activation functions, pointwise on tensors of any shape.

Softmax and sigmoid leave a mark on their result that leads back to their input, so that a
cross-entropy can be computed from the logits (see `logits_of`). Any further operation makes a new
tensor, without the mark; a change in place makes the mark stale, which is noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument
from saccade.names import unknown_name


def softmax(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """exp(x) / sum(exp(x)) along `axis`."""
    y = torch.softmax(x, axis)
    _mark(y, x, "softmax", axis % x.ndim)
    return y


def sigmoid(x: torch.Tensor) -> torch.Tensor:
    """1 / (1 + exp(-x))."""
    y = torch.sigmoid(x)
    _mark(y, x, "sigmoid", -1)
    return y


def relu(
    x: torch.Tensor,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> torch.Tensor:
    """x above `threshold`, negative_slope*(x - threshold) below it, at most `max_value`."""
    if negative_slope == 0.0 and threshold == 0.0:
        return torch.relu(x) if max_value is None else torch.clamp(x, 0.0, max_value)
    below = negative_slope * (x - threshold)
    y = torch.where(x >= threshold, x, below)
    return y if max_value is None else torch.clamp(y, max=max_value)


def relu6(x: torch.Tensor) -> torch.Tensor:
    """min(max(x, 0), 6)."""
    return F.relu6(x)


def leaky_relu(x: torch.Tensor, negative_slope: float = 0.2) -> torch.Tensor:
    """x where positive, negative_slope*x elsewhere."""
    return F.leaky_relu(x, negative_slope)


def elu(x: torch.Tensor, alpha: float = 1.0) -> torch.Tensor:
    """x where positive, alpha*(exp(x) - 1) elsewhere."""
    return F.elu(x, alpha)


def selu(x: torch.Tensor) -> torch.Tensor:
    """The scaled ELU of Klambauer et al. (2017)."""
    return F.selu(x)


def gelu(x: torch.Tensor, approximate: bool = False) -> torch.Tensor:
    """x times the normal distribution function at x; by tanh when `approximate`."""
    return F.gelu(x, approximate="tanh" if approximate else "none")


def tanh(x: torch.Tensor) -> torch.Tensor:
    """The hyperbolic tangent."""
    return torch.tanh(x)


def silu(x: torch.Tensor) -> torch.Tensor:
    """x * sigmoid(x), also called swish."""
    return F.silu(x)


def softplus(x: torch.Tensor) -> torch.Tensor:
    """log(1 + exp(x))."""
    return F.softplus(x)


def softsign(x: torch.Tensor) -> torch.Tensor:
    """x / (1 + |x|)."""
    return F.softsign(x)


def hard_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """relu6(x + 3) / 6."""
    return F.hardsigmoid(x)


def hard_silu(x: torch.Tensor) -> torch.Tensor:
    """x * hard_sigmoid(x), also called hard swish."""
    return F.hardswish(x)


def exponential(x: torch.Tensor) -> torch.Tensor:
    """exp(x)."""
    return torch.exp(x)


def mish(x: torch.Tensor) -> torch.Tensor:
    """x * tanh(softplus(x))."""
    return F.mish(x)


def log_softmax(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """log(softmax(x)), computed without leaving the logarithm."""
    return torch.log_softmax(x, axis)


def linear(x: torch.Tensor) -> torch.Tensor:
    """x itself."""
    return x


def _mark(y: torch.Tensor, logits: torch.Tensor, by: str, axis: int) -> None:
    y._logits = (logits, by, axis, _versions(logits, y))  # type: ignore[attr-defined]


def _versions(*tensors: torch.Tensor) -> tuple[int, ...] | None:
    """How often each was changed in place; None where inference mode keeps no count."""
    if any(one.is_inference() for one in tensors):
        return None
    return tuple(one._version for one in tensors)


def logits_of(y: torch.Tensor, by: str) -> torch.Tensor | None:
    """The input of the softmax or sigmoid (`by`) that made `y`, or None.

    None too when either was changed in place since, when it came from another function, or when a
    softmax ran along another axis than the last.
    """
    mark = getattr(y, "_logits", None)
    if mark is None:
        return None
    logits, marked_by, axis, versions = mark
    if marked_by != by or (by == "softmax" and axis != y.ndim - 1):
        return None
    if versions is not None:
        return logits if versions == _versions(logits, y) else None
    again = torch.softmax(logits, -1) if by == "softmax" else torch.sigmoid(logits)
    return logits if torch.equal(again, y) else None


FUNCTIONS: dict[str, Callable[..., torch.Tensor]] = {
    function.__name__: function
    for function in (
        elu,
        exponential,
        gelu,
        hard_sigmoid,
        hard_silu,
        leaky_relu,
        linear,
        log_softmax,
        mish,
        relu,
        relu6,
        selu,
        sigmoid,
        silu,
        softmax,
        softplus,
        softsign,
        tanh,
    )
}
_WORDS = FUNCTIONS | {"swish": silu, "hard_swish": hard_silu}


def get(identifier: Any) -> Callable[..., torch.Tensor]:
    """The function meant by a word ("relu"), None (linear) or a function."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier.lower() not in _WORDS:
            raise unknown_name("activation", identifier, _WORDS)
        return _WORDS[identifier.lower()]
    if callable(identifier):
        return cast(Callable[..., torch.Tensor], identifier)
    raise InvalidArgument("activation", "must be a word or a function", repr(identifier))


def serialize(activation: Callable[..., Any]) -> Any:
    """The word for a function of this module; any other object as it is."""
    name = getattr(activation, "__name__", None)
    return name if name is not None and FUNCTIONS.get(name) is activation else activation


deserialize = get
