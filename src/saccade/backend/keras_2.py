"""Functions that Keras 2's `backend` had, and that mean something else under their names today."""

from __future__ import annotations

from typing import Any

import torch

from saccade.numerics.tensors.tensor_functions import convert_to_tensor, torch_dtype
from saccade.ops import networks


def hard_sigmoid(x: Any) -> torch.Tensor:
    """0.2 x + 0.5 between 0 and 1; Keras 3's is x / 6 + 0.5."""
    return (0.2 * convert_to_tensor(x) + 0.5).clamp(0.0, 1.0)


def sqrt(x: Any) -> torch.Tensor:
    """The root of x, and 0 below it."""
    return convert_to_tensor(x).clamp(min=0.0).sqrt()


def repeat(x: Any, n: int) -> torch.Tensor:
    """Each row n times: (samples, features) to (samples, n, features)."""
    return convert_to_tensor(x).unsqueeze(1).repeat(1, n, 1)


def relu(
    x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> torch.Tensor:
    """x from the threshold up, at most max_value; below it alpha * (x - threshold)."""
    x = convert_to_tensor(x)
    above = x if max_value is None else x.clamp(max=max_value)
    return torch.where(x >= threshold, above, alpha * (x - threshold))


def tile(x: Any, n: Any) -> torch.Tensor:
    """x so many times along each axis; one number is for the last axis."""
    x = convert_to_tensor(x)
    times = [int(n)] if isinstance(n, int) else [int(one) for one in n]
    return x.repeat([1] * (x.ndim - len(times)) + times)


def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.ones_like(x, dtype=None if dtype is None else torch_dtype(dtype))


def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> torch.Tensor:
    x = convert_to_tensor(x)
    return torch.zeros_like(x, dtype=None if dtype is None else torch_dtype(dtype))


def sparse_categorical_crossentropy(
    target: Any,
    output: Any,
    from_logits: bool = False,
    axis: int = -1,
    ignore_class: int | None = None,
) -> torch.Tensor:
    """One number a sample; 0 where the class is the one to ignore."""
    if ignore_class is None:
        return networks.sparse_categorical_crossentropy(target, output, from_logits, axis)
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    ignored = target == ignore_class
    target = torch.where(ignored, 0, target)
    found = networks.sparse_categorical_crossentropy(target, output, from_logits, axis)
    return torch.where(ignored.reshape(found.shape), 0.0, found)
