"""Initial values that are not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.initializers.initializer import Initializer


class Constant(Initializer):
    """Every element `value`."""

    keras_module = "keras.initializers"

    def __init__(self, value: float = 0.0):
        super().__init__()
        self.value = value

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        return torch.full(tuple(shape), float(self.value), device="cpu")

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


class Zeros(Constant):
    """All zeros."""

    keras_module = "keras.initializers"

    def __init__(self):
        super().__init__(0.0)

    def get_config(self) -> dict[str, Any]:
        return {}


class Ones(Constant):
    """All ones."""

    keras_module = "keras.initializers"

    def __init__(self):
        super().__init__(1.0)

    def get_config(self) -> dict[str, Any]:
        return {}


class Identity(Initializer):
    """gain * the identity matrix; an oblong one has ones on its diagonal.

    Args:
        gain: what the ones are multiplied by.

    Raises:
        ShapeError: asked for anything but a matrix.

    Source: `keras.initializers.Identity`.
    """

    keras_module = "keras.initializers"

    def __init__(self, gain: float = 1.0):
        super().__init__()
        self.gain = gain

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        if len(shape) != 2:
            raise ShapeError("Identity", "makes matrices", str(tuple(shape)))
        return self.gain * torch.eye(*shape, device="cpu")

    def get_config(self) -> dict[str, Any]:
        # Keras never writes the gain; here it is written where it says something
        return {} if self.gain == 1.0 else {"gain": self.gain}
