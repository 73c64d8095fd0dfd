"""Layers that add noise while training, against overfitting."""

from __future__ import annotations

import math
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.layers.core.layer_kinds import Drawing, Pointwise


class Noise(Drawing, Pointwise):
    """A layer of the shape of its input that draws numbers while it trains.

    At rest whole numbers pass as they are; in training they become floats.
    """

    casts_integers = False

    def floats(self, x: torch.Tensor) -> torch.Tensor:
        """The numbers as what noise can be added to."""
        return x if x.is_floating_point() else x.to(self._computes_in)

    def checked_share(self, name: str, share: Any, includes_one: bool = True) -> float:
        """A number in [0, 1]; in [0, 1) when one would divide by zero."""
        if isinstance(share, (int, float)) and 0 <= share <= 1 and (includes_one or share < 1):
            return share
        bounds = "[0, 1]" if includes_one else "[0, 1)"
        raise InvalidArgument(self.where, f"{name} must be in {bounds}", repr(share))


class GaussianNoise(Noise):
    """While training, y = x + stddev * n, with n of mean 0 and variance 1.

    Args:
        stddev: how strong, in [0, 1].
        seed: for a stream of its own; None draws from torch's.

    Input and output: any shape.

    Source: `keras.layers.GaussianNoise`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, stddev: float, seed: int | None = None, **placement: Any):
        super().__init__(seed, **placement)
        self.stddev = self.checked_share("stddev", stddev)

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        if not training or self.stddev == 0:
            return x
        x = self.floats(x)
        return x + self.stddev * self.normal(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stddev": self.stddev}


class GaussianDropout(Noise):
    """While training, y = x * (1 + s*n) with s = sqrt(rate / (1 - rate)).

    n has mean 0 and variance 1, so that mean and variance of y are those that `Dropout` gives.

    Args:
        rate: that of the Dropout it is like, in [0, 1).
        seed: for a stream of its own; None draws from torch's.

    Input and output: any shape.

    Source: Srivastava et al. (2014), section 10; `keras.layers.GaussianDropout`.
    """

    _needs_no_build = True
    keras_module = "keras.layers"

    def __init__(self, rate: float, seed: int | None = None, **placement: Any):
        super().__init__(seed, **placement)
        self.rate = self.checked_share("rate", rate, includes_one=False)

    def call(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        if not training or self.rate == 0:
            return x
        x = self.floats(x)
        return x * (1 + math.sqrt(self.rate / (1 - self.rate)) * self.normal(x))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}
