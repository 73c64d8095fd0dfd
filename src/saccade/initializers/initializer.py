"""Initializer: draws the first values of a weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.numerics.machine.random_streams import stream_of_seed
from saccade.records import checked_dtype
from saccade.user_names import UserNames


class Initializer(UserNames):
    """Called with a shape, gives a float32 tensor; an integer `seed` makes every call give the
    same, a `SeedGenerator` the next numbers of a row that is the same in every run."""

    keras_module = "keras.initializers"

    def __init__(self, seed: Any = None):
        record = seed.get("config") if isinstance(seed, dict) else None  # of a SeedGenerator
        self.seed = record["seed"] if record else seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> torch.Tensor:
        checked_dtype(type(self).__name__, dtype)
        return self.draw(shape)

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        """The values; each initialiser's own."""
        raise NotImplementedError

    def generator(self) -> torch.Generator | None:
        return None if self.seed is None else stream_of_seed(self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}

    def clone(self) -> Initializer:
        """Another one that draws the same."""
        return type(self).from_config(self.get_config())

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        return cls(**config)
