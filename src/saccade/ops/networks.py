"""Networks: normalisations and losses, in the words of `keras.ops`."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import NotSupported
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

    Raises:
        NotSupported: rms_scaling.
    """
    if rms_scaling:
        raise NotSupported("ops.layer_normalization", "rms_scaling is not supported", "True")
    x = floats(x)
    spread, mean = torch.var_mean(x, axis, correction=0, keepdim=True)
    y = (x - mean) * torch.rsqrt(spread + (_epsilon() if epsilon is None else epsilon))
    y = y if gamma is None else y * convert_to_tensor(gamma)
    return y if beta is None else y + convert_to_tensor(beta)
