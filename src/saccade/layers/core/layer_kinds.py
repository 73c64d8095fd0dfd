"""Layer kinds: what layers share that work pointwise, draw, work over pixels, or activate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as F

from saccade import activations
from saccade.data_formats import as_data_format
from saccade.errors import InvalidArgument, ShapeError
from saccade.layers.core.calls.one_sample import lacking_axis
from saccade.layers.core.layer import Layer
from saccade.numerics.convolution.nhwc import as_given, nhwc_of
from saccade.numerics.tensors.drop_mask import drop_mask

_AXES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


class Pointwise(Layer):
    """A layer without weights whose output has the shape of its input."""

    casts_integers = True
    supports_masking = True
    weightless = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


class Drawing(Layer):
    """A layer that draws numbers while it trains, from a stream of its own when it has a seed.

    Args:
        seed: for a stream of its own; None draws from torch's.
    """

    def __init__(self, seed: int | None, **placement: Any):
        super().__init__(**placement)
        if seed is not None and not isinstance(seed, int):
            raise InvalidArgument(self.where, "seed must be None or an integer", repr(seed))
        self.seed = seed
        # The state of `stream` is part of a run's: see training/run.py.
        self.stream = None if seed is None else torch.Generator().manual_seed(seed)

    def uniform(self, sizes: Any, x: torch.Tensor) -> torch.Tensor:
        """Numbers in [0, 1), on the device of `x`; a stream of its own draws on the CPU."""
        device = x.device if self.stream is None else "cpu"
        return torch.rand(sizes, generator=self.stream, device=device).to(x.device)

    def normal(self, x: torch.Tensor) -> torch.Tensor:
        """Numbers of mean 0 and variance 1, one for each value of `x`."""
        device = x.device if self.stream is None else "cpu"
        return torch.randn(x.shape, generator=self.stream, device=device).to(x)

    def dropped(self, x: torch.Tensor, rate: float) -> torch.Tensor:
        """Each value zero with probability `rate`, else divided by (1 - rate)."""
        if rate == 1:
            return torch.zeros_like(x)
        if x.device.type == "cpu":
            return x * drop_mask(x, rate, self.stream)
        if self.stream is None:
            return F.dropout(x, rate, training=True)
        return x * ((self.uniform(x.shape, x) >= rate).to(x.dtype) / (1 - rate))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


class Spatial(Layer):
    """A layer over the steps of series (rank 1), the pixels of images (2) or of volumes (3).

    Inside, channels stand last and a series is an image of one row, both as views: one formula
    serves both data formats and all ranks.
    """

    rank: int
    casts_integers = True

    def __init__(self, data_format: str | None = None, **placement: Any):
        super().__init__(**placement)
        self.data_format = as_data_format(data_format, self.where)

    @property
    def _is_first(self) -> bool:
        """Whether the channels stand before the axes that the layer works along."""
        return self.data_format == "channels_first"

    def check_rank(self, shape: Any) -> None:
        """Raise unless a shape has the batch, this layer's axes and the channels."""
        if len(shape) == self.rank + 2:
            return
        axes, first = _AXES[self.rank], self._is_first
        do = ""
        if len(shape) == self.rank + 1:
            do = lacking_axis(shape, self._channels_built, first)
        needed = f"(batch, channels, {axes})" if first else f"(batch, {axes}, channels)"
        raise ShapeError(self.where, f"input must be {needed}", str(tuple(shape)), do)

    def build_for(self, inputs: Any) -> None:
        if torch.is_tensor(inputs):
            self.check_rank(inputs.shape)  # as it was given: a shape to build on has no batch
        super().build_for(inputs)

    @property
    def _channels_built(self) -> int | None:
        """How many channels the layer was built for, where it was and that counts."""
        shape = self._built_shape if self.built else None
        plain = isinstance(shape, tuple) and len(shape) == self.rank + 2
        return self.channels_in(shape) if plain else None

    def sizes_in(self, shape: Any) -> Any:
        """The sizes along the layer's axes, of a shape with a batch."""
        return shape[2:] if self._is_first else shape[1:-1]

    def channels_in(self, shape: Any) -> Any:
        """How many channels a shape has."""
        return shape[1 if self._is_first else -1]

    def shape_with(self, batch: Any, sizes: Iterable[Any], channels: Any) -> Any:
        """A shape of the layer's data format."""
        if self._is_first:
            return (batch, channels, *sizes)
        return (batch, *sizes, channels)

    def as_images(self, x: torch.Tensor) -> torch.Tensor:
        """Images, volumes, or series as images of one row, channels last: a view."""
        return nhwc_of(x, self.data_format == "channels_first")

    def as_given(self, y_nhwc: torch.Tensor) -> torch.Tensor:
        """The result in the axes of the input: a view."""
        return as_given(y_nhwc, self.rank, self.data_format == "channels_first")

    def over_rows(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """One number for each axis of `as_images`; a series has one row."""
        return (1, *sizes) if self.rank == 1 else sizes


class Activated:
    """A layer with an `activation` at its end; None and words may be assigned, as to Keras's."""

    @property
    def activation(self) -> Any:
        return self._activation

    @activation.setter
    def activation(self, value: Any) -> None:
        self._activation = activations.get(value)
