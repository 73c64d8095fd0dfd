"""Rectifiers with settings: activations that bend at zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade import activations
from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Pointwise
from saccade.layers.core.weight_options import keep_options, make_weight, options_config


class ReLU(Pointwise):
    """y = min(x, max_value) above `threshold`, negative_slope * (x - threshold) below it.

    Args:
        max_value: the highest value; None for no limit.
        negative_slope: of what lies below the threshold.
        threshold: what is not above it counts as below.

    Input and output: any shape.

    Source: `keras.layers.ReLU`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **placement: Any,
    ):
        super().__init__(**placement)
        self.max_value = max_value if max_value is None else _from_zero(self, max_value=max_value)
        self.negative_slope = _from_zero(self, negative_slope=negative_slope)
        self.threshold = _from_zero(self, threshold=threshold)

    @property
    def casts_integers(self) -> bool:  # type: ignore[override]
        """Whole numbers stay what they are where no slope makes fractions of them."""
        return self.negative_slope != 0

    def call(self, x: torch.Tensor) -> torch.Tensor:
        if x.dtype is torch.bool:
            x = x.to(self._computes_in)
        if not x.is_floating_point():
            y = activations.relu(x.double(), 0.0, self.max_value, self.threshold)
            return y.to(x.dtype)
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


class LeakyReLU(Pointwise):
    """y = x where positive, negative_slope * x elsewhere.

    Args:
        negative_slope: of the negative side; `alpha=`, its older name, is understood.

    Input and output: any shape.

    Source: `keras.layers.LeakyReLU`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, negative_slope: float = 0.3, **placement: Any):
        negative_slope = placement.pop("alpha", negative_slope)
        super().__init__(**placement)
        self.negative_slope = _from_zero(self, negative_slope=negative_slope)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return activations.leaky_relu(x, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(Pointwise):
    """y = x where positive, alpha * (exp(x) - 1) elsewhere.

    Args:
        alpha: how far below zero it goes.

    Input and output: any shape.

    Source: Clevert et al. (2016); `keras.layers.ELU`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, alpha: float = 1.0, **placement: Any):
        super().__init__(**placement)
        self.alpha = alpha

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return activations.elu(x, self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}


class PReLU(Pointwise):
    """y = x where positive, alpha * x elsewhere, with an alpha that is learnt.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: of the slopes.
        shared_axes: the axes along which one slope serves for all, counted with the batch as 0:
            (1, 2) gives each channel of an image one slope.

    Weights: alpha, of the input's shape without the batch, with 1 for each shared axis.

    Input and output: any shape.

    Source: He et al. (2015); `keras.layers.PReLU`.
    """

    keras_module = "keras.layers"
    weightless = False
    alpha_initializer: Any
    alpha_regularizer: Any
    alpha_constraint: Any

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **placement: Any,
    ):
        super().__init__(**placement)
        keep_options(self, alpha=(alpha_initializer, alpha_regularizer, alpha_constraint))
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Shape) -> None:
        shared = self.shared_axes or []
        if any(not 1 <= axis < len(input_shape) for axis in shared):
            raise ShapeError(
                self.where,
                f"shared_axes must be from 1 to {len(input_shape) - 1} for {input_shape}",
                str(shared),
            )
        sizes = [1 if axis in shared else n for axis, n in enumerate(input_shape)][1:]
        known = tuple(n for n in sizes if n is not None)
        if len(known) < len(sizes):
            raise ShapeError(
                self.where,
                "sizes that have slopes of their own must be known",
                str(input_shape),
                "Share the slopes along the others: shared_axes=(1, 2) for images.",
            )
        self.alpha = make_weight(self, "alpha", known)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        shared = self.shared_axes or []
        for axis, size in enumerate(self.alpha.shape, start=1):
            if x.ndim != self.alpha.ndim + 1 or (axis not in shared and x.shape[axis] != size):
                raise ShapeError(
                    self.where,
                    f"input must fit the slopes of shape {tuple(self.alpha.shape)}",
                    str(tuple(x.shape)),
                )
        return torch.relu(x) - self.alpha * torch.relu(-x)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            **options_config(self, "alpha"),
            "shared_axes": self.shared_axes,
        }


def _from_zero(layer: Any, **option: Any) -> float:
    """The one option's value, a number from 0 up."""
    ((name, value),) = option.items()
    if not isinstance(value, (int, float)) or not value >= 0:
        raise InvalidArgument(layer.where, f"{name} must be a number from 0 up", repr(value))
    return value


def ThresholdedReLU(theta: float = 1.0, **placement: Any) -> ReLU:
    """y = x above theta, 0 elsewhere: today's `ReLU(threshold=theta)`, under its name until 2023.

    Source: `keras.layers.ThresholdedReLU` of Keras 2.
    """
    return ReLU(threshold=theta, **placement)
