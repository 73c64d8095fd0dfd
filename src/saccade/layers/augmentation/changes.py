"""Changes: the eleven layers that RandAugment and AugMix choose from."""

from __future__ import annotations

from typing import Any

from saccade.layers.augmentation.color import RandomColorDegeneration
from saccade.layers.augmentation.factors import Range
from saccade.layers.augmentation.geometry import RandomRotation, RandomShear, RandomTranslation
from saccade.layers.augmentation.histogram import AutoContrast, Equalization
from saccade.layers.augmentation.light import (
    RandomBrightness,
    RandomContrast,
    RandomPosterization,
    Solarization,
)
from saccade.layers.augmentation.random_transform import RandomTransform
from saccade.layers.augmentation.sharpness import RandomSharpness


def eleven_changes(
    factor: Range, value_range: Any, interpolation: str, dtype: Any
) -> list[RandomTransform]:
    """Layers of that strength by the names that Keras gives them, in its RandAugment's order.

    Args:
        factor: (lower, upper) of each; posterization keeps up to 8 * upper bits.
        value_range: the darkest and the brightest value that a pixel may have.
        interpolation: "bilinear" or "nearest", where pixels move.
        dtype: a dtype policy.
    """
    moved = {"interpolation": interpolation, "dtype": dtype}
    toned = {"value_range": value_range, "dtype": dtype}
    bits = max(1, int(8 * factor[1]))
    return [
        RandomShear(factor, factor, name="random_shear", **moved),
        RandomTranslation(factor, factor, name="random_translation", **moved),
        RandomRotation(factor, name="random_rotation", **moved),
        RandomBrightness(factor, name="random_brightness", **toned),
        RandomColorDegeneration(factor, name="random_color_degeneration", **toned),
        RandomContrast(factor, name="random_contrast", **toned),
        RandomSharpness(factor, name="random_sharpness", **toned),
        RandomPosterization(bits, name="random_posterization", **toned),
        Solarization(factor, factor, name="solarization", **toned),
        AutoContrast(name="auto_contrast", **toned),
        Equalization(name="equalization", **toned),
    ]
