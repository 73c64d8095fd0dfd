"""Normalisations of each image or row by itself: the same while training and at rest."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, ShapeError, WrongKind
from saccade.graph import Shape
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.layer import Layer
from saccade.layers.core.weight_options import keep_options, make_weight, options_config
from saccade.layers.normalization.batch_normalization import (
    axis_of,
    channels_on,
    check_channels,
    positive,
)
from saccade.numerics.tensors.conversion import wide
from saccade.variables import Variable


class _ScaledNormalization(Layer):
    """A normalisation with a gamma and a beta."""

    casts_integers = True
    supports_masking = True

    def __init__(
        self,
        epsilon: float,
        center: bool,
        scale: bool,
        beta: tuple[Any, Any, Any],
        gamma: tuple[Any, Any, Any],
        **placement: Any,
    ):
        super().__init__(**placement)
        # Inputs and weights come as they are: above 65,504 float16 has no numbers, but what is
        # normalised has. The result is cast.
        self.autocast = False
        self.epsilon = positive(self, "epsilon", epsilon)
        self.center, self.scale = bool(center), bool(scale)
        keep_options(self, beta=beta, gamma=gamma)
        self.beta: Variable | None = None
        self.gamma: Variable | None = None

    def _make_weights(self, shape: tuple[int, ...]) -> None:
        if self.scale:
            self.gamma = make_weight(self, "gamma", shape, autocast=False)
        if self.center:
            self.beta = make_weight(self, "beta", shape, autocast=False)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **options_config(self, "beta", "gamma"),
        }


class LayerNormalization(_ScaledNormalization):
    """Normalises each row over its last axis, or over other axes.

    The law, with mean and variance (divided by n) over the axes, for each row alone::

        y = gamma * (x - mean) / sqrt(var + epsilon) + beta

    Args:
        axis: the axis, or several; the batch's own can't be among them.
        epsilon: against division by zero.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer: see `saccade.initializers`.
        beta_regularizer, gamma_regularizer: what the weights add to the loss.
        beta_constraint, gamma_constraint: what the weights fulfil after every step.
        rms_scaling: y = gamma * x / sqrt(var + epsilon) instead, with a gamma and without a beta,
            whatever `center` and `scale` say; an old mistake of Keras's, for models that have it.

    Weights: gamma, beta, of the sizes of the axes in the order of the input.

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Source: Ba, Kiros and Hinton (2016); `keras.layers.LayerNormalization`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        axis: int | tuple[int, ...] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        *,
        rms_scaling: bool = False,
        **placement: Any,
    ):
        super().__init__(
            epsilon,
            center,
            scale,
            (beta_initializer, beta_regularizer, beta_constraint),
            (gamma_initializer, gamma_regularizer, gamma_constraint),
            **placement,
        )
        self.rms_scaling = bool(rms_scaling)
        self.axis = _axes_of(self, axis)

    def build(self, input_shape: Shape) -> None:
        places = _places(self, input_shape, self.axis)
        sizes = tuple(channels_on(self, input_shape, place) for place in places)
        if self.rms_scaling:
            self.gamma = make_weight(self, "gamma", sizes, autocast=False)
        else:
            self._make_weights(sizes)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        places = _places(self, x.shape, self.axis)
        sizes = [x.shape[place] for place in places]
        weight = self.gamma if self.gamma is not None else self.beta
        if weight is not None and list(weight.shape) != sizes:
            raise ShapeError(
                self.where,
                f"input must have sizes {tuple(weight.shape)} on axis {self.axis}",
                str(tuple(x.shape)),
            )
        last = list(range(x.ndim - len(places), x.ndim))
        moved = x if places == last else x.movedim(places, last)
        # In float32 also where the policy has half the bits, as Keras does: squares overflow.
        x = wide(moved)
        if self.rms_scaling:
            variance = x.var([*range(x.ndim - len(places), x.ndim)], correction=0, keepdim=True)
            y = x * torch.rsqrt(variance + self.epsilon)
            y = y if self.gamma is None else y * self.gamma
        else:
            y = F.layer_norm(x, sizes, _like(x, self.gamma), _like(x, self.beta), self.epsilon)
        y = y.to(self._computes_in)
        return y if places == last else y.movedim(last, places)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        _places(self, input_shape, self.axis)
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        # Keras's `build` makes a list of it.
        axis = [self.axis] if self.built and isinstance(self.axis, int) else self.axis
        return {**super().get_config(), "axis": axis, "rms_scaling": self.rms_scaling}


class GroupNormalization(_ScaledNormalization):
    """Normalises each image over its pixels and over groups of channels.

    The law, with mean and variance (divided by n) over pixels and a group's channels, for each
    image alone::

        y = gamma[c] * (x - mean) / sqrt(var + epsilon) + beta[c]

    Args:
        groups: how many; they divide the channels. -1: one for each channel.
        axis: of the channels.
        epsilon: against division by zero.
        center, scale: whether there is a beta, a gamma.
        beta_initializer, gamma_initializer: see `saccade.initializers`.
        beta_regularizer, gamma_regularizer: what the weights add to the loss.
        beta_constraint, gamma_constraint: what the weights fulfil after every step.

    Weights: gamma, beta, each (channels,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Source: Wu and He (2018); `keras.layers.GroupNormalization`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **placement: Any,
    ):
        super().__init__(
            epsilon,
            center,
            scale,
            (beta_initializer, beta_regularizer, beta_constraint),
            (gamma_initializer, gamma_regularizer, gamma_constraint),
            **placement,
        )
        self.groups = groups if groups == -1 else positive_integer(self, "groups", groups)
        self.axis = axis_of(self, axis)
        self._channels: int | None = None

    def build(self, input_shape: Shape) -> None:
        channels = channels_on(self, input_shape, self.axis)
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ShapeError(
                self.where, f"channels must be a multiple of groups={self.groups}", channels
            )
        self._make_weights((channels,))
        self._channels = channels

    def call(self, x: torch.Tensor) -> torch.Tensor:
        check_channels(self, x.shape, self.axis, self._channels)
        x_second = wide(x.movedim(self.axis, 1))  # see LayerNormalization
        if self.gamma is None or (torch.is_grad_enabled() and not x.requires_grad):
            y_second = self._normalise_then_scale(x_second)
        else:
            weights = _like(x_second, self.gamma), _like(x_second, self.beta)
            y_second = torch.group_norm(x_second, self.groups, *weights, self.epsilon)
        return y_second.to(self._computes_in).movedim(1, self.axis)

    def _normalise_then_scale(self, x_second: torch.Tensor) -> torch.Tensor:
        """In steps: the gradient of torch 2.13's one call fails for a beta without a gamma, and
        crashes for channels last where the weights have a gradient and the input has none."""
        sizes = (-1, *[1] * (x_second.ndim - 2))
        y_second = torch.group_norm(x_second, self.groups, None, None, self.epsilon)
        if self.gamma is not None:
            y_second = y_second * self.gamma.view(sizes)
        return y_second if self.beta is None else y_second + self.beta.view(sizes)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        check_channels(self, input_shape, self.axis, self._channels)
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups, "axis": self.axis}


class UnitNormalization(Layer):
    """Divides each row by its length: y = x / max(sqrt(sum(x**2)), 1e-12) over the axes.

    Args:
        axis: the axis, or several; the batch's own can't be among them.

    Source: `keras.layers.UnitNormalization`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"
    joins_lists = True
    supports_masking = True
    casts_integers = True
    weightless = True

    def __init__(self, axis: int | tuple[int, ...] = -1, **placement: Any):
        super().__init__(**placement)
        self.axis = _axes_of(self, axis)

    def build(self, input_shape: Shape) -> None:
        _places(self, input_shape, self.axis)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        places = _places(self, x.shape, self.axis)
        length = torch.linalg.vector_norm(x, dim=places, keepdim=True)
        return x / length.clamp_min(1e-12)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        _places(self, input_shape, self.axis)
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


def _like(x: torch.Tensor, weight: Any) -> Any:
    """A weight in the precision of x; None for none."""
    return weight if weight is None or weight.dtype is x.dtype else weight.to(x.dtype)


def _axes_of(layer: Any, axis: Any) -> int | list[int]:
    """One axis as an integer, several as a list, checked."""
    if not isinstance(axis, (int, list, tuple)):
        raise WrongKind(layer.where, "axis must be an integer or several", repr(axis))
    if isinstance(axis, int):
        return axis_of(layer, axis)
    if not axis:
        raise InvalidArgument(layer.where, "axis must be an integer or several", repr(axis))
    return [axis_of(layer, one) for one in axis]


def _places(layer: Any, shape: Any, axis: int | list[int]) -> list[int]:
    """The axes counted from the front, in the order of the input."""
    axes = axis if isinstance(axis, list) else [axis]
    for one in axes:
        check_channels(layer, shape, one, None)
    places = sorted(one % len(shape) for one in axes)
    if len(set(places)) != len(places):
        raise InvalidArgument(layer.where, "the axes must differ", str(axis))
    return places
