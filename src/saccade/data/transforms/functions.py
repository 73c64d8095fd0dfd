"""Keras's functions for one image: each draws from `numpy.random` and applies what it drew.

Their axes are Keras's too: without a word from the caller the channels come first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from saccade.data.transforms.affine import affine_matrix, warp
from saccade.data.transforms.light import brighten, shift_channels
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
    low, high = _pair("random_zoom", "zoom_range", zoom_range)
    zx, zy = (1, 1) if low == 1 and high == 1 else np.random.uniform(low, high, 2)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, 0, 0, 0, zx, zy, *axes, fill_mode, cval, interpolation_order
    )


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
    low, high = _pair("random_brightness", "brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)


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


def _pair(where: str, name: str, value: Sequence[float]) -> tuple[float, float]:
    if not isinstance(value, Sequence | np.ndarray) or len(value) != 2:
        raise InvalidArgument(where, f"{name} must be two numbers (lowest, highest)", repr(value))
    return value[0], value[1]
