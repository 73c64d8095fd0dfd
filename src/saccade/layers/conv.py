"""Convolutional layers."""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations, initializers
from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.checks import check_channels_last, check_images, positive_integer, refuse
from saccade.layers.layer import Layer
from saccade.numerics.geometry import as_padding, as_pair, output_size
from saccade.numerics.nhwc import convolve_nhwc


class Conv2D(Layer):
    """Slides a bank of trained filters over images.

    The law, for filter f at position (i, j)::

        y[i, j, f] = activation(sum_{u,v,c} kernel[u, v, c, f] * x[i*s + u, j*s + v, c] + bias[f])

    Args:
        filters: how many; the channels of the output.
        kernel_size: height and width of a filter, in pixels (an integer for a square).
        strides: pixels between two positions.
        padding: "valid" (none) or "same" (zeros, so that strides 1 keep the size; an odd one goes
            to the end).
        dilation_rate: pixels between two weights of a filter.
        groups: into how many groups the channels are split; each filter sees one.
        activation: a word, a function or None.
        use_bias: whether each filter adds a number of its own.
        kernel_initializer, bias_initializer: see `saccade.initializers`.

    Input: (batch, height, width, channels), float32.
    Output: (batch, height', width', filters), sizes by `saccade.output_size`.
    Weights: kernel (height, width, channels/groups, filters), bias (filters,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> Conv2D(4, 3, input_shape=(32, 32, 3)).compute_output_shape((None, 32, 32, 3))
        (None, 30, 30, 4)

    Source: the lesson; `keras.layers.Conv2D`.
    """

    keras_module = "keras.layers"
    casts_integers = True

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **placement: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **placement)
        refuse(
            self,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        self.filters = positive_integer(self, "filters", filters)
        self.kernel_size = as_pair(self.where, "kernel_size", kernel_size)
        self.strides = as_pair(self.where, "strides", strides)
        self.padding = as_padding(self.where, padding)
        self.data_format = check_channels_last(self, data_format)
        self.dilation_rate = as_pair(self.where, "dilation_rate", dilation_rate)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise InvalidArgument(
                self.where,
                "strides and dilation_rate can't both be above 1",
                f"{self.strides} and {self.dilation_rate}",
            )
        self.groups = positive_integer(self, "groups", groups)
        if self.filters % self.groups:
            raise InvalidArgument(
                self.where, f"filters must be a multiple of groups={self.groups}", self.filters
            )
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias = None

    def build(self, input_shape: Shape) -> None:
        self._check(input_shape)
        channels = input_shape[-1]
        if channels is None:
            raise ShapeError(self.where, "the number of channels must be known", str(input_shape))
        if channels % self.groups:
            raise ShapeError(
                self.where, f"channels must be a multiple of groups={self.groups}", channels
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight((self.filters,), self.bias_initializer, name="bias")

    def _laid_out(self, values: torch.Tensor) -> torch.Tensor:
        """Kernels lie in memory as (out, height, width, in), torch's channels_last."""
        if values.ndim != 4:
            return values
        return values.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)

    def call(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        self._check(x_nhwc.shape)
        try:
            y_nhwc = convolve_nhwc(
                x_nhwc,
                self.kernel,
                self.bias,
                self.strides,
                self.padding,
                self.dilation_rate,
                self.groups,
            )
        except RuntimeError:
            self.compute_output_shape(tuple(x_nhwc.shape))  # says so of an image too small
            raise
        return self.activation(y_nhwc)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self._check(input_shape)
        rows, columns = (
            output_size(n, k, self.padding, s, d, where=self.where)
            for n, k, s, d in zip(
                input_shape[1:3], self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        )
        return (input_shape[0], rows, columns, self.filters)

    def _check(self, shape: Any) -> None:
        """Raise unless images of this shape fit."""
        if len(shape) != 4:
            check_images(self, shape)
        if self.built and shape[3] != self.kernel.shape[2] * self.groups:
            raise ShapeError(
                self.where,
                f"input must have {self.kernel.shape[2] * self.groups} channels",
                f"{shape[3]} in {tuple(shape)}",
            )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": list(self.kernel_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": list(self.dilation_rate),
            "groups": self.groups,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": None,
            "bias_regularizer": None,
            "activity_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
        }


Convolution2D = Conv2D
