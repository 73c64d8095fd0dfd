"""Dtypes: `tf.float32` and the others, which compare equal to torch's, NumPy's and their names."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.names import unknown_name


class DType:
    """A kind of numbers.

    It can be given as `dtype=` to TensorFlow's names, to saccade and to NumPy, and it equals
    torch's and NumPy's dtype and its own name.

    Attributes:
        name: "float32".
        torch: torch's dtype; None for "string", which torch does not have.
    """

    def __init__(self, name: str):
        self.name = name
        self.torch: torch.dtype | None = None if name == "string" else getattr(torch, name)

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's; it looks for this attribute where it is given as `dtype=`."""
        return np.dtype({"string": object, "bfloat16": np.float32}.get(self.name, self.name))

    @property
    def as_numpy_dtype(self) -> type:
        return self.dtype.type

    @property
    def base_dtype(self) -> DType:
        return self

    @property
    def size(self) -> int:
        """Bytes of one number."""
        return 1 if self.torch is None else self.torch.itemsize

    @property
    def is_floating(self) -> bool:
        return self.torch is not None and self.torch.is_floating_point

    @property
    def is_integer(self) -> bool:
        return "int" in self.name

    @property
    def is_unsigned(self) -> bool:
        return self.name.startswith("uint")

    @property
    def is_bool(self) -> bool:
        return self.name == "bool"

    @property
    def is_complex(self) -> bool:
        return self.name.startswith("complex")

    @property
    def max(self) -> Any:
        return self._limit("max")

    @property
    def min(self) -> Any:
        return self._limit("min")

    def _limit(self, which: str) -> Any:
        assert self.torch is not None
        if not self.is_floating:
            return getattr(torch.iinfo(self.torch), which)
        return self.as_numpy_dtype(getattr(torch.finfo(self.torch), which))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DType):
            return self.name == other.name
        if isinstance(other, torch.dtype):
            return self.torch is other
        try:
            return self.name == as_dtype(other).name
        except (TypeError, ValueError):
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"


float16, float32, float64 = DType("float16"), DType("float32"), DType("float64")
bfloat16 = DType("bfloat16")
int8, int16, int32, int64 = DType("int8"), DType("int16"), DType("int32"), DType("int64")
uint8, uint16, uint32, uint64 = DType("uint8"), DType("uint16"), DType("uint32"), DType("uint64")
complex64, complex128 = DType("complex64"), DType("complex128")
bool_, string = DType("bool"), DType("string")
half, double = float16, float64

ALL = {
    one.name: one
    for one in (
        *(float16, float32, float64, bfloat16, int8, int16, int32, int64),
        *(uint8, uint16, uint32, uint64, complex64, complex128, bool_, string),
    )
}


_BY_NUMBER = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 9: "int64", 10: "bool"}
"""TensorFlow's numbers of dtypes, which `tf.zeros(1, 1)` gives by its second place."""


def as_dtype(kind: Any) -> DType:
    """The dtype that a name, torch's or NumPy's dtype, or a Python type stands for.

    Raises:
        UnknownName: there is no such dtype.
    """
    if isinstance(kind, DType):
        return kind
    given: Any = kind
    numbered = _BY_NUMBER.get(given) if type(given) is int else None
    if numbered is not None:
        return ALL[numbered]
    if kind is str or kind is bytes:
        return string
    if isinstance(kind, torch.dtype):
        word = str(kind).removeprefix("torch.")
    elif isinstance(kind, str):
        word = {"half": "float16", "double": "float64"}.get(kind, kind)
    else:
        word = {float: "float32", int: "int32"}.get(kind) or np.dtype(kind).name
        word = "string" if word.startswith("str") or word == "object" else word
    if word not in ALL:
        raise unknown_name("dtype", word, ALL)
    return ALL[word]


def torch_dtype(kind: Any) -> torch.dtype | None:
    """The same as torch's dtype; None for None and for strings."""
    return None if kind is None else as_dtype(kind).torch
