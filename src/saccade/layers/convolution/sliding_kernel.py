"""Convolution: what all layers that slide kernels share: arguments, checks, shapes."""

from __future__ import annotations

from typing import Any

import torch

from saccade import activations
from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.layer_kinds import Activated, Spatial
from saccade.layers.core.weight_options import keep_options, make_weight, options_config
from saccade.notes import note_once
from saccade.numerics.convolution.geometry import PADDING_WORDS, as_padding, as_sizes, output_size
from saccade.variables import Variable


class Convolution(Activated, Spatial):
    """A layer that slides kernels, adds a bias and applies an activation.

    A concrete one names its kernels in `stems`, makes them in `build_kernels`, says how many
    `channels_out` it has and computes in `convolve`.
    """

    stems: tuple[str, ...] = ("kernel",)  # of the options of its kernels
    padding_words: tuple[str, ...] = PADDING_WORDS
    strides_or_dilation = False  # whether only one of the two may be above 1

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias: tuple[Any, Any, Any],
        **placement: Any,
    ):
        super().__init__(data_format, **placement)
        self.kernel_size = as_sizes(self.where, "kernel_size", kernel_size, self.rank)
        self.strides = as_sizes(self.where, "strides", strides, self.rank)
        self.padding = as_padding(self.where, padding, self.padding_words)
        self.dilation_rate = as_sizes(self.where, "dilation_rate", dilation_rate, self.rank)
        if self.strides_or_dilation and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise InvalidArgument(
                self.where,
                "strides and dilation_rate can't both be above 1",
                f"{self.strides} and {self.dilation_rate}",
            )
        self.activation = activation
        self.use_bias = bool(use_bias)
        keep_options(self, bias=bias)
        self.bias: Variable | None = None
        self._channels: int | None = None

    # -- what each one writes --------------------------------------------------------------

    def channels_out(self, channels: int | None) -> int | None:
        """How many channels the output has for an input of so many."""
        raise NotImplementedError

    def build_kernels(self, channels: int) -> None:
        """Make the kernels for so many channels."""
        raise NotImplementedError

    def convolve(self, x_nhwc: torch.Tensor) -> torch.Tensor:
        """The convolution with its bias, channels last; series come as images of one row."""
        raise NotImplementedError

    # -- what they share -------------------------------------------------------------------

    def build(self, input_shape: Shape) -> None:
        self.check_input(input_shape)
        channels = self.channels_in(input_shape)
        if channels is None:
            raise ShapeError(self.where, "the number of channels must be known", str(input_shape))
        self._note_other_format(tuple(input_shape))
        self.build_kernels(channels)
        self._channels = channels
        out = self.channels_out(channels)
        if self.use_bias and out is not None:
            self.bias = make_weight(self, "bias", (out,))

    def call(self, x: torch.Tensor) -> torch.Tensor:
        self.check_input(x.shape)
        try:
            y_nhwc = self.convolve(self.as_images(x))
        except RuntimeError:
            self.compute_output_shape(tuple(x.shape))  # says so of an image too small
            raise
        return self.activation(self.as_given(y_nhwc))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self.check_input(input_shape)
        sizes = (self.size_out(n, axis) for axis, n in enumerate(self.sizes_in(input_shape)))
        channels = self.channels_out(self.channels_in(input_shape))
        return self.shape_with(input_shape[0], sizes, channels)

    def size_out(self, n: int | None, axis: int) -> int | None:
        """The size of the output along one axis."""
        k, s, d = self.kernel_size[axis], self.strides[axis], self.dilation_rate[axis]
        padding = "same" if self.padding == "causal" else self.padding
        return output_size(n, k, padding, s, d, where=self.where)

    def check_input(self, shape: Any) -> None:
        """Raise unless an input of this shape fits."""
        self.check_rank(shape)
        found = self.channels_in(shape)
        if self._channels is not None and found not in (None, self._channels):
            moved = "x, -1, 1" if self._is_first else "x, 1, -1"
            at_other_end = shape[-1 if self._is_first else 1] == self._channels
            raise ShapeError(
                self.where,
                f"input must have {self._channels} channels",
                f"{found} in {tuple(shape)}",
                f'data_format is "{self.data_format}": numpy.moveaxis({moved}) brings them there.'
                if at_other_end
                else "",
            )

    def _note_other_format(self, shape: tuple[int | None, ...]) -> None:
        """Say so of images that seem to have their channels where the layer has none."""
        *sides, few = (*shape[1:-1], shape[-1]) if self._is_first else (*shape[2:], shape[1])
        if few in (1, 3) and sides[-1] == sides[-2:][0] and (sides[-1] or 0) >= 8 and self.rank > 1:
            other = "channels_last" if self._is_first else "channels_first"
            channels, size = self.channels_in(shape), " x ".join(map(str, self.sizes_in(shape)))
            note_once(
                f"{self.where}: an input {shape} is read as {size} with {channels} channels, for "
                f'data_format is "{self.data_format}". If {few} is the number of channels: '
                f'{type(self).__name__}(..., data_format="{other}"), or for all layers '
                f'keras.backend.set_image_data_format("{other}").',
                key=f"seems {other}",
            )

    def as_kernel(self, kernel: torch.Tensor) -> torch.Tensor:
        """The kernel with height and width; that of a series has one row."""
        return kernel.unsqueeze(0) if self.rank == 1 else kernel

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {
            **config,
            "activity_regularizer": config.get("activity_regularizer"),
            "kernel_size": tuple(self.kernel_size),
            "strides": tuple(self.strides),
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": tuple(self.dilation_rate),
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **options_config(self, *self.stems, "bias"),
        }

    def _laid_out(self, values: torch.Tensor) -> torch.Tensor:
        """Kernels lie in memory with their last axis first, which torch sees as channels_last."""
        if values.ndim != self.rank + 2:
            return values
        return values.movedim(-1, 0).contiguous().movedim(0, -1)


def lay_out_depthwise(values: torch.Tensor) -> torch.Tensor:
    """A kernel (..., channels, multiplier) in memory as torch's: (channels, multiplier, ...)."""
    return values.movedim((-2, -1), (0, 1)).contiguous().movedim((0, 1), (-2, -1))


def filters_of(layer: Any, filters: Any, groups: int = 1) -> int:
    """The number of filters, checked."""
    filters = positive_integer(layer, "filters", filters)
    if filters % groups:
        raise InvalidArgument(
            layer.where, f"filters must be a multiple of groups={groups}", filters
        )
    return filters
