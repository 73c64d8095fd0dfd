"""Old kernels: those that lie otherwise in files of Keras 1, or of Keras on Theano.

Theano's convolution turns a kernel round, so its files hold them turned. Keras 1 had the channels
of a transposed convolution the other way round, an axis of length 1 in kernels over series, and
kernels (filters, channels, height, width) where images had their channels first. Its Flatten left
such images as they were, where today's puts the channels innermost: so the rows of a Dense layer
behind it stand in another order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_TURNED_ON_THEANO = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose")
_KEEP_PLACES = ("Activation", "Dropout", "GaussianDropout", "GaussianNoise", "LeakyReLU")


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


def as_today(origin: Origin, layer: Any, values: Any) -> Any:
    """An array of a layer, or what reads it in the order of today.

    Args:
        layer: that it belongs to.
        values: the dataset.
    """
    changes: list[Callable[[np.ndarray], np.ndarray]] = []
    kind = type(layer).__name__
    if origin.version.startswith("1."):
        is_first = getattr(layer, "data_format", "") == "channels_first"
        if kind in ("Conv2D", "Conv3D") and len(values.shape) > 1 and is_first:
            changes.append(lambda kernel: np.moveaxis(kernel, (1, 0), (-2, -1)))
        if kind == "Conv2DTranspose" and len(values.shape) == 4:
            axes = (2, 3, 0, 1) if is_first else (0, 1, 3, 2)
            changes.append(lambda kernel: kernel.transpose(axes))
        if kind == "Conv1D" and len(values.shape) == 4:
            changes.append(lambda kernel: kernel[:, 0])
        sizes = _flattened_before(layer) if kind == "Dense" and len(values.shape) == 2 else None
        if sizes is not None:
            changes.append(lambda kernel: _channels_innermost(kernel, sizes))
    if origin.backend == "theano" and kind in _TURNED_ON_THEANO and len(values.shape) > 1:
        changes.append(_turned)
    for change in changes:
        values = Kernel(values, change)
    return values


def _flattened_before(layer: Any) -> tuple[int, ...] | None:
    """The sizes (channels, ...) of what a Flatten before the layer puts in another order."""
    while layer.nodes and layer.nodes[0].parents:
        layer = layer.nodes[0].parents[0].layer
        if type(layer).__name__ == "Flatten":
            sizes = tuple(layer.nodes[0].inputs[0].shape[1:])
            is_first = layer.data_format == "channels_first"
            return sizes if is_first and len(sizes) > 1 and None not in sizes else None
        if type(layer).__name__ not in _KEEP_PLACES:
            return None
    return None


def _channels_innermost(kernel: np.ndarray, sizes: tuple[int, ...]) -> np.ndarray:
    if kernel.shape[0] != math.prod(sizes):
        return kernel  # it does not fit, which is told where it is read
    return np.moveaxis(kernel.reshape(*sizes, -1), 0, -2).reshape(kernel.shape)


def _turned(kernel: np.ndarray) -> np.ndarray:
    """Turned round in space: all axes but the last two."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)]
