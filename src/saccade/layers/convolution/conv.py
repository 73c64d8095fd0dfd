"""Convolutional layers."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import ShapeError
from saccade.layers.convolution.sliding_kernel import Convolution, filters_of
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.weight_options import keep_options, make_weight
from saccade.names import brought_by
from saccade.numerics.convolution.nhwc import convolve_nhwc


class _Conv(Convolution):
    strides_or_dilation = True
    _has_own_op = False  # whether a subclass wrote a `convolution_op`

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1,
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
        keep_options(self, kernel=(kernel_initializer, kernel_regularizer, kernel_constraint))
        self.groups = positive_integer(self, "groups", groups)
        self.filters = filters_of(self, filters, self.groups)

    def build_kernels(self, channels: int) -> None:
        if channels % self.groups:
            raise ShapeError(
                self.where, f"channels must be a multiple of groups={self.groups}", channels
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = make_weight(self, "kernel", shape)

    def channels_out(self, channels: int | None) -> int | None:
        return self.filters

    def convolve(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        padding = self.padding
        if padding == "causal":  # zeros before the start, so that no step sees a later one
            before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
            x_nhwc, padding = F.pad(x_nhwc, (0, 0, before, 0)), "valid"
        return convolve_nhwc(
            x_nhwc,
            self.as_kernel(self.kernel),
            self.bias,
            self.over_rows(self.strides),
            padding,
            self.over_rows(self.dilation_rate),
            self.groups,
        )

    def convolution_op(self, inputs: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        """The convolution alone, without bias and activation, for a subclass to override.

        A subclass that does so may use another kernel, or another formula; what it leaves to
        `super().convolution_op` is computed with the kernel that it gives.

        Source: `keras.layers.Conv2D.convolution_op`.
        """
        y_nhwc = convolve_nhwc(
            self.as_images(inputs),
            self.as_kernel(kernel),
            None,
            self.over_rows(self.strides),
            self.padding,
            self.over_rows(self.dilation_rate),
            self.groups,
        )
        return self.as_given(y_nhwc)

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if (
            "convolution_op" in brought_by(cls, _Conv) and cls.rank != 1
        ):  # Keras's Conv1D has no use for it
            cls._has_own_op = True

    def call(self, x: torch.Tensor) -> torch.Tensor:
        if not self._has_own_op:
            return super().call(x)
        self.check_input(x.shape)
        y = self.convolution_op(x, self.kernel)
        return self.activation(y if self.bias is None else y + self.bias)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "groups": self.groups}


class Conv2D(_Conv):
    """Slides a bank of trained filters over images.

    The law, for filter f at position (i, j)::

        y[i, j, f] = activation(sum_{u,v,c} kernel[u, v, c, f] * x[i*s + u, j*s + v, c] + bias[f])

    Args:
        filters: how many; the channels of the output.
        kernel_size: height and width of a filter, in pixels (an integer for a square).
        strides: pixels between two positions.
        padding: "valid" (none) or "same" (zeros, so that strides 1 keep the size; an odd one goes
            to the end).
        data_format: "channels_last" or "channels_first", where the input has its channels; None is
            what `saccade.config.image_data_format()` says. Weights are the same in both.
        dilation_rate: pixels between two weights of a filter.
        groups: into how many groups the channels are split; each filter sees one.
        activation: a name, a function or None.
        use_bias: whether each filter adds a number of its own.
        kernel_initializer, bias_initializer: see `saccade.initializers`.
        kernel_regularizer, bias_regularizer: what the weights add to the loss.
        activity_regularizer: what the output adds to the loss.
        kernel_constraint, bias_constraint: what the weights fulfil after every step.

    Input: (batch, height, width, channels), or channels first, float32.
    Output: (batch, height', width', filters), likewise, sizes by `saccade.output_size`.
    Weights: kernel (height, width, channels/groups, filters), bias (filters,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> Conv2D(4, 3, input_shape=(32, 32, 3)).compute_output_shape((None, 32, 32, 3))
        (None, 30, 30, 4)

    Source: the lesson; `keras.layers.Conv2D`.
    """

    keras_module = "keras.layers"
    rank = 2


class Conv1D(_Conv):
    """Slides a bank of trained filters over series.

    The law, for filter f at step i::

        y[i, f] = activation(sum_{u,c} kernel[u, c, f] * x[i*s + u, c] + bias[f])

    Args:
        filters, groups, activation, use_bias and those of the weights: as in `Conv2D`.
        kernel_size: length of a filter, in steps.
        strides, dilation_rate: steps between two positions, between two weights of a filter.
        padding: "valid", "same", or "causal": zeros only before the start, so that an output sees
            no later step.

    Input: (batch, steps, channels). Output: (batch, steps', filters).
    Weights: kernel (length, channels/groups, filters), bias (filters,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> Conv1D(4, 3, padding="causal").compute_output_shape((None, 10, 2))
        (None, 10, 4)

    Source: `keras.layers.Conv1D`.
    """

    keras_module = "keras.layers"
    rank = 1
    padding_words = ("valid", "same", "causal")


class Conv3D(_Conv):
    """Slides a bank of trained filters over volumes: scans, or short films.

    The law, for filter f at position (h, i, j)::

        y[h, i, j, f] = activation(
            sum_{t,u,v,c} kernel[t, u, v, c, f] * x[h*s + t, i*s + u, j*s + v, c] + bias[f])

    Args:
        filters, padding, groups, activation, use_bias and those of the weights: as in `Conv2D`.
        kernel_size: depth, height and width of a filter (an integer for a cube).
        strides, dilation_rate: voxels between two positions, between two weights of a filter.
        data_format: "channels_last" or "channels_first", where the input has its channels.

    Input: (batch, depth, height, width, channels), or channels first.
    Output: (batch, depth', height', width', filters), likewise.
    Weights: kernel (depth, height, width, channels/groups, filters), bias (filters,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> Conv3D(4, 3).compute_output_shape((None, 16, 32, 32, 1))
        (None, 14, 30, 30, 4)

    Source: `keras.layers.Conv3D`.
    """

    keras_module = "keras.layers"
    rank = 3


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
