"""Own variable: `keras.Variable`, a weight that a user makes without a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade import initializers
from saccade.errors import InvalidArgument
from saccade.names import auto_name
from saccade.numerics.tensors.creation import convert_to_tensor
from saccade.variables import Variable as Weight


class Variable(Weight):
    """Values with a name that are changed in place; an attribute of a layer is one of its weights.

    Args:
        initializer: the values, an array, tensor or number; or what makes them of `shape`, a word
            or a function.
        shape: of what an initialiser makes; () for a single number.
        dtype: that of the values, or "float32", when None.
        trainable: whether training changes it; values that are no floats are never trained.
        autocast: whether a layer that computes in half precision sees it so.
        aggregation, synchronization: what several processes would do; there is one.
        name: "variable", "variable_1", ... when None.

    Raises:
        InvalidArgument: an initialiser without a shape, or a shape that the values have not.

    Example:
        >>> counter = Variable(0, dtype="int32")
        >>> int(counter.assign_add(2))
        2

    Source: `keras.Variable`.
    """

    def __init__(
        self,
        initializer: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
    ):
        pass  # everything happens in __new__, as in torch's own Parameter

    def __new__(
        cls,
        initializer: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
    ):
        if isinstance(initializer, str) or callable(initializer):
            if shape is None:
                raise InvalidArgument(
                    "Variable", "an initialiser needs shape=", None, "() is a single number."
                )
            initializer = initializers.get(initializer)(tuple(shape))
        values = convert_to_tensor(initializer, dtype).detach().clone()
        if dtype is None and values.dtype is torch.float64:  # NumPy's, and Python's own numbers
            values = values.float()
        if shape is not None and tuple(values.shape) != tuple(shape):
            raise InvalidArgument("Variable", f"shape must be {tuple(values.shape)}", tuple(shape))
        trains = trainable and values.is_floating_point()
        self = super().__new__(cls, values, trains, name or auto_name("variable"))
        self.autocast = autocast
        return self
