"""Inner names: what scripts of Keras 1 and 2 take from its `backend`, off its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from saccade.numerics.machine.device import gpu_count
from saccade.numerics.tensors.tensor_functions import cast, convert_to_tensor

__all__ = [
    "_EPSILON",
    "_FLOATX",
    "_get_available_gpus",
    "_to_tensor",
    "control_dependencies",
    "np",
    "size",
]

_EPSILON, _FLOATX = 1e-7, "float32"  # of `keras.backend.common`, as they are at the start


def _get_available_gpus() -> list[str]:
    """The names of the GPUs: "/device:GPU:0"; scripts count them before `multi_gpu_model`."""
    return [f"/device:GPU:{number}" for number in range(gpu_count())]


def _to_tensor(x: Any, dtype: Any) -> Any:
    """The numbers as a tensor of a dtype."""
    return cast(convert_to_tensor(x), dtype)


@contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Without effect: what was called before is done before."""
    yield


def size(x: Any, name: str | None = None) -> torch.Tensor:
    """How many numbers there are, as an integer tensor ()."""
    return torch.tensor(convert_to_tensor(x).numel(), dtype=torch.int32)
