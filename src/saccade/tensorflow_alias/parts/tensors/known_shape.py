"""Known shape: `tf.TensorShape` and `tf.TensorSpec`, what is known before there are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from saccade.tensorflow_alias.parts.tensors.dtypes import DType, as_dtype


class TensorShape(tuple[Any, ...]):
    """A shape with TensorFlow's words for looking at it; None is a size that may change.

    It is a tuple, and equals lists as well.
    """

    def __new__(cls, dims: Any = ()) -> TensorShape:
        dims = dims if isinstance(dims, Iterable) else (dims,)
        return super().__new__(cls, (None if size is None else int(size) for size in dims))

    @property
    def rank(self) -> int:
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[Any]:
        return list(self)

    def as_list(self) -> list[Any]:
        return list(self)

    def is_fully_defined(self) -> bool:
        return None not in tuple(self)

    def num_elements(self) -> int | None:
        return int(np.prod(self, dtype=np.int64)) if self.is_fully_defined() else None

    numel = num_elements  # torch's word for it

    def concatenate(self, other: Any) -> TensorShape:
        return TensorShape((*self, *TensorShape(other)))

    def is_compatible_with(self, other: Any) -> bool:
        """Whether the two can be the shape of one tensor."""
        others = TensorShape(other)
        return len(self) == len(others) and all(
            a is None or b is None or a == b for a, b in zip(self, others, strict=True)
        )

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return TensorShape(found) if isinstance(place, slice) else found

    def __add__(self, other: Any) -> TensorShape:  # type: ignore[override]
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return tuple.__repr__(self)


class TensorSpec:
    """Shape and dtype of a tensor to come; None in the shape is a size that may change."""

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None):
        self.shape = None if shape is None else TensorShape(shape)
        self.dtype: DType = as_dtype(dtype)
        self.name = name

    def __eq__(self, other: object) -> bool:
        return (
            hasattr(other, "shape")
            and self.dtype == getattr(other, "dtype", None)
            and self.shape == getattr(other, "shape", None)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"
