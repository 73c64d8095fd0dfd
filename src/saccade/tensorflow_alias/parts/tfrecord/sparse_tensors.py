"""Sparse tensors: rows of different lengths, as parsing gives them."""

from __future__ import annotations

from typing import Any, Self

import torch

from saccade.tensorflow_alias.parts.images.files import Content
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


class SparseTensor:
    """Values at their places; what is at no place is 0, or no bytes.

    Args:
        indices: int64 (values, axes).
        values: a tensor (values,), or a list of bytes.
        dense_shape: the sizes of all axes.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any):
        self.indices = torch.as_tensor(indices, dtype=torch.int64)
        self.values = values if torch.is_tensor(values) or _are_bytes(values) else tensor_of(values)
        self.dense_shape = torch.as_tensor(dense_shape, dtype=torch.int64)

    @property
    def shape(self) -> torch.Size:
        return torch.Size(self.dense_shape.tolist())

    @classmethod
    def of_row(cls, values: Any) -> Self:
        """One row."""
        return cls(torch.arange(len(values))[:, None], values, [len(values)])

    @classmethod
    def of_rows(cls, rows: list[Any]) -> Self:
        """Several rows, each a sparse tensor of one axis."""
        places = [
            torch.stack([torch.full((len(row.values),), number), row.indices[:, 0]], 1)
            for number, row in enumerate(rows)
        ]
        values = [row.values for row in rows]
        if torch.is_tensor(values[0]):
            flat: Any = torch.cat(values)
        else:
            flat = [value for row in values for value in row]
        return cls(torch.cat(places), flat, [len(rows), max(map(len, values))])


def to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: Any = None
) -> Any:
    """All places filled: a tensor, or lists of bytes.

    Args:
        default_value: for what is at no place; None is 0, or no bytes.
    """
    if not isinstance(sp_input, SparseTensor):
        return sp_input
    if torch.is_tensor(sp_input.values):
        full = sp_input.values.new_full(sp_input.shape, default_value or 0)
        full[tuple(sp_input.indices.T)] = sp_input.values
        return full
    empty = Content(
        default_value.encode() if isinstance(default_value, str) else default_value or b""
    )
    rows: Any = _empty(list(sp_input.shape), empty)
    for place, value in zip(sp_input.indices.tolist(), sp_input.values, strict=True):
        row = rows
        for axis in place[:-1]:
            row = row[axis]
        row[place[-1]] = value
    return rows


def _empty(shape: list[int], value: Any) -> Any:
    return [_empty(shape[1:], value) for _ in range(shape[0])] if shape else value


def _are_bytes(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(one, bytes) for one in values)
