"""Packing: what a batch holds, put together and taken apart, for users' own `train_step`."""

from __future__ import annotations

from typing import Any

from saccade.errors import DataError


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Take a batch apart: always (x, y, sample_weight), with None for what it lacks.

    x -> (x, None, None); (x,) -> (x, None, None); (x, y) -> (x, y, None).

    Args:
        data: a batch as `train_step` gets it: x, or a tuple or list of one to three parts.

    Returns:
        (x, y, sample_weight).

    Raises:
        DataError: a tuple or list of no parts or of more than three.

    Example:
        >>> unpack_x_y_sample_weight(("x", "y"))
        ('x', 'y', None)

    Source: Keras, `keras.utils.unpack_x_y_sample_weight`.
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise DataError(
            "unpack_x_y_sample_weight",
            "a batch must be x, (x,), (x, y) or (x, y, sample_weight)",
            f"{len(data)} parts",
            "Put several inputs into one list: ([a, b], y).",
        )
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Put a batch together so that `unpack_x_y_sample_weight` gives its parts back.

    (x, None) -> x, or (x,) where x itself is a tuple or list; weights without y are dropped.

    Args:
        x: inputs, an array or a nest of arrays.
        y: targets.
        sample_weight: a weight for each sample; without targets it weighs nothing.

    Returns:
        x, (x,), (x, y) or (x, y, sample_weight).

    Example:
        >>> pack_x_y_sample_weight("x", "y")
        ('x', 'y')

    Source: Keras, `keras.utils.pack_x_y_sample_weight`.
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
