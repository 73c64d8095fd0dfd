"""Geometry: numbers of filters in eights, and the borders of a window in steps of 2."""

from __future__ import annotations

from saccade.applications.building.channels import sides_of
from saccade.graph import Symbol

Border = tuple[tuple[int, int], tuple[int, int]]


def eights(filters: float, least_share: float = 0.9) -> int:
    """The nearest multiple of 8, at least 8.

    Args:
        filters: how many are wanted.
        least_share: of what is wanted; where the nearest is less, the next multiple is taken.

    Example:
        >>> eights(32.0), eights(11.2), eights(1.6), eights(11.2, 0.0)
        (32, 16, 8, 8)
    """
    near = max(8, int(filters + 4) // 8 * 8)
    return near + 8 if near < least_share * filters else near


def stepping_border(x: Symbol, kernel: int | tuple[int, int]) -> Border:
    """Zeros ((top, bottom), (left, right)) around images for a window in steps of 2.

    Law: half the window on both sides; where a side is even or open, one row less in front

    Args:
        x: a batch of images.
        kernel: the window's side, odd; or its height and its width.
    """
    tall, wide = (kernel, kernel) if isinstance(kernel, int) else kernel
    height, width = sides_of(x.shape[1:])
    if height is None or width is None:
        height = width = 0  # as even ones
    return (tall // 2 - 1 + height % 2, tall // 2), (wide // 2 - 1 + width % 2, wide // 2)
