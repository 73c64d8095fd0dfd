"""Old kernels: those of convolutions that lie otherwise in files of Keras 1, or of Keras on Theano.

Theano's convolution turns a kernel round, so its files hold them turned. Keras 1 had the channels
of a transposed convolution the other way round, and an axis of length 1 in kernels over series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_TURNED_ON_THEANO = ("Conv1D", "Conv2D", "Conv2DTranspose")


@dataclass(frozen=True)
class Origin:
    """What wrote a file: the version of Keras and its backend, empty where that is not told."""

    version: str
    backend: str = ""


UNTOLD = Origin("1.")  # Keras 1 did not sign its weights


@dataclass(frozen=True)
class Kernel:
    """A dataset of a file, to be read as it lies today."""

    values: Any
    change: Callable[[np.ndarray], np.ndarray]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.change(np.broadcast_to(np.float32(0), self.values.shape)).shape

    @property
    def dtype(self) -> Any:
        return self.values.dtype

    @property
    def name(self) -> str:
        return self.values.name

    def __getitem__(self, whole: tuple[()]) -> np.ndarray:
        return np.ascontiguousarray(self.change(self.values[whole]))


def as_today(origin: Origin, kind: str, values: Any) -> Any:
    """An array of a layer, or what reads it in the order of today.

    Args:
        kind: the class of the layer.
        values: the dataset.
    """
    changes: list[Callable[[np.ndarray], np.ndarray]] = []
    if origin.version.startswith("1."):
        if kind == "Conv2DTranspose" and len(values.shape) == 4:
            changes.append(lambda kernel: kernel.transpose(0, 1, 3, 2))
        if kind == "Conv1D" and len(values.shape) == 4:
            changes.append(lambda kernel: kernel[:, 0])
    if origin.backend == "theano" and kind in _TURNED_ON_THEANO and len(values.shape) > 1:
        changes.append(_turned)
    for change in changes:
        values = Kernel(values, change)
    return values


def _turned(kernel: np.ndarray) -> np.ndarray:
    """Turned round in space: all axes but the last two."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)]
