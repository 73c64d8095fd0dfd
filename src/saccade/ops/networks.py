"""Networks: normalisations and losses, in the words of `keras.ops`."""

from __future__ import annotations

from typing import Any

import torch

from saccade.losses import binary_crossentropy as _binary
from saccade.losses import categorical_crossentropy as _categorical
from saccade.losses import sparse_categorical_crossentropy as _sparse
from saccade.numerics.epsilon import epsilon as _epsilon
from saccade.numerics.tensors.conversion import convert_to_tensor, floats
from saccade.numerics.tensors.ops_formulas import log10


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> torch.Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset.

    What has one axis lies along `axis`.
    """
    x = convert_to_tensor(x)

    def along(value: Any) -> torch.Tensor:
        value = convert_to_tensor(value)
        if value.ndim != 1 or axis in (-1, x.ndim - 1):
            return value
        return value.reshape([-1 if one == axis % x.ndim else 1 for one in range(x.ndim)])

    y = (x - along(mean)) * torch.rsqrt(along(variance) + epsilon)
    y = y if scale is None else y * along(scale)
    return y if offset is None else y + along(offset)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> torch.Tensor:
    """Number by number: the last axis stays."""
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    return _binary(target[..., None], output[..., None], from_logits=from_logits)


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    return _categorical(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    return _sparse(target, output, from_logits=from_logits, axis=axis)


def psnr(x1: Any, x2: Any, max_val: float) -> torch.Tensor:
    """20 log10(max_val) - 10 log10(mean squared error)."""
    error = (convert_to_tensor(x1) - convert_to_tensor(x2)).square().mean()
    return 20 * log10(convert_to_tensor(float(max_val))) - 10 * log10(error)


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> torch.Tensor:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, over axes of each sample.

    Args:
        rms_scaling: x / sqrt(variance + epsilon) * gamma instead, an old mistake of Keras's.
    """
    x = floats(x)
    given = x.dtype
    x = x.float() if x.itemsize < 4 else x  # squares of halves overflow
    spread, mean = torch.var_mean(x, axis, correction=0, keepdim=True)
    y = x if rms_scaling else x - mean
    y = y * torch.rsqrt(spread + (_epsilon() if epsilon is None else epsilon))
    gamma, beta = (_along(x, one, axis) for one in (gamma, beta))
    y = y if gamma is None else y * gamma
    return (y if beta is None or rms_scaling else y + beta).to(given)


def _along(x: torch.Tensor, factors: Any, axis: Any) -> torch.Tensor | None:
    """Factors with one number for each place along the axes, in the shape of x."""
    if factors is None:
        return None
    factors = convert_to_tensor(factors)
    if factors.ndim == x.ndim:
        return factors
    axes = {one % x.ndim for one in ((axis,) if isinstance(axis, int) else axis)}
    return factors.reshape([size if one in axes else 1 for one, size in enumerate(x.shape)])
