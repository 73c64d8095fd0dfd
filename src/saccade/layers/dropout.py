"""Layers that disturb their input while training, against overfitting."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.layer import Layer


class Dropout(Layer):
    """While training, each value is zero with probability `rate`, else divided by (1 - rate).

    The expected value stays what it was, so nothing has to change when training ends.

    Args:
        rate: the share of values dropped, in [0, 1].
        noise_shape: a shape that broadcasts against the input's: values that share a place in it
            are dropped together (None: each on its own).
        seed: for a stream of its own; None draws from torch's.

    Input and output: any shape.

    Source: Srivastava et al. (2014); `keras.layers.Dropout`.
    """

    keras_module = "keras.layers"
    casts_integers = True
    weightless = True

    def __init__(
        self,
        rate: float,
        noise_shape: tuple[int | None, ...] | None = None,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(**placement)
        if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise InvalidArgument(self.where, "rate must be in [0, 1]", repr(rate))
        if seed is not None and not isinstance(seed, int):
            raise InvalidArgument(self.where, "seed must be None or an integer", repr(seed))
        self.rate = rate
        self.noise_shape = None if noise_shape is None else self._checked_noise(noise_shape)
        self.seed = seed
        self.stream = None if seed is None else torch.Generator().manual_seed(seed)

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        if not training or self.rate == 0:
            return x
        if self.stream is None and self.noise_shape is None:
            return F.dropout(x, self.rate, training=True)
        return x * self._kept(x)

    def _kept(self, x: torch.Tensor) -> torch.Tensor:
        """0 for what is dropped, 1 / (1 - rate) for the rest."""
        if self.rate == 1:
            return torch.zeros_like(x)
        noise = self.noise_shape or x.shape
        if len(noise) != x.ndim or any(
            m not in (None, 1, n) for n, m in zip(x.shape, noise, strict=True)
        ):
            raise ShapeError(
                self.where, f"noise_shape {noise} must fit the input", str(tuple(x.shape))
            )
        sizes = [n if m is None else m for n, m in zip(x.shape, noise, strict=True)]
        drawn = torch.rand(sizes, generator=self.stream, device="cpu").to(x.device)
        return (drawn >= self.rate).to(x.dtype) / (1 - self.rate)

    def _checked_noise(self, noise_shape: Any) -> tuple[int | None, ...]:
        if isinstance(noise_shape, (tuple, list)) and all(
            size is None or (isinstance(size, int) and size > 0) for size in noise_shape
        ):
            return tuple(noise_shape)
        raise InvalidArgument(
            self.where,
            "noise_shape must be a tuple of positive integers and None",
            repr(noise_shape),
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": None if self.noise_shape is None else list(self.noise_shape),
        }
