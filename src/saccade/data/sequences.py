"""Sequences: rows of different lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.errors import InvalidArgument, ShapeError


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Rows cut and filled to one length.

    Args:
        sequences: lists or arrays of any length, of things of one shape.
        maxlen: the length; that of the longest when None.
        dtype: of the result.
        padding: where what is missing is filled in, "pre" before the row or "post" after it.
        truncating: where a row that is too long is cut, "pre" at its start or "post" at its end.
        value: what it is filled with.

    Returns:
        (rows, maxlen, ...).

    Raises:
        InvalidArgument: no rows, or another word. ShapeError: things of several shapes.

    Example:
        >>> pad_sequences([[1], [2, 3, 4]], maxlen=2).tolist()
        [[0, 1], [3, 4]]

    Source: `keras.utils.pad_sequences`.
    """
    where = "pad_sequences"
    for name, word in (("padding", padding), ("truncating", truncating)):
        if word not in ("pre", "post"):
            raise InvalidArgument(where, f'{name} must be "pre" or "post"', repr(word))
    try:
        lengths = [len(row) for row in sequences]
    except TypeError:
        raise InvalidArgument(where, "needs a list of lists", repr(sequences)) from None
    if isinstance(value, str) and dtype is not object and np.dtype(dtype).kind not in "USO":
        raise InvalidArgument(where, "dtype must be object for words", repr(dtype))
    first = next((row for row in sequences if len(row)), ())
    shape = np.asarray(first).shape[1:]
    longest = max(lengths, default=0) if maxlen is None else maxlen
    made = np.full((len(lengths), longest, *shape), value, dtype)
    for place, row in enumerate(sequences):
        if not len(row):
            continue
        kept = np.asarray(row[-longest:] if truncating == "pre" else row[:longest], dtype)
        if kept.shape[1:] != shape:
            raise ShapeError(where, f"row {place} must hold things of shape {shape}", kept.shape)
        if padding == "post":
            made[place, : len(kept)] = kept
        else:
            made[place, longest - len(kept) :] = kept
    return made
