"""Initial values that are not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from saccade.errors import ShapeError
from saccade.initializers.initializer import Initializer
from saccade.numerics.tensors.array_record import array_record
from saccade.numerics.tensors.conversion import as_tensor
from saccade.records import is_record


class Constant(Initializer):
    """Every element `value`; or an array of values, as of a Sobel kernel.

    Args:
        value: a number, or an array, list or tensor that NumPy's rules spread over the weight's
            shape.

    Raises:
        ShapeError: values that do not fit the shape that is asked for.

    Source: `keras.initializers.Constant`.
    """

    keras_module = "keras.initializers"

    def __init__(self, value: Any = 0.0):
        super().__init__()
        if is_record(value):  # an array, as Keras writes it
            value = np.asarray(value["config"]["value"], value["config"].get("dtype"))
        self.value = value

    def draw(self, shape: Sequence[int]) -> torch.Tensor:
        values = self.value
        values = values.detach().cpu() if torch.is_tensor(values) else as_tensor(values)
        values = values.to("cpu", torch.float32)
        try:
            return values.broadcast_to(tuple(shape)).clone()
        except RuntimeError:
            needed = f"values must fit a weight of shape {tuple(shape)}"
            raise ShapeError("Constant", needed, str(tuple(values.shape))) from None

    def get_config(self) -> dict[str, Any]:
        values = self.value
        values = values.detach().cpu().numpy() if torch.is_tensor(values) else values
        if not isinstance(values, np.ndarray):
            return {"value": values}
        return {"value": array_record(values)}


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
