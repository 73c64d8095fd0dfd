"""Normalisation by the root of the mean square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer import Layer
from saccade.layers.normalization.batch_normalization import positive
from saccade.numerics.tensors.conversion import wide


class RMSNormalization(Layer):
    """y = scale * x / sqrt(mean(x**2) + epsilon), the mean of each row along its axes.

    Args:
        axis: the axis, or several; the batch's own can't be among them.
        epsilon: against division by zero.

    Input and output: any shape. Weights: scale, of the sizes of the axes.

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Source: Zhang and Sennrich (2019); `keras.layers.RMSNormalization`.
    """

    keras_module = "keras.layers"
    casts_integers = True

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **placement: Any):
        super().__init__(**placement)
        axes = [axis] if isinstance(axis, int) else list(axis)
        if not axes or 0 in axes or not all(isinstance(one, int) for one in axes):
            raise InvalidArgument(
                self.where, "axis must be an integer other than 0, or several", repr(axis)
            )
        self.axis = axis if isinstance(axis, int) else axes
        self._axes = sorted(axes)
        self.epsilon = positive(self, "epsilon", epsilon)

    def build(self, input_shape: Shape) -> None:
        self._check(input_shape)
        sizes = tuple(input_shape[axis] for axis in self._axes)
        if None in sizes:
            raise ShapeError(self.where, "the sizes along axis must be known", str(input_shape))
        self.scale = self.add_weight(shape=sizes, initializer="ones", autocast=False, name="scale")

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self._check(x.shape)
        x_wide = wide(x)
        y = x_wide * torch.rsqrt(x_wide.square().mean(self._axes, keepdim=True) + self.epsilon)
        places = [axis % x.ndim for axis in self._axes]
        shape = [n if axis in places else 1 for axis, n in enumerate(x.shape)]
        return (y * self.scale.reshape(shape)).to(x.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self._check(input_shape)
        return tuple(input_shape)

    def _check(self, shape: Any) -> None:
        if any(not -len(shape) <= axis < len(shape) for axis in self._axes):
            raise ShapeError(self.where, f"input must have axis {self.axis}", str(tuple(shape)))

    def get_config(self) -> dict[str, Any]:
        # Keras's `build` makes a list of it.
        axis = [self.axis] if self.built and isinstance(self.axis, int) else self.axis
        return {**super().get_config(), "axis": axis, "epsilon": self.epsilon}
