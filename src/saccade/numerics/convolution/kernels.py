"""Kernels as products of named one-dimensional parts.

A kernel that is `numpy.outer(down, across)` does `down` along the columns and `across` along the
rows; read that way its numbers explain themselves. All are laid on the image unflipped, as
`convolve2d` does.
"""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from saccade.errors import InvalidArgument
from saccade.numerics.convolution.geometry import as_pair


def _freeze(part: object) -> NDArray[np.int64]:
    """Read-only: a constant that a user changes in place would change for everybody."""
    array = np.array(part, dtype=np.int64)
    array.setflags(write=False)
    return array


# The parts, three pixels each.
STAY = _freeze([0, 1, 0])  # the pixel itself
SMOOTH = _freeze([1, 2, 1])  # a row of Pascal's triangle, [1, 1] laid over [1, 1]: a small blur
SLOPE = _freeze([-1, 0, 1])  # next minus previous: twice the first derivative
BEND = _freeze([1, -2, 1])  # [-1, 1] laid over [-1, 1]: the second derivative

# The lesson's two matrices, which are Sobel's (I. Sobel and G. Feldman, 1968): the slope in one
# direction, smoothed in the other. Bright below dark (right of dark) is positive.
HORIZONTAL_CONTOURS = _freeze(np.outer(SLOPE, SMOOTH))
VERTICAL_CONTOURS = _freeze(np.outer(SMOOTH, SLOPE))


def box(size: int | tuple[int, int]) -> NDArray[np.float64]:
    """The mean of a rectangle of pixels, the plainest blur.

    The law: `outer(part, part)` with `part = [1, ..., 1] / size`; the weights sum to one.

    Args:
        size: pixels, one number or (height, width).

    Returns:
        (height, width), float64.

    Raises:
        InvalidArgument: a size that is not a positive integer.

    Example:
        >>> box(2).tolist()
        [[0.25, 0.25], [0.25, 0.25]]

    Source: the definition of the mean.
    """
    height, width = as_pair("box", "size", size)
    return np.outer(np.full(height, 1 / height), np.full(width, 1 / width))


def gaussian(size: int | tuple[int, int], sigma: float | None = None) -> NDArray[np.float64]:
    """A blur whose weights fall off like a bell.

    The law: `outer(part, part)` with::

        part[i] = exp(-(i - middle)^2 / (2 sigma^2)) / (sum of the same)

    Args:
        size: pixels, one number or (height, width). An even size has its middle between pixels.
        sigma: standard deviation in pixels, above 0. None chooses 0.15 * size + 0.35 for each
            axis, with which three pixels come out near `SMOOTH / 4`.

    Returns:
        (height, width), float64; the weights sum to one.

    Raises:
        InvalidArgument: a size that is not a positive integer, a sigma that is not positive.

    Example:
        >>> gaussian(3).round(2).tolist()
        [[0.06, 0.12, 0.06], [0.12, 0.27, 0.12], [0.06, 0.12, 0.06]]

    Source: the normal density sampled at the pixels; the choice of sigma is that of OpenCV's
    `getGaussianKernel`.
    """
    height, width = as_pair("gaussian", "size", size)
    if sigma is not None:
        _check_number("gaussian", "sigma", sigma, above=True)
    return np.outer(_bell(height, sigma), _bell(width, sigma))


def sharpen(amount: float = 1.0) -> NDArray[np.float64]:
    """The image minus its bends: every pixel moves away from the mean of its four neighbours.

    The law: `outer(STAY, STAY) - amount * (outer(BEND, STAY) + outer(STAY, BEND))`; the weights
    sum to one, so a constant area keeps its brightness.

    Args:
        amount: how strongly, at least 0; 0 leaves the image as it is.

    Returns:
        (3, 3), float64.

    Raises:
        InvalidArgument: an amount that is not a number of at least 0.

    Example:
        >>> sharpen().astype(int).tolist()
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]

    Source: the five-point Laplacian, subtracted.
    """
    _check_number("sharpen", "amount", amount, above=False)
    bends = np.outer(BEND, STAY) + np.outer(STAY, BEND)
    return np.outer(STAY, STAY) - amount * bends


def _bell(size: int, sigma: float | None) -> NDArray[np.float64]:
    # Below a thousandth of a pixel nothing but the middle is left, and divisions would overflow.
    sigma = 0.15 * size + 0.35 if sigma is None else max(sigma, 1e-3)
    squares = (np.arange(size) - (size - 1) / 2) ** 2
    # From the smallest square on: a narrow bell of even size would be 0 / 0 otherwise.
    part = np.exp(-(squares - squares.min()) / 2 / sigma / sigma)
    return part / part.sum()


def _check_number(where: str, name: str, value: object, above: bool) -> None:
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not number or value < 0 or (above and value == 0):  # type: ignore[operator]
        needed = f"{name} must be a number {'above' if above else 'of at least'} 0"
        raise InvalidArgument(where, needed, repr(value))
