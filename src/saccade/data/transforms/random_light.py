"""Keras's functions that change the light of one image, drawn from `numpy.random`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from saccade.data.transforms.light import brighten, shift_channels
from saccade.data.transforms.random_moves import pair
from saccade.errors import InvalidArgument


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Add `intensity` to every value, staying between the image's extremes.

    Args:
        x: one image with three axes.
        intensity: what to add, in the image's own units.
        channel_axis: 0, 1 or 2; the same is added to every channel, so it does not matter which.

    Returns:
        The image, same shape and axes.

    Raises:
        InvalidArgument: there is no such axis.

    Example:
        >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 3.0)
        array([[[3., 8., 9.]]])

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    if channel_axis not in range(x.ndim):
        needed = f"channel_axis must be from 0 to {x.ndim - 1}"
        raise InvalidArgument("apply_channel_shift", needed, channel_axis)
    return shift_channels(x, intensity)


def random_channel_shift(
    x: np.ndarray, intensity_range: float, channel_axis: int = 0
) -> np.ndarray:
    """Add U(-intensity_range, intensity_range) to every value, as `apply_channel_shift` does.

    Args:
        x: one image with three axes.
        intensity_range: the most that is added, in the image's own units.
        channel_axis: 0, 1 or 2.

    Returns:
        The image, same shape and axes.

    Example:
        >>> random_channel_shift(np.ones((3, 8, 8), "float32"), 20).shape
        (3, 8, 8)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis)


def apply_brightness_shift(x: np.ndarray, brightness: float, scale: bool = True) -> np.ndarray:
    """Multiply the values of one image HWC; `brighten` says the law.

    Args:
        x: (height, width, channels); 1, 3 or 4 channels.
        brightness: 0 is black, 1 changes nothing but the cut to whole numbers.
        scale: stretch the values to [0, 255] first; False only where some lie outside.

    Returns:
        float32, same shape.

    Example:
        >>> apply_brightness_shift(np.full((1, 1, 3), 100.0), 0.5, scale=False)[0, 0]
        array([50., 50., 50.], dtype=float32)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    return brighten(x, brightness, scale)


def random_brightness(
    x: np.ndarray, brightness_range: Sequence[float], scale: bool = True
) -> np.ndarray:
    """Multiply the values of one image HWC by U(brightness_range), as `apply_brightness_shift`.

    Args:
        x: (height, width, channels); 1, 3 or 4 channels.
        brightness_range: (lowest, highest).
        scale: stretch the values to [0, 255] first.

    Returns:
        float32, same shape.

    Raises:
        InvalidArgument: brightness_range is not two numbers.

    Example:
        >>> random_brightness(np.ones((8, 8, 3), "float32"), (0.5, 1.5)).shape
        (8, 8, 3)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    low, high = pair("random_brightness", "brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)
