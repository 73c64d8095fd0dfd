"""Initializer: draws the first values of a weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.records import checked_dtype
from saccade.user_names import UserNames


class Initializer(UserNames):
    """Called with a shape, gives a float32 tensor; `seed` makes every call give the same."""

    keras_module = "keras.initializers"

    def __init__(self, seed: int | None = None):
        self.seed = seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> torch.Tensor:
        checked_dtype(type(self).__name__, dtype)
        return self.draw(shape)

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        """The values; each initialiser's own."""
        raise NotImplementedError

    def generator(self) -> torch.Generator | None:
        return None if self.seed is None else torch.Generator().manual_seed(self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}

    def clone(self) -> Initializer:
        """Another one that draws the same."""
        return type(self).from_config(self.get_config())

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        return cls(**config)
