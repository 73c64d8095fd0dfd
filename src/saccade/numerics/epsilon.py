"""Epsilon: the small number that losses, metrics and optimizers keep away from zero with."""

from __future__ import annotations

from saccade.errors import InvalidArgument

_epsilon = 1e-7


def epsilon() -> float:
    """The small number, 1e-7 unless it was set.

    Source: `keras.config.epsilon`.
    """
    return _epsilon


def set_epsilon(value: float) -> None:
    """What `epsilon()` is from now on, in this process.

    Raises:
        InvalidArgument: not a positive number.
    """
    global _epsilon
    number = float(value)
    if not 0 < number < 1:
        raise InvalidArgument("set_epsilon", "must be a number between 0 and 1", repr(value))
    _epsilon = number
