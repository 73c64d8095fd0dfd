"""Resampling: one image in another size, as weighted sums of its rows and columns; NumPy only.

Pixels are squares: pixel i of n spans [i, i + 1], and output pixel j of m looks at the middle of
its share, (j + 0.5) * n / m. What lies beyond the border is left out, and the weights of the rest
are divided by their sum.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np


def resize_hwc(image_hwc: np.ndarray, height: int, width: int, interpolation: str) -> np.ndarray:
    """One image in another size, without antialiasing and without rounding.

    Law of "bilinear", in float32 and in this order, which makes it TensorFlow's to the bit::

        y = (j + 0.5) * n / m - 0.5;  low = max(floor(y), 0);  high = min(low + 1, n - 1)
        result = top + (bottom - top) * (y - floor(y)),  each of them left + (right - left) * ...

    "nearest" takes the pixel floor((j + 0.5) * n / m); the rest are `resampling_weights`.

    Args:
        image_hwc: (height, width, channels), integers or floats of any range.
        height, width: of the result, in pixels.
        interpolation: one of `KERNELS`, "area" or "nearest".

    Returns:
        (height, width, channels), float32.

    Example:
        >>> row = np.array([[[0], [100]]], np.uint8)
        >>> resize_hwc(row, 1, 4, "bilinear")[0, :, 0].tolist()
        [0.0, 25.0, 75.0, 100.0]

    Source: `tf.image.resize` with antialias=False.
    """
    if interpolation == "nearest":
        rows, columns = (
            np.minimum(_middles(n, m).astype(np.intp), n - 1)
            for n, m in zip(image_hwc.shape[:2], (height, width), strict=True)
        )
        return image_hwc[rows[:, None], columns].astype(np.float32)
    if interpolation == "bilinear":
        return _bilinear(image_hwc, height, width)
    by_rows, by_columns = (
        resampling_weights(n, m, interpolation, antialias=False).astype(np.float32)
        for n, m in zip(image_hwc.shape[:2], (height, width), strict=True)
    )
    x_hwc = np.asarray(image_hwc, dtype=np.float32)
    x_hwc = np.tensordot(by_rows, x_hwc, axes=(1, 0))
    return np.ascontiguousarray(np.tensordot(by_columns, x_hwc, axes=(1, 1)).swapaxes(0, 1))


def resampling_weights(n: int, m: int, interpolation: str, antialias: bool) -> np.ndarray:
    """How much each of `n` pixels counts in each of `m`: an array (m, n) whose rows sum to 1."""
    share = n / m  # how many pixels make one
    if interpolation == "area":
        edges = np.arange(m + 1)[:, None] * share
        covered = np.clip(edges - np.arange(n), 0, 1)
        return np.diff(covered, axis=0) / share
    kernel = KERNELS[interpolation]
    stretch = max(share, 1.0) if antialias else 1.0
    middles = (np.arange(m)[:, None] + 0.5) * share - 0.5
    weights = kernel(np.abs(middles - np.arange(n)) / stretch)
    return weights / weights.sum(1, keepdims=True)


def middle_of(
    height: int, width: int, target_height: int, target_width: int
) -> tuple[slice, slice]:
    """Rows and columns of the largest part in the middle that has the target's proportions."""
    rows = max(min(height, width * target_height // target_width), 1)
    columns = max(min(width, height * target_width // target_height), 1)
    top, left = (height - rows) // 2, (width - columns) // 2
    return slice(top, top + rows), slice(left, left + columns)


def _middles(n: int, m: int) -> np.ndarray:
    """Where the middles of `m` pixels lie among `n`, float32 as TensorFlow computes them."""
    return (np.arange(m, dtype=np.float32) + np.float32(0.5)) * (np.float32(n) / np.float32(m))


def _bilinear(image_hwc: np.ndarray, height: int, width: int) -> np.ndarray:
    (above, below, down), (left, right, across) = (
        _neighbours(n, m) for n, m in zip(image_hwc.shape[:2], (height, width), strict=True)
    )
    # Rows of numbers instead of rows of pixels: loops over three channels would take most of the
    # time. What is needed is taken out of the image, which is never turned into floats.
    channels = image_hwc.shape[2]
    lines = image_hwc.reshape(image_hwc.shape[0], -1)
    left, right = ((one[:, None] * channels + np.arange(channels)).ravel() for one in (left, right))
    across = np.repeat(across, channels)

    def along(rows: np.ndarray) -> np.ndarray:
        picked = lines.take(rows, axis=0)
        start = picked.take(left, axis=1).astype(np.float32)
        between = picked.take(right, axis=1).astype(np.float32)
        between -= start
        between *= across
        between += start
        return between

    top, between = along(above), along(below)
    between -= top
    between *= down[:, None]
    between += top
    return between.reshape(height, width, channels)


def _neighbours(n: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of `m` pixels: the one before, the one after, and how far it is from the former."""
    place = _middles(n, m) - np.float32(0.5)
    floor = np.floor(place)
    before = np.maximum(floor, 0).astype(np.intp)
    after = np.minimum(np.ceil(place), n - 1).astype(np.intp)
    return before, after, place - floor


def _triangle(d: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1 - d)


def _cubic(d: np.ndarray) -> np.ndarray:
    """Keys's kernel with a = -1/2."""
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d >= 2, 0.0, np.where(d >= 1, far, near))


def _mitchell(d: np.ndarray) -> np.ndarray:
    """Mitchell and Netravali's kernel with B = C = 1/3."""
    near = ((7 * d - 12) * d * d + 16 / 3) / 6
    far = (((-7 / 3 * d + 12) * d - 20) * d + 32 / 3) / 6
    return np.where(d >= 2, 0.0, np.where(d >= 1, far, near))


def _gaussian(d: np.ndarray) -> np.ndarray:
    """A bell of standard deviation 1/2, cut off at three of them."""
    return np.where(d >= 1.5, 0.0, np.exp(-2 * d * d))


def _lanczos(radius: int, d: np.ndarray) -> np.ndarray:
    return np.where(d > radius, 0.0, np.sinc(d) * np.sinc(d / radius))


KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "mitchellcubic": _mitchell,
    "gaussian": _gaussian,
    "lanczos3": partial(_lanczos, 3),
    "lanczos5": partial(_lanczos, 5),
}
