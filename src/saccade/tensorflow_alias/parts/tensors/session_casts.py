"""Session casts: TensorFlow 1's `tf.to_float(x)` and its brothers, which `tf.cast` took over."""

from __future__ import annotations

from typing import Any

import torch

from saccade.tensorflow_alias.parts.tensors.tensors import cast


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
