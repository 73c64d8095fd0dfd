"""Convolution from first principles: the lesson's two operations on NumPy arrays.

The kernel is laid on the image as it is written, never flipped. Mathematicians call that
cross-correlation; every convolutional layer, and the lesson, call it convolution.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from saccade.errors import InvalidArgument, ShapeError
from saccade.numerics.convolution.geometry import as_padding, as_pair, output_size, same_padding

# A band of rows and its products stay in the processor's cache: for a 12-megapixel photo four
# times as fast as one pass over the whole image for each weight, and without a second copy of it.
BAND_BYTES = 1 << 20


def convolve(sequence: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """Slide the weights along the sequence and take the scalar product at every position.

    The law::

        y[i] = sum over j of weights[j] * sequence[i + j],    i = 0 ... n - k

    Only positions where all weights lie on the sequence count ("valid"). The weights are not
    flipped, so this is `numpy.correlate(sequence, weights, "valid")`; `numpy.convolve` flips
    them first, so `numpy.convolve(sequence, weights, "valid")` is
    `convolve(sequence, weights[::-1])`.

    Args:
        sequence: n real numbers, one-dimensional.
        weights: k real numbers, one-dimensional, k <= n.

    Returns:
        n - k + 1 numbers, float64.

    Raises:
        ShapeError: the weights are longer than the sequence, or one of the two is empty or not
            one-dimensional.
        InvalidArgument: one of the two is not made of real numbers.

    Example:
        >>> convolve([0, 0, 1, 1, 1], [-1, 1]).tolist()
        [0.0, 1.0, 0.0, 0.0]

    Source: the lesson's `convolve`.
    """
    s = _as_numbers("convolve", "the sequence", sequence, {1: "(n,)"}).astype(np.float64)
    w = _as_numbers("convolve", "the weights", weights, {1: "(k,)"}).astype(np.float64)
    if len(w) > len(s):
        raise ShapeError(
            "convolve",
            "the weights must not be longer than the sequence",
            f"{len(w)} weights for a sequence of {len(s)}",
            "Shorten the weights, or swap the two arguments if they changed places.",
        )
    return sliding_window_view(s, len(w)) @ w


def convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    strides: int | tuple[int, int] = 1,
    padding: str | int = "valid",
) -> NDArray[np.float64]:
    """Slide a kernel over an image, left to right and top to bottom, and sum the products.

    The law, for a grey image, strides (a, b) and zeros outside the image::

        y[h, w] = sum over i, j of kernel[i, j] * image[h * a + i, w * b + j]

    A two-dimensional kernel treats each channel of a colour image by itself. A three-dimensional
    one sums over the channels too, as one filter of a convolutional layer does::

        y[h, w] = sum over i, j, c of kernel[i, j, c] * image[h * a + i, w * b + j, c]

    Args:
        image: HW (grey) or HWC (colour), real numbers of any dtype and range; uint8 does not
            wrap around, because the sums are float64.
        kernel: (kh, kw), or (kh, kw, C) for an HWC image. It is not flipped.
        strides: pixels between two positions, one number or (down, across).
        padding: "valid" (none), "same" (zeros, so that strides of 1 keep the size) or the number
            of zeros on every side, in pixels.

    Returns:
        float64: (H', W') from an HW image or a (kh, kw, C) kernel, (H', W', C) otherwise. H' and
        W' are what `output_size` says.

    Raises:
        ShapeError: the kernel does not fit inside the image, has another number of channels, or
            one of the two is empty or has a wrong number of axes.
        UnknownName, InvalidArgument: strides or padding that cannot be, or not real numbers.

    Example:
        >>> image = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0],
        ...          [0, 1, 1, 0, 0]]
        >>> convolve2d(image, [[1, 0, 1], [0, 1, 0], [1, 0, 1]]).astype(int).tolist()
        [[4, 3, 4], [2, 4, 3], [2, 3, 4]]

    Source: the lesson's two-dimensional formula and example.
    """
    where = "convolve2d"
    pixels = _as_numbers(where, "the image", image, {2: "(H, W)", 3: "(H, W, C)"})
    weights = _as_numbers(where, "the kernel", kernel, {2: "(kh, kw)", 3: "(kh, kw, C)"})
    down, across = as_pair(where, "strides", strides)
    if isinstance(padding, str):
        padding = as_padding(where, padding)
    if weights.ndim == 3 and pixels.shape[2:] != weights.shape[2:]:
        raise ShapeError(
            where,
            "a kernel with channels needs an image (H, W, C) with as many",
            f"a kernel {weights.shape} for an image {pixels.shape}",
            "Give a kernel (kh, kw) to treat every channel by itself.",
        )
    n_rows, n_columns = map(int, pixels.shape[:2])
    kh, kw = map(int, weights.shape[:2])
    height = output_size(n_rows, kh, padding, down, where=f"{where}, height")
    width = output_size(n_columns, kw, padding, across, where=f"{where}, width")
    edges = (
        _zeros_around(n_rows, kh, padding, down),
        _zeros_around(n_columns, kw, padding, across),
    )
    if any(map(any, edges)):
        pixels = np.pad(pixels, (*edges, (0, 0))[: pixels.ndim])
    out_hw = np.zeros((height, width, *(pixels.shape[2:] if weights.ndim == 2 else ())))
    band = max(1, BAND_BYTES // out_hw[0].nbytes)  # in rows of the result
    for top in range(0, height, band):
        out_band = out_hw[top : top + band]
        first, last = top * down, (top + len(out_band) - 1) * down + kh
        _add_shifted(out_band, pixels[first:last].astype(np.float64), weights, down, across)
    return out_hw


def _add_shifted(
    out_hw: NDArray[np.float64],
    pixels: NDArray[np.float64],
    weights: NDArray,
    down: int,
    across: int,
) -> None:
    # The sum over i, j (and c) is the outer loop, so that each step is one pass over all
    # positions at once: the image shifted by (i, j), times one weight.
    height, width = out_hw.shape[:2]
    product = np.empty_like(out_hw)
    for (i, j, *channel), weight in np.ndenumerate(weights):
        rows = slice(i, i + (height - 1) * down + 1, down)
        columns = slice(j, j + (width - 1) * across + 1, across)
        np.multiply(pixels[(rows, columns, *channel)], weight, out=product)
        out_hw += product


def _zeros_around(n: int, k: int, padding: str | int, s: int) -> tuple[int, int]:
    if isinstance(padding, str):
        return same_padding(n, k, s) if padding == "same" else (0, 0)
    return int(padding), int(padding)


def _as_numbers(where: str, name: str, value: ArrayLike, layouts: dict[int, str]) -> NDArray:
    """`value` as an array that is not empty and has one of the wanted numbers of axes."""
    needed = f"{name} must be an array of real numbers"
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:  # rows of unequal length, and the like
        raise InvalidArgument(where, needed, f"{type(value).__name__}: {error}") from None
    if array.dtype.kind not in "biuf":
        raise InvalidArgument(where, needed, f"an array of dtype {array.dtype}")
    if array.ndim not in layouts or array.size == 0:
        needed = f"{name} must be {' or '.join(layouts.values())} and not empty"
        raise ShapeError(where, needed, f"shape {array.shape}")
    return array
