"""Arithmetic on symbols: `x + y` is `Add()([x, y])`, `x / 255` is `Rescaling(1 / 255)`(x)."""

from __future__ import annotations

from typing import Any

from saccade.errors import NotSupported
from saccade.graph import Symbol
from saccade.layers.merging import Add, Multiply, Subtract
from saccade.layers.rescaling import Rescaling

_MERGES = {"+": Add, "-": Subtract, "*": Multiply}


def operate(sign: str, left: Any, right: Any) -> Symbol:
    """The symbol of `left sign right`, one of them a symbol, the other a symbol or a number.

    Raises:
        NotSupported: what no layer of Keras's does.

    Example:
        >>> from saccade.layers import Input
        >>> (Input((4,)) * 2 + 1).shape
        (None, 4)
    """
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        if sign in _MERGES:
            return _MERGES[sign]()([left, right])
    elif isinstance(left, Symbol) and isinstance(right, (int, float)):
        if sign == "/" and right:
            return Rescaling(1.0 / right)(left)
        if sign in _MERGES:
            scale, offset = {"+": (1.0, right), "-": (1.0, -right), "*": (right, 0.0)}[sign]
            return Rescaling(scale, offset)(left)
    elif isinstance(right, Symbol) and isinstance(left, (int, float)) and sign in _MERGES:
        scale, offset = {"+": (1.0, left), "-": (-1.0, left), "*": (left, 0.0)}[sign]
        return Rescaling(scale, offset)(right)
    raise NotSupported(
        "a symbol",
        "can be added, subtracted and multiplied with symbols and numbers, and divided by a number",
        f"{type(left).__name__} {sign} {type(right).__name__}",
        "Write a layer of your own, or Lambda(...), for anything else.",
    )
