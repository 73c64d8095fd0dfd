"""Normalisations: bring activations to mean 0 and variance 1, then scale and shift."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade import initializers
from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.checks import refuse
from saccade.layers.layer import Layer
from saccade.variables import Variable


class BatchNormalization(Layer):
    """Normalises each channel over the batch; at rest, with the moving statistics.

    The law, per channel c::

        training:   mean, var = over batch and pixels;  moving += (1 - momentum) * (now - moving)
        at rest:    mean, var = moving_mean, moving_variance
        y = gamma * (x - mean) / sqrt(var + epsilon) + beta

    The variance is the population's (divided by n), for normalising and for the moving one. A
    frozen layer is at rest also while the model trains.

    Args:
        axis: of the channels.
        momentum: how slowly the moving statistics move.
        epsilon: against division by zero.
        center, scale: whether there is a beta, a gamma.

    Weights: gamma, beta, moving_mean, moving_variance, each (channels,).

    Source: Ioffe and Szegedy (2015); `keras.layers.BatchNormalization`.
    """

    keras_module = "keras.layers"
    casts_integers = True
    beta: Variable | None
    gamma: Variable | None

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        renorm: bool = False,
        **placement: Any,
    ):
        super().__init__(**placement)
        refuse(self, synchronized=synchronized, renorm=renorm)
        if not 0 <= momentum <= 1:
            raise InvalidArgument(self.where, "momentum must be in [0, 1]", repr(momentum))
        if epsilon <= 0:
            raise InvalidArgument(self.where, "epsilon must be positive", repr(epsilon))
        self.axis, self.momentum, self.epsilon = axis, momentum, epsilon
        self.center, self.scale = bool(center), bool(scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta = self.gamma = None

    def build(self, input_shape: Shape) -> None:
        channels = input_shape[self.axis]
        if channels is None:
            raise ShapeError(self.where, "the number of channels must be known", str(input_shape))
        shape = (channels,)
        if self.scale:
            self.gamma = self.add_weight(shape, self.gamma_initializer, name="gamma")
        if self.center:
            self.beta = self.add_weight(shape, self.beta_initializer, name="beta")
        self.moving_mean = self.add_weight(
            shape, self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        axis = self.axis % x.ndim
        if x.shape[axis] != self.moving_mean.shape[0]:
            raise ShapeError(
                self.where, f"input must have {self.moving_mean.shape[0]} channels", x.shape[axis]
            )
        # torch wants the channels second; for images that is a view in its fastest layout
        order = [0, axis, *(one for one in range(1, x.ndim) if one != axis)] if axis else None
        x_second = x.permute(order) if order else x
        use_batch = bool(training) and self.trainable
        if use_batch:
            self._move(x_second)
        y_second = F.batch_norm(
            x_second,
            None if use_batch else self.moving_mean,
            None if use_batch else self.moving_variance,
            self.gamma,
            self.beta,
            use_batch,
            0.0,
            self.epsilon,
        )
        if order is None:
            return y_second
        back = [order.index(one) for one in range(x.ndim)]
        return y_second.permute(back)

    @torch.no_grad()
    def _move(self, x_second: torch.Tensor) -> None:
        """Move the statistics towards this batch's; in place, as torch's own layer does."""
        axes = [one for one in range(x_second.ndim) if one != 1]
        variance, mean = torch.var_mean(x_second.float(), axes, correction=0)
        self.moving_mean.lerp_(mean, 1.0 - self.momentum)
        self.moving_variance.lerp_(variance, 1.0 - self.momentum)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "beta_regularizer": None,
            "gamma_regularizer": None,
            "beta_constraint": None,
            "gamma_constraint": None,
            "synchronized": False,
        }
