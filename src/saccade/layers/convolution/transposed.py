"""Transposed convolution: makes images larger with trained kernels."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.convolution.sliding_kernel import Convolution, filters_of
from saccade.layers.core.weight_options import keep_options, make_weight
from saccade.numerics.convolution.geometry import as_sizes
from saccade.numerics.convolution.transposed import convolve_transposed_nhwc, transposed_size


class _ConvTranspose(Convolution):
    strides_or_dilation = True
    _output_sizes: tuple[int | None, ...] | None = None  # of Keras 1's Deconvolution2D

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: str = "valid",
        output_padding: int | tuple[int, ...] | None = None,
        data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1,
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
        self.filters = filters_of(self, filters)
        self.output_padding: tuple[int, ...] | None = None
        if output_padding is not None:
            self.output_padding = as_sizes(
                self.where, "output_padding", output_padding, self.rank, least=0
            )
            if any(e >= s for e, s in zip(self.output_padding, self.strides, strict=True)):
                raise InvalidArgument(
                    self.where,
                    f"output_padding must be below strides={self.strides}",
                    str(self.output_padding),
                )

    def build(self, input_shape: Any) -> None:
        if self._output_sizes is not None:
            self._pad_to(self._output_sizes, self.sizes_in(input_shape))
        super().build(input_shape)

    def _pad_to(self, wanted: tuple[int | None, ...], sizes: Any) -> None:
        """Choose the output padding with which an input of these sizes gives the wanted ones."""
        self.output_padding, extra = (0,) * self.rank, []
        for axis, (want, n) in enumerate(zip(wanted, sizes, strict=True)):
            least = self.size_out(n, axis)
            extra.append(0 if want is None or least is None else want - least)
        if any(not 0 <= e < max(s, 2) for e, s in zip(extra, self.strides, strict=True)):
            raise InvalidArgument(
                self.where, f"output_shape must fit inputs of {tuple(sizes)}", str(wanted)
            )
        self.output_padding = tuple(extra)

    def build_kernels(self, channels: int) -> None:
        shape = (*self.kernel_size, self.filters, channels)
        self.kernel = make_weight(self, "kernel", shape)

    def channels_out(self, channels: int | None) -> int | None:
        return self.filters

    def size_out(self, n: int | None, axis: int) -> int | None:
        extra = None if self.output_padding is None else self.output_padding[axis]
        k, s, d = self.kernel_size[axis], self.strides[axis], self.dilation_rate[axis]
        return None if n is None else transposed_size(n, k, self.padding, s, d, extra)

    def convolve(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        extra = self.output_padding
        if extra is not None:
            extra = (0, *extra) if self.rank == 1 else extra
        return convolve_transposed_nhwc(
            x_nhwc,
            self.as_kernel(self.kernel),
            self.bias,
            self.over_rows(self.strides),
            self.padding,
            self.over_rows(self.dilation_rate),
            extra,
        )

    def get_config(self) -> dict[str, Any]:
        extra = self.output_padding
        return {
            **super().get_config(),
            "filters": self.filters,
            "output_padding": None if extra is None else list(extra),
        }


class Conv2DTranspose(_ConvTranspose):
    """Lays a trained kernel down for every pixel, strides apart, and adds what overlaps.

    The law, before the border is cut::

        y[i*s + u, j*s + v, f] += kernel[u, v, f, c] * x[i, j, c]    for all i, j, u, v, c

    Args:
        filters: the channels of the output.
        kernel_size: height and width of the kernel, in pixels.
        strides: pixels of the output for one of the input.
        padding: "valid" (nothing is cut) or "same" (the output is strides times the input).
        output_padding: rows and columns added at the end, below strides; by default as many as
            make the sizes above.
        dilation_rate: pixels between two weights of the kernel.
        activation, use_bias and those of the weights: as in `Conv2D`.

    Input: (batch, height, width, channels). Output: (batch, height', width', filters).
    Weights: kernel (height, width, filters, channels), bias (filters,).

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: an input that does not fit.

    Example:
        >>> layer = Conv2DTranspose(4, 3, strides=2, padding="same")
        >>> layer.compute_output_shape((None, 7, 7, 8))
        (None, 14, 14, 4)

    Source: `keras.layers.Conv2DTranspose`.
    """

    keras_module = "keras.layers"
    rank = 2


class Conv1DTranspose(_ConvTranspose):
    """Lays a trained kernel down for every step, strides apart, and adds what overlaps.

    Args:
        kernel_size: length of the kernel, in steps.
        the rest: as in `Conv2DTranspose`.

    Input: (batch, steps, channels). Output: (batch, steps', filters).
    Weights: kernel (length, filters, channels), bias (filters,).

    Source: `keras.layers.Conv1DTranspose`.
    """

    keras_module = "keras.layers"
    rank = 1


class Conv3DTranspose(_ConvTranspose):
    """Lays a trained kernel down for every voxel, strides apart, and adds what overlaps.

    Args:
        kernel_size: depth, height and width of the kernel, in voxels.
        the rest: as in `Conv2DTranspose`.

    Input: (batch, depth, height, width, channels), or channels first.
    Output: (batch, depth', height', width', filters), likewise.
    Weights: kernel (depth, height, width, filters, channels), bias (filters,).

    Source: `keras.layers.Conv3DTranspose`.
    """

    keras_module = "keras.layers"
    rank = 3

    def __init__(  # Keras has two arguments in another order than for series and images
        self,
        filters: int,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: int | tuple[int, ...] | None = None,
        dilation_rate: int | tuple[int, ...] = 1,
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
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **placement,
        )


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose


def Deconvolution2D(
    nb_filter: int, nb_row: int, nb_col: int, output_shape: Any = None, **words: Any
) -> Conv2DTranspose:
    """Keras 1's Conv2DTranspose, which was told the shape of its output, with the batch."""
    layer = Conv2DTranspose(nb_filter=nb_filter, nb_row=nb_row, nb_col=nb_col, **words)
    return _sized(layer, output_shape)


def Deconvolution3D(
    nb_filter: int,
    kernel_dim1: int,
    kernel_dim2: int,
    kernel_dim3: int,
    output_shape: Any = None,
    **words: Any,
) -> Conv3DTranspose:
    """Keras 1's Conv3DTranspose, which was told the shape of its output, with the batch."""
    sizes = {"kernel_dim1": kernel_dim1, "kernel_dim2": kernel_dim2, "kernel_dim3": kernel_dim3}
    return _sized(Conv3DTranspose(nb_filter=nb_filter, **sizes, **words), output_shape)


def _sized(layer: Any, shape: Any) -> Any:
    if shape is not None:
        if len(shape) != layer.rank + 2:
            raise InvalidArgument(
                layer.where, f"output_shape has {layer.rank + 2} sizes, batch first", str(shape)
            )
        layer._output_sizes = tuple(layer.sizes_in(tuple(shape)))
    return layer
