"""Noise."""

from __future__ import annotations

import numpy as np

from saccade.data.transforms.light import bounds
from saccade.notes import note_once


def add_noise(image_hwc: np.ndarray, std: float, seed: int) -> np.ndarray:
    """Add a random number of its own to every value.

    Law: clip(x + std * n, bounds(x)), n ~ N(0, 1) independent; `bounds` as for contrast.

    Args:
        image_hwc: (height, width, channels), float.
        std: standard deviation in grey levels (in the image's own units).
        seed: of the noise's own stream: the same seed, the same noise, on any thread.

    Returns:
        A new float32 array of the same shape.

    Example:
        >>> grey = np.full((50, 50, 3), 128, "float32")
        >>> bool(4.8 < add_noise(grey, 5.0, seed=1).std() < 5.2)
        True

    Source: numpy.random.Generator.standard_normal (PCG64), float32.
    """
    if 0 < image_hwc.max() <= 1 < std:
        note_once(
            "noise_range is in grey levels, for values from 0 to 255; images with values up to 1 "
            "drown in it. Leave the division by 255 to rescale=1/255, which comes afterwards."
        )
    noise_hwc = np.random.default_rng(seed).standard_normal(image_hwc.shape, dtype=np.float32)
    noise_hwc *= np.float32(std)
    noise_hwc += image_hwc
    return np.clip(noise_hwc, *bounds(image_hwc), out=noise_hwc)
