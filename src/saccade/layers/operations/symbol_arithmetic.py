"""Arithmetic on symbols: `x + y` is `Add()([x, y])`, `x / 255` is `Rescaling(1 / 255)`(x).

What no such layer does is an operation of `keras.ops`: `x ** 2`, `x[:, 0]`, `x > 0`.
"""

from __future__ import annotations

from typing import Any

from saccade.dtype_policy import global_policy
from saccade.graph import Symbol, values_now
from saccade.layers.merging.elementwise import Add, Multiply, Subtract
from saccade.layers.normalization.rescaling import Rescaling
from saccade.layers.operations import operation
from saccade.names import auto_name

_MERGES = {"+": Add, "-": Subtract, "*": Multiply}
_WORDS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "true_divide",
    "//": "floor_divide",
    "%": "mod",
    "**": "power",
    "@": "matmul",
    ">": "greater",
    ">=": "greater_equal",
    "<": "less",
    "<=": "less_equal",
    "&": "logical_and",
    "|": "logical_or",
    "^": "logical_xor",
    "~": "logical_not",
    "abs": "abs",
    "negative": "negative",
    "[]": "get_item",
}


def operate(sign: str, left: Any, right: Any = None) -> Symbol:
    """The symbol of `left sign right`, one of them a symbol, the other a symbol, number or array.

    Example:
        >>> from saccade.layers import Input
        >>> (Input((4,)) * 2 + 1).shape
        (None, 4)
        >>> (Input((4, 3))[:, 0] ** 2).shape
        (None, 3)
    """
    if (known := values_now()) is not None:
        arguments = [left] if right is None else [left, right]
        return operation.FUNCTIONS[_WORDS[sign]](*known.in_place_of(arguments))
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        if sign in _MERGES and _are_batches(left, right):
            return as_function(_MERGES[sign]())([left, right])
    elif isinstance(left, Symbol) and _is_number(right) and _is_rescaled(sign, left, right):
        if sign == "/" and right:
            return _rescaled("/", 1.0 / right, 0.0)(left)
        if sign in _MERGES:
            scale, offset = {"+": (1.0, right), "-": (1.0, -right), "*": (right, 0.0)}[sign]
            return _rescaled(sign, scale, offset)(left)
    elif sign in _MERGES and _is_number(left) and _is_rescaled(sign, right, left):
        scale, offset = {"+": (1.0, left), "-": (-1.0, left), "*": (left, 0.0)}[sign]
        return _rescaled(sign, scale, offset)(right)
    arguments = [left] if right is None else [left, right]
    return operation.note_call(_WORDS.get(sign, sign), *arguments)


def _rescaled(sign: str, scale: float, offset: float) -> Any:
    """What takes a symbol by a number, under the name that Keras has for the operator."""
    return as_function(Rescaling(scale, offset, name=auto_name(_WORDS[sign])))


def as_function(layer: Any) -> Any:
    """The layer, made to be what the function is that it stands for: it loses masks, and Keras does
    not count it among a model's layers."""
    layer.supports_masking, layer._loses_masks_quietly = False, True
    layer.stands_for_operator = True
    return layer


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_rescaled(sign: str, symbol: Any, number: Any) -> bool:
    """Whether a layer that rescales gives the dtype that the operator has: that of its policy.

    Sizes stay integers, and so do integers by an integer.
    """
    if symbol.samples is not None:
        return False
    becomes_float = "int" in symbol.dtype and (sign == "/" or isinstance(number, float))
    return becomes_float or symbol.dtype == global_policy().compute_dtype


def _are_batches(left: Symbol, right: Symbol) -> bool:
    """Whether a layer that joins takes the two: batches in the dtype of its policy."""
    computed = global_policy().compute_dtype
    return all(one.dtype == computed and len(one.shape) > 1 for one in (left, right))
