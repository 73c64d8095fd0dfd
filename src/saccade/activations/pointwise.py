"""Activation functions of one number, applied to each value of a tensor of any shape."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from saccade.numerics.tensors.conversion import takes_arrays


@takes_arrays
def relu(
    x: torch.Tensor,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> torch.Tensor:
    """x above `threshold`, negative_slope*(x - threshold) below it, at most `max_value`."""
    if threshold == 0.0:
        if negative_slope == 0.0 and max_value == 6.0:
            return F.relu6(x)  # one pass over memory, forth and back
        if negative_slope != 0.0 and max_value is None:
            return F.leaky_relu(x, negative_slope)
        y = torch.relu(x)
    else:
        y = torch.where(x > threshold, x, 0.0)
    if max_value is not None:
        y = torch.clamp(y, 0.0, max_value)
    return y if negative_slope == 0.0 else y - negative_slope * torch.relu(threshold - x)


@takes_arrays
def relu6(x: torch.Tensor) -> torch.Tensor:
    """min(max(x, 0), 6)."""
    return F.relu6(x)


@takes_arrays
def leaky_relu(x: torch.Tensor, negative_slope: float = 0.2) -> torch.Tensor:
    """x where positive, negative_slope*x elsewhere."""
    return F.leaky_relu(x, negative_slope)


@takes_arrays
def elu(x: torch.Tensor, alpha: float = 1.0) -> torch.Tensor:
    """x where positive, alpha*(exp(x) - 1) elsewhere."""
    return F.elu(x, alpha)


@takes_arrays
def celu(x: torch.Tensor, alpha: float = 1.0) -> torch.Tensor:
    """x where positive, alpha*(exp(x/alpha) - 1) elsewhere: the slope at 0 is 1 for any alpha."""
    return F.celu(x, alpha)


@takes_arrays
def selu(x: torch.Tensor) -> torch.Tensor:
    """The scaled ELU of Klambauer et al. (2017)."""
    return F.selu(x)


@takes_arrays
def gelu(x: torch.Tensor, approximate: bool = False) -> torch.Tensor:
    """x times the normal distribution function at x; by tanh when `approximate`."""
    return F.gelu(x, approximate="tanh" if approximate else "none")


@takes_arrays
def silu(x: torch.Tensor) -> torch.Tensor:
    """x * sigmoid(x), also called swish."""
    return F.silu(x)


@takes_arrays
def mish(x: torch.Tensor) -> torch.Tensor:
    """x * tanh(softplus(x))."""
    return F.mish(x)


@takes_arrays
def softplus(x: torch.Tensor) -> torch.Tensor:
    """log(1 + exp(x))."""
    return F.softplus(x)


@takes_arrays
def squareplus(x: torch.Tensor, b: float = 4) -> torch.Tensor:
    """(x + sqrt(x*x + b)) / 2."""
    return (x + torch.sqrt(x * x + b)) / 2


@takes_arrays
def sparse_plus(x: torch.Tensor) -> torch.Tensor:
    """0 up to -1, x from 1 on, and the parabola (x + 1)**2 / 4 between."""
    return torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1) ** 2 / 4, x))


@takes_arrays
def softsign(x: torch.Tensor) -> torch.Tensor:
    """x / (1 + |x|)."""
    return F.softsign(x)


@takes_arrays
def tanh(x: torch.Tensor) -> torch.Tensor:
    """The hyperbolic tangent."""
    return torch.tanh(x)


@takes_arrays
def hard_tanh(x: torch.Tensor) -> torch.Tensor:
    """x, at least -1 and at most 1."""
    return F.hardtanh(x)


@takes_arrays
def tanh_shrink(x: torch.Tensor) -> torch.Tensor:
    """x - tanh(x)."""
    return F.tanhshrink(x)


@takes_arrays
def hard_shrink(x: torch.Tensor, threshold: float = 0.5) -> torch.Tensor:
    """x, but 0 where |x| <= threshold."""
    return F.hardshrink(x, threshold)


@takes_arrays
def soft_shrink(x: torch.Tensor, threshold: float = 0.5) -> torch.Tensor:
    """x moved towards 0 by `threshold`, and not past it."""
    return F.softshrink(x, threshold)


@takes_arrays
def threshold(x: torch.Tensor, threshold: float, default_value: float) -> torch.Tensor:
    """x where it is above `threshold`, `default_value` elsewhere."""
    return F.threshold(x, threshold, default_value)


@takes_arrays
def hard_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """relu6(x + 3) / 6."""
    return F.hardsigmoid(x)


@takes_arrays
def log_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """log(sigmoid(x)), computed without leaving the logarithm."""
    return F.logsigmoid(x)


@takes_arrays
def sparse_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """(x + 1) / 2, at least 0 and at most 1."""
    return torch.where(x <= -1, 0.0, torch.where(x >= 1, 1.0, (x + 1) / 2))


@takes_arrays
def hard_silu(x: torch.Tensor) -> torch.Tensor:
    """x * hard_sigmoid(x), also called hard swish."""
    return F.hardswish(x)


@takes_arrays
def exponential(x: torch.Tensor) -> torch.Tensor:
    """exp(x)."""
    return torch.exp(x)


@takes_arrays
def linear(x: torch.Tensor) -> torch.Tensor:
    """x itself."""
    return x
