"""Keras's functions that move one image: each draws from `numpy.random` and applies what it drew.

Their axes are Keras's too: unless the caller says otherwise, the channels come first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from saccade.data.transforms.affine import affine_matrix, warp
from saccade.errors import InvalidArgument, ShapeError


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Rotate, shift, shear and zoom one image; `affine_matrix` and `warp` say the law.

    Args:
        x: one image with three axes.
        theta: rotation in degrees.
        tx: shift in px, along the columns (Keras's choice of axis).
        ty: shift in px, along the rows.
        shear: angle in degrees.
        zx: zoom along the columns; below 1 enlarges.
        zy: zoom along the rows; below 1 enlarges.
        row_axis: which axis of `x` counts rows.
        col_axis: which axis counts columns.
        channel_axis: which axis counts channels, 0 or 2.
        fill_mode: "nearest", "reflect", "constant" or "wrap".
        cval: the value outside, with "constant".
        order: of the spline between pixels, 0 to 5.

    Returns:
        The image, same shape, axes and dtype; `x` itself where nothing is to be done.

    Raises:
        InvalidArgument: the axes are not 0, 1 and 2, or the channels lie in the middle.
        ShapeError: `x` does not have three axes.

    Example:
        >>> x = np.arange(4, dtype="float32").reshape(1, 2, 2)
        >>> apply_affine_transform(x, ty=1)[0]
        array([[2., 3.],
               [2., 3.]], dtype=float32)

    Source: Keras 3, legacy/preprocessing/image.py, apply_affine_transform.
    """
    where = "apply_affine_transform"
    axes = (row_axis, col_axis, channel_axis)
    if sorted(axes) != [0, 1, 2] or channel_axis == 1:
        needed = (
            "row_axis, col_axis and channel_axis must be 0, 1 and 2 with channels first or last"
        )
        raise InvalidArgument(where, needed, axes)
    if x.ndim != 3:
        raise ShapeError(where, "needs one image with 3 axes", x.shape)
    matrix = affine_matrix(theta, tx, ty, shear, zx, zy, x.shape[row_axis], x.shape[col_axis])
    if matrix is None:
        return x
    warped_hwc = warp(x.transpose(axes), matrix, fill_mode, cval, order)
    return warped_hwc.transpose(np.argsort(axes))


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Rotate one image by U(-rg, rg) degrees.

    Args:
        x: one image with three axes.
        rg: the largest angle, in degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval: as for `apply_affine_transform`.
        interpolation_order: of the spline between pixels, 0 to 5.

    Returns:
        The image, same shape, axes and dtype.

    Example:
        >>> random_rotation(np.ones((3, 8, 8), "float32"), 20).shape
        (3, 8, 8)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    theta = np.random.uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, theta, 0, 0, 0, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shift one image by tx = U(-hrg, hrg) * height and ty = U(-wrg, wrg) * width px.

    Args:
        x: one image with three axes.
        wrg: a fraction of the width.
        hrg: a fraction of the height; drawn first.
        row_axis, col_axis, channel_axis, fill_mode, cval: as for `apply_affine_transform`.
        interpolation_order: of the spline between pixels, 0 to 5.

    Returns:
        The image, same shape, axes and dtype.

    Example:
        >>> random_shift(np.ones((3, 8, 8), "float32"), 0.2, 0.2).shape
        (3, 8, 8)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, tx, ty, 0, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shear one image by U(-intensity, intensity) degrees.

    Args:
        x: one image with three axes.
        intensity: the largest angle, in degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval: as for `apply_affine_transform`.
        interpolation_order: of the spline between pixels, 0 to 5.

    Returns:
        The image, same shape, axes and dtype.

    Example:
        >>> random_shear(np.ones((3, 8, 8), "float32"), 20).shape
        (3, 8, 8)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, 0, 0, shear, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Zoom one image by zx, zy ~ U(zoom_range), each drawn on its own; nothing drawn for (1, 1).

    Args:
        x: one image with three axes.
        zoom_range: (lowest, highest); below 1 enlarges.
        row_axis, col_axis, channel_axis, fill_mode, cval: as for `apply_affine_transform`.
        interpolation_order: of the spline between pixels, 0 to 5.

    Returns:
        The image, same shape, axes and dtype.

    Raises:
        InvalidArgument: zoom_range is not two numbers.

    Example:
        >>> random_zoom(np.ones((3, 8, 8), "float32"), (0.8, 1.2)).shape
        (3, 8, 8)

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    low, high = pair("random_zoom", "zoom_range", zoom_range)
    zx, zy = (1, 1) if low == 1 and high == 1 else np.random.uniform(low, high, 2)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, 0, 0, 0, zx, zy, *axes, fill_mode, cval, interpolation_order
    )


def flip_axis(x: np.ndarray, axis: int) -> np.ndarray:
    """Reverse one axis.

    Args:
        x: any array.
        axis: which axis.

    Returns:
        A view of `x`.

    Example:
        >>> flip_axis(np.array([1, 2, 3]), 0)
        array([3, 2, 1])

    Source: Keras 3, legacy/preprocessing/image.py.
    """
    return np.flip(x, axis)


def pair(where: str, name: str, value: Sequence[float]) -> tuple[float, float]:
    """The two numbers of a range.

    Raises:
        InvalidArgument: it is not two.
    """
    if not isinstance(value, Sequence | np.ndarray) or len(value) != 2:
        raise InvalidArgument(where, f"{name} must be two numbers (lowest, highest)", repr(value))
    return value[0], value[1]
