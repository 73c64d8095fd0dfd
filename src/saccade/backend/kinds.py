"""Kinds of numbers: their names, and which one several meet in, in the words of Keras."""

from __future__ import annotations

from functools import reduce
from typing import Any

import torch

from saccade.names import unknown_name

_FLOATS = ("bfloat16", "float16", "float32", "float64")
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_ALL = (*_FLOATS, *_INTEGERS, "bool", "string", "complex64", "complex128",
        "float8_e4m3fn", "float8_e5m2")  # fmt: skip
_OF_PYTHON: dict[Any, str] = {bool: "bool", int: "int32", float: "float32", str: "string"}
_WEAK = {"int": int, "float": float, bool: "bool"}


def standardize_dtype(dtype: Any) -> str:
    """The name of a kind of numbers: of torch's, NumPy's or Python's own, "float32" for None.

    Raises:
        UnknownName: there is none of that name (a ValueError).
    """
    if dtype is None:
        return "float32"
    if isinstance(dtype, type) and dtype in _OF_PYTHON:
        return _OF_PYTHON[dtype]
    word = getattr(dtype, "name", None) or getattr(dtype, "__name__", None)
    word = word or str(dtype).removeprefix("torch.")
    word = {"int": "int32", "float": "float32"}.get(word, word)
    if word not in _ALL:
        raise unknown_name("dtype", word, _ALL)
    return word


def is_float_dtype(dtype: Any) -> bool:
    """Whether numbers of this kind have fractions."""
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Whether numbers of this kind are whole."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


def result_type(*dtypes: Any) -> str:
    """The kind in which numbers of several kinds meet.

    Python's own `int` and `float` give way to kinds of a size; a fraction that meets whole numbers
    of any size is "float32".

    Example:
        >>> result_type("uint8", int), result_type("int64", float), result_type("uint8", "int8")
        ('uint8', 'float32', 'int16')

    Source: `keras.backend.result_type`; the lattice of `jax.numpy.result_type`.
    """
    if not dtypes:
        return "float32"
    weak = [given for given in (_WEAK.get(one, one) for one in dtypes) if given in (int, float)]
    sized = [standardize_dtype(one) for one in dtypes if _WEAK.get(one, one) not in (int, float)]
    if not sized:
        return "float32" if float in weak else "int32"
    found = reduce(_met, sized)
    if float in weak and not found.startswith(("float", "bfloat", "complex")):
        return "float32"
    return "int32" if weak and found == "bool" else found


def _met(first: str, second: str) -> str:
    if first == second:
        return first
    pair = {first, second}
    if pair <= set(_INTEGERS) and len({one[0] for one in pair}) == 2:  # with a sign and without
        signed, unsigned = sorted(pair, key=lambda one: one[0])
        bits = max(int(signed[3:]), min(2 * int(unsigned[4:]), 128))
        return f"int{bits}" if bits <= 64 else "float32"
    if pair <= set(_INTEGERS):
        return max(pair, key=lambda one: int(one.lstrip("uint")))
    floats = pair & set(_FLOATS)
    if len(floats) == 1 and (pair - floats) <= {*_INTEGERS, "bool"}:
        return floats.pop()
    if "bool" in pair and pair & set(_INTEGERS):
        return (pair - {"bool"}).pop()
    met = torch.promote_types(getattr(torch, first), getattr(torch, second))
    return str(met).removeprefix("torch.")
