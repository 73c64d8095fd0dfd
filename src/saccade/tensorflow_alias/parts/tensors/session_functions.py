"""Session functions: those of TensorFlow 1 that have no name of today's that takes the same.

`tf.to_float(x)` is `tf.cast(x, tf.float32)` today, `tf.assign(w, value)` is `w.assign(value)`.
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.tensorflow_alias.parts.tensors.arithmetic import divide
from saccade.tensorflow_alias.parts.tensors.tensors import cast, pair


def to_float(x: Any, name: str | None = None) -> torch.Tensor:
    """x in float32."""
    return cast(x, "float32")


def to_double(x: Any, name: str | None = None) -> torch.Tensor:
    """x in float64."""
    return cast(x, "float64")


def to_int32(x: Any, name: str | None = None) -> torch.Tensor:
    """x in int32; fractions are cut off."""
    return cast(x, "int32")


def to_int64(x: Any, name: str | None = None) -> torch.Tensor:
    """x in int64; fractions are cut off."""
    return cast(x, "int64")


def div(x: Any, y: Any, name: str | None = None) -> torch.Tensor:
    """x / y as Python 2 divided: integers are rounded down, floats are not.

    Source: `tf.compat.v1.div`.
    """
    first, second = pair(x, y)
    return divide(first, second) if first.is_floating_point() else first // second


def assign(ref: Any, value: Any, *_: Any, **__: Any) -> Any:
    """Give a weight this value; the weight."""
    ref.assign(value)
    return ref


def assign_add(ref: Any, value: Any, *_: Any, **__: Any) -> Any:
    """Add to a weight; the weight."""
    ref.assign_add(value)
    return ref


def assign_sub(ref: Any, value: Any, *_: Any, **__: Any) -> Any:
    """Take from a weight; the weight."""
    ref.assign_sub(value)
    return ref
