"""Depthwise convolution: each channel has kernels of its own."""

from __future__ import annotations

from typing import Any

import torch

from saccade.layers.convolution.sliding_kernel import Convolution, lay_out_depthwise
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.weight_options import WITHOUT_KERNEL, keep_options, make_weight
from saccade.numerics.convolution.nhwc import convolve_depthwise_nhwc
from saccade.old_arguments import ignores_old_words


class _DepthwiseConv(Convolution):
    stems = ("depthwise",)

    @ignores_old_words(WITHOUT_KERNEL, {})
    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
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
            self, depthwise=(depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        )
        self.depth_multiplier = positive_integer(self, "depth_multiplier", depth_multiplier)

    def build_kernels(self, channels: int) -> None:
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = make_weight(self, "depthwise", shape, "kernel")

    def channels_out(self, channels: int | None) -> int | None:
        return None if channels is None else channels * self.depth_multiplier

    def convolve(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        return convolve_depthwise_nhwc(
            x_nhwc,
            self.as_kernel(self.kernel),
            self.bias,
            self.over_rows(self.strides),
            self.padding,
            self.over_rows(self.dilation_rate),
        )

    def _laid_out(self, values: torch.Tensor) -> torch.Tensor:
        return lay_out_depthwise(values) if values.ndim == self.rank + 2 else values

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}


class DepthwiseConv2D(_DepthwiseConv):
    """Slides over each channel of images filters of its own; channels do not mix.

    The law, for filter m of channel c at position (i, j)::

        y[i, j, c*M + m] = activation(sum_{u,v} kernel[u, v, c, m] * x[i*s + u, j*s + v, c] + bias)

    Args:
        kernel_size: height and width of a filter, in pixels.
        strides: pixels between two positions.
        padding: "valid" (none) or "same".
        depth_multiplier: M, how many filters a channel has.
        dilation_rate: pixels between two weights of a filter.
        activation, use_bias and those of the weights: as in `Conv2D`.

    Input: (batch, height, width, channels). Output: (batch, height', width', channels * M).
    Weights: kernel (height, width, channels, M), bias (channels * M,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> DepthwiseConv2D(3, depth_multiplier=2).compute_output_shape((None, 8, 8, 5))
        (None, 6, 6, 10)

    Source: `keras.layers.DepthwiseConv2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class DepthwiseConv1D(_DepthwiseConv):
    """Slides over each channel of series filters of its own; channels do not mix.

    Args:
        kernel_size: length of a filter, in steps.
        strides, dilation_rate: steps between two positions, between two weights of a filter.
        padding, depth_multiplier and the rest: as in `DepthwiseConv2D`.

    Input: (batch, steps, channels). Output: (batch, steps', channels * depth_multiplier).
    Weights: kernel (length, channels, depth_multiplier), bias (channels * depth_multiplier,).

    Source: `keras.layers.DepthwiseConv1D`.
    """

    keras_module = "keras.layers"
    rank = 1
