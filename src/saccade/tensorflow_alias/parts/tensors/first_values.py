"""First values: `tf.constant_initializer` and the others at TensorFlow's top."""

from __future__ import annotations

import math
from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.initializers import Constant, Initializer, RandomNormal, RandomUniform
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import sizes_of, tensor_of


class _OfAnyDtype(Initializer):
    """Gives the dtype that is asked for, float32 otherwise."""

    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> torch.Tensor:
        return self.draw(sizes_of(shape)).to(torch_dtype(dtype) or torch.float32)


class constant_initializer(_OfAnyDtype, Constant):  # TensorFlow's name
    """Values that are spread over the shape, or that fill it one after the other."""

    def __init__(self, value: Any = 0, support_partition: bool = False):
        super().__init__(value)

    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> torch.Tensor:
        values, sizes = tensor_of(self.value, dtype), sizes_of(shape)
        if values.numel() == math.prod(sizes):
            return values.reshape(sizes).clone()
        try:
            return values.broadcast_to(sizes).clone()
        except RuntimeError:
            needed = f"values must fit the shape {tuple(sizes)}"
            raise ShapeError("constant_initializer", needed, str(tuple(values.shape))) from None


class zeros_initializer(_OfAnyDtype, Constant):
    """All zeros."""

    def __init__(self):
        super().__init__(0.0)


class ones_initializer(_OfAnyDtype, Constant):
    """All ones."""

    def __init__(self):
        super().__init__(1.0)


class random_uniform_initializer(_OfAnyDtype, RandomUniform):
    """Drawn between two numbers."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None):
        super().__init__(minval, maxval, seed)


class random_normal_initializer(_OfAnyDtype, RandomNormal):
    """Drawn from a bell."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        super().__init__(mean, stddev, seed)
