"""Separable convolution: a depthwise one, then one that only mixes channels."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.convolution.sliding_kernel import Convolution, filters_of, lay_out_depthwise
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.weight_options import WITHOUT_KERNEL, keep_options, make_weight
from saccade.numerics.convolution.nhwc import convolve_depthwise_nhwc, convolve_nhwc
from saccade.old_arguments import ignores_old_words


class _SeparableConv(Convolution):
    stems = ("depthwise", "pointwise")

    @ignores_old_words(WITHOUT_KERNEL, {})
    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **placement: Any,
    ):
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            (bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **placement,
        )
        keep_options(
            self,
            depthwise=(depthwise_initializer, depthwise_regularizer, depthwise_constraint),
            pointwise=(pointwise_initializer, pointwise_regularizer, pointwise_constraint),
        )
        self.depth_multiplier = positive_integer(self, "depth_multiplier", depth_multiplier)
        self.filters = filters_of(self, filters)

    def build_kernels(self, channels: int) -> None:
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = make_weight(self, "depthwise", shape, "depthwise_kernel")
        shape = (*[1] * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = make_weight(self, "pointwise", shape, "pointwise_kernel")

    def channels_out(self, channels: int | None) -> int | None:
        return self.filters

    def convolve(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        each_nhwc = convolve_depthwise_nhwc(
            x_nhwc,
            self.as_kernel(self.depthwise_kernel),
            None,
            self.over_rows(self.strides),
            self.padding,
            self.over_rows(self.dilation_rate),
        )
        pointwise = self.as_kernel(self.pointwise_kernel)
        return convolve_nhwc(each_nhwc, pointwise, self.bias, (1, 1), "valid")

    def _laid_out(self, values: torch.Tensor) -> torch.Tensor:
        is_depthwise = values.ndim == self.rank + 2 and not self.weights  # it is made first
        return lay_out_depthwise(values) if is_depthwise else super()._laid_out(values)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "depth_multiplier": self.depth_multiplier,
        }


class SeparableConv2D(_SeparableConv):
    """Filters each channel of images alone, then mixes the channels pixel by pixel.

    The law::

        z = depthwise convolution of x, depth_multiplier filters a channel, no bias
        y[i, j, f] = activation(sum_c pointwise_kernel[0, 0, c, f] * z[i, j, c] + bias[f])

    Args:
        filters: the channels of the output.
        kernel_size: height and width of a depthwise filter, in pixels.
        strides, padding, dilation_rate: of the depthwise part.
        depth_multiplier: how many depthwise filters a channel has.
        activation, use_bias and those of the weights: as in `Conv2D`.

    Input: (batch, height, width, channels). Output: (batch, height', width', filters).
    Weights: depthwise_kernel (height, width, channels, depth_multiplier), pointwise_kernel
    (1, 1, channels * depth_multiplier, filters), bias (filters,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> SeparableConv2D(7, 3, padding="same").compute_output_shape((None, 8, 8, 5))
        (None, 8, 8, 7)

    Source: `keras.layers.SeparableConv2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class SeparableConv1D(_SeparableConv):
    """Filters each channel of series alone, then mixes the channels step by step.

    Args:
        kernel_size: length of a depthwise filter, in steps.
        the rest: as in `SeparableConv2D`.

    Input: (batch, steps, channels). Output: (batch, steps', filters).
    Weights: depthwise_kernel (length, channels, depth_multiplier), pointwise_kernel
    (1, channels * depth_multiplier, filters), bias (filters,).

    Source: `keras.layers.SeparableConv1D`.
    """

    keras_module = "keras.layers"
    rank = 1


SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
