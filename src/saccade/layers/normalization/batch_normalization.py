"""Batch normalisation: the statistics are those of the batch, or moving ones."""

from __future__ import annotations

from typing import Any

import torch

from saccade import initializers
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.graph import Shape
from saccade.layers.core.checks import refuse
from saccade.layers.core.layer import Layer
from saccade.layers.core.weight_options import keep_options, make_weight, options_config
from saccade.names import brought_by
from saccade.numerics.epsilon import epsilon
from saccade.numerics.tensors.conversion import wide
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
        momentum: how slowly the moving statistics move, in [0, 1].
        epsilon: against division by zero.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer:
            see `saccade.initializers`.
        beta_regularizer, gamma_regularizer: what the weights add to the loss.
        beta_constraint, gamma_constraint: what the weights fulfil after every step.

    Input: any shape with a known number of channels, float32. Output: the same shape.
    Weights: gamma, beta, moving_mean, moving_variance, each (channels,).

    Raises:
        InvalidArgument: an argument that cannot work. NotSupported: Keras's `renorm` and
        `synchronized`. ShapeError: an input that does not fit.

    Example:
        >>> layer = BatchNormalization(momentum=0.9)
        >>> _ = layer(torch.tensor([[1.0], [3.0]]), training=True)
        >>> layer.moving_mean.numpy().round(3)
        array([0.2], dtype=float32)

    Source: Ioffe and Szegedy (2015); `keras.layers.BatchNormalization`.
    """

    keras_module = "keras.layers"
    supports_masking = True
    casts_integers = True
    _has_own_moments = False

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls._has_own_moments |= "_moments" in brought_by(cls, BatchNormalization)

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
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **placement: Any,
    ):
        virtual_batch_size = placement.pop("virtual_batch_size", None)  # tf.keras 2 had it
        super().__init__(**placement)
        refuse(
            self,
            renorm=renorm,
            renorm_clipping=renorm_clipping,
            synchronized=synchronized,
            virtual_batch_size=virtual_batch_size,
        )
        if renorm_momentum != 0.99:  # Keras's default, which it writes into every file
            raise NotSupported(self.where, "renorm_momentum is not supported", renorm_momentum)
        self.axis = axis_of(self, axis)
        self.momentum, self.epsilon = momentum, positive(self, "epsilon", epsilon)
        if isinstance(momentum, bool) or not 0 <= momentum <= 1:
            raise InvalidArgument(self.where, "momentum must be in [0, 1]", repr(momentum))
        self.center, self.scale = bool(center), bool(scale)
        keep_options(
            self,
            beta=(beta_initializer, beta_regularizer, beta_constraint),
            gamma=(gamma_initializer, gamma_regularizer, gamma_constraint),
        )
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta: Variable | None = None
        self.gamma: Variable | None = None

    def build(self, input_shape: Shape) -> None:
        shape = (channels_on(self, input_shape, self.axis),)
        if self.scale:
            self.gamma = make_weight(self, "gamma", shape, autocast=False)
        if self.center:
            self.beta = make_weight(self, "beta", shape, autocast=False)
        self.moving_mean = self.add_weight(
            shape=shape,
            initializer=self.moving_mean_initializer,
            trainable=False,
            autocast=False,
            name="moving_mean",
        )
        self.moving_variance = self.add_weight(
            shape=shape,
            initializer=self.moving_variance_initializer,
            trainable=False,
            autocast=False,
            name="moving_variance",
        )

    def call(self, x: torch.Tensor, training: bool = False, mask: Any = None) -> torch.Tensor:
        check_channels(self, x.shape, self.axis, self.moving_mean.shape[0])
        # torch wants the channels second: for images, channels last, a view in its fastest layout.
        x_second = x.movedim(self.axis, 1)
        if mask is not None and mask.ndim != x.ndim - 1:
            needed = f"mask must have {x.ndim - 1} axes: one value for all channels of a place"
            raise ShapeError(self.where, needed, str(tuple(mask.shape)))
        if training and self.trainable and (mask is not None or self._has_own_moments):
            y_second = self._normalise_by_moments(x_second, *self._moments(x, mask))
        else:
            y_second = self.normalised(x_second, training)
        return y_second.movedim(1, self.axis)

    def normalised(self, x_second: torch.Tensor, training: bool) -> torch.Tensor:
        """The layer's function of arrays (batch, channels, ...)."""
        if training and self.trainable:
            return self._normalise_by_batch(x_second)
        return torch.batch_norm(
            x_second,
            self.gamma,
            self.beta,
            self.moving_mean,
            self.moving_variance,
            False,
            0.0,
            self.epsilon,
            torch.backends.cudnn.enabled,
        )

    def _normalise_by_batch(self, x_second: torch.Tensor) -> torch.Tensor:
        """Normalise by the batch's statistics, and move the moving ones in the same call.

        torch moves the variance by var * n / (n - 1), Keras by var. With a the variance before and
        b after torch's move, the one wanted is b + (momentum * a - b) / n.
        """
        n = x_second.numel() // x_second.shape[1]
        # `.data`, because the gradient holds on to what it is given and counts its changes, though
        # it never reads the moving statistics of a batch that was normalised by its own.
        mean, variance = self.moving_mean.data, self.moving_variance.data
        before = variance * self.momentum
        y_second = torch.batch_norm(
            x_second,
            self.gamma,
            self.beta,
            mean,
            variance,
            True,
            1.0 - self.momentum,
            self.epsilon,
            torch.backends.cudnn.enabled,
        )
        if n > 1:
            self.moving_variance.data.lerp_(before, 1.0 / n)
        else:
            self.moving_variance.data.copy_(
                before
            )  # one number varies by 0, where torch divides by 0
        return y_second

    def _moments(self, inputs: torch.Tensor, mask: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and variance of each channel, of those places where the mask is not 0.

        Keras calls it so, and a subclass of the user's may override it.
        """
        x = wide(inputs.movedim(self.axis, 1))
        axes = (0, *range(2, x.ndim))
        if mask is None:
            return x.mean(axes), x.var(axes, correction=0)
        counts = mask.bool().unsqueeze(-1).movedim(self.axis, 1).expand(x.shape)
        number = counts.to(x.dtype).sum(axes) + epsilon()
        shape = (1, -1, *[1] * (x.ndim - 2))
        mean = torch.where(counts, x, 0.0).sum(axes) / number
        apart = torch.where(counts, x - mean.reshape(shape), 0.0)
        return mean, apart.square().sum(axes) / number

    def _normalise_by_moments(
        self, x_second: torch.Tensor, mean: torch.Tensor, variance: torch.Tensor
    ) -> torch.Tensor:
        """Normalise by these statistics of the batch, and move the moving ones."""
        x, mean, variance = wide(x_second), mean.reshape(-1), variance.reshape(-1)
        shape = (1, -1, *[1] * (x.ndim - 2))
        with torch.no_grad():
            for moving, seen in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.data.lerp_(seen.detach().to(moving.dtype), 1.0 - self.momentum)
        y = (x - mean.reshape(shape)) * torch.rsqrt(variance + self.epsilon).reshape(shape)
        y = y if self.gamma is None else y * self.gamma.reshape(shape)
        y = y if self.beta is None else y + self.beta.reshape(shape)
        return y.to(x_second.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        size = self.moving_mean.shape[0] if self.built else None
        check_channels(self, input_shape, self.axis, size)
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **options_config(self, "beta", "gamma"),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "renorm": False,
            "renorm_clipping": None,
            "renorm_momentum": 0.99,
            "synchronized": False,
        }


def axis_of(layer: Any, axis: Any) -> int:
    """The axis of the channels, checked; the batch's own can't be it."""
    if isinstance(axis, (list, tuple)) and len(axis) == 1:
        axis = axis[0]  # tf.keras 2 wrote it so
    if not isinstance(axis, int) or isinstance(axis, bool) or axis == 0:
        raise InvalidArgument(layer.where, "axis must be an integer other than 0", repr(axis))
    return axis


def positive(layer: Any, name: str, value: Any) -> float:
    """The number, checked."""
    if isinstance(value, bool) or not value > 0:
        raise InvalidArgument(layer.where, f"{name} must be positive", repr(value))
    return value


def channels_on(layer: Any, shape: Shape, axis: int) -> int:
    """How many channels there are along the axis.

    Raises:
        ShapeError: there is no such axis, or its size is not known.
    """
    check_channels(layer, shape, axis, None)
    size = shape[axis]
    if size is None:
        raise ShapeError(layer.where, "the number of channels must be known", str(shape))
    return size


def check_channels(layer: Any, shape: Any, axis: int, needed: int | None) -> None:
    """Raise unless the shape has the axis, after the batch, with so many channels (None: any)."""
    if not axis % max(len(shape), 1) >= 1 or not -len(shape) <= axis < len(shape):
        raise ShapeError(
            layer.where, f"input must have an axis {axis} after the batch", str(tuple(shape))
        )
    if needed is not None and shape[axis] not in (None, needed):
        raise ShapeError(
            layer.where,
            f"input must have {needed} channels",
            f"{shape[axis]} in {tuple(shape)}",
        )
