"""Initial values drawn from one distribution, whatever the shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.initializers.initializer import Initializer


class RandomUniform(Initializer):
    """Uniform on [minval, maxval)."""

    keras_module = "keras.initializers"

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return uniform(shape, self.minval, self.maxval, self.generator())

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "minval": self.minval, "maxval": self.maxval}


class RandomNormal(Initializer):
    """Normal with `mean` and `stddev`."""

    keras_module = "keras.initializers"

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return self.mean + self.stddev * normal(shape, self.generator())

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Normal with `mean` and `stddev`, redrawn within two standard deviations."""

    keras_module = "keras.initializers"

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return self.mean + self.stddev * truncated_normal(shape, self.generator())


class Orthogonal(Initializer):
    """gain * a matrix whose rows or columns, whichever are fewer, are at right angles.

    All axes but the last are taken together as the rows.

    Args:
        gain: what the matrix is multiplied by.
        seed: makes every call give the same.

    Raises:
        ShapeError: asked for fewer than two axes.

    Source: Saxe et al. (2013); `keras.initializers.Orthogonal`.
    """

    keras_module = "keras.initializers"

    def __init__(self, gain: float = 1.0, seed: int | None = None):
        super().__init__(seed)
        self.gain = gain

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        if len(shape) < 2:
            raise ShapeError("Orthogonal", "needs at least two axes", str(tuple(shape)))
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = normal((max(rows, columns), min(rows, columns)), self.generator())
        q, r = torch.linalg.qr(drawn)
        q = q * r.diagonal().sign()  # so that every such matrix is as likely
        return self.gain * (q.T if rows < columns else q).reshape(tuple(shape))

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "gain": self.gain}


def uniform(
    shape: Sequence[int], low: float, high: float, generator: torch.Generator | None
) -> torch.Tensor:
    return torch.empty(tuple(shape), device="cpu").uniform_(low, high, generator=generator)


def normal(shape: Sequence[int], generator: torch.Generator | None) -> torch.Tensor:
    return torch.empty(tuple(shape), device="cpu").normal_(generator=generator)


def truncated_normal(shape: Sequence[int], generator: torch.Generator | None) -> torch.Tensor:
    """Standard normal conditioned on [-2, 2], by inverting its distribution function."""
    edge = math.erf(2 / math.sqrt(2))
    return uniform(shape, -edge, edge, generator).erfinv_().mul_(math.sqrt(2)).clamp_(-2, 2)
