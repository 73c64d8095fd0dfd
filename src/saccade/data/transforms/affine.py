"""Rotation, shift, shear and zoom: one matrix, one interpolation."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from saccade.data.files.opencv import opencv
from saccade.errors import InvalidArgument, ShapeError
from saccade.names import unknown_name

FILL_MODES = ("nearest", "reflect", "constant", "wrap")
SCIPY_FILL_MODES = ("mirror", "grid-mirror", "grid-constant", "grid-wrap")  # Keras lets them pass
OPENCV_LARGEST_PX = 32766  # cv2.remap counts pixels in 16 bits
OPENCV_CHANNELS = (1, 3, 4)  # with others OpenCV 5 rounds places to 1/32 px


def affine_matrix(
    theta: float,
    tx: float,
    ty: float,
    shear: float,
    zx: float,
    zy: float,
    height: int,
    width: int,
) -> np.ndarray | None:
    """The matrix that says, for each place of the result, where its pixel comes from.

    Law: M = T(o) R(theta) S(tx, ty) H(shear) Z(zx, zy) T(-o), o = ((height - 1)/2, (width - 1)/2);
    R = [[cos, -sin], [sin, cos]], H = [[1, -sin], [0, cos]], Z = diag(zx, zy); then the two axes
    change places. Parts that change nothing are left out, so the bits are Keras's.

    The change of axes comes last, and it is Keras's: `tx` ends as a shift along the columns, `ty`
    along the rows, and an image that is not square turns about ((width - 1)/2, (height - 1)/2).

    Args:
        theta: rotation in degrees.
        tx: shift in px.
        ty: shift in px.
        shear: angle in degrees.
        zx: zoom; below 1 enlarges.
        zy: zoom; below 1 enlarges.
        height: of the image, in px.
        width: of the image, in px.

    Returns:
        float64 (3, 3), from (row, column, 1) of the result to that of the image; None where nothing
        is to be done.

    Raises:
        InvalidArgument: a parameter is not a finite number.

    Example:
        >>> affine_matrix(0, 0, 2, 0, 1, 1, 5, 5)[0]  # ty: two rows down in the image
        array([1., 0., 2.])

    Source: Keras 3, legacy/preprocessing/image.py, apply_affine_transform.
    """
    if not np.isfinite([theta, tx, ty, shear, zx, zy]).all():
        got = f"theta={theta}, tx={tx}, ty={ty}, shear={shear}, zx={zx}, zy={zy}"
        raise InvalidArgument("augmentation", "needs finite numbers", got)
    parts = []
    if theta != 0:
        angle = np.deg2rad(theta)
        turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        parts.append(np.array(turn))
    if tx != 0 or ty != 0:
        parts.append(np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]]))
    if shear != 0:
        angle = np.deg2rad(shear)
        parts.append(np.array([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]]))
    if zx != 1 or zy != 1:
        parts.append(np.array([[zx, 0, 0], [0, zy, 0], [0, 0, 1]]))
    if not parts:
        return None
    matrix = parts[0]
    for part in parts[1:]:
        matrix = np.dot(matrix, part)
    row, column = float(height) / 2 - 0.5, float(width) / 2 - 0.5
    there = np.array([[1, 0, row], [0, 1, column], [0, 0, 1]])
    back = np.array([[1, 0, -row], [0, 1, -column], [0, 0, 1]])
    matrix = np.dot(np.dot(there, matrix), back)
    return matrix[[1, 0, 2]][:, [1, 0, 2]]


def warp(
    image_hwc: np.ndarray,
    matrix: np.ndarray,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Move the pixels of one image.

    Law: result[p] = image[matrix p], interpolated by a spline of that order between the pixels.
    What lies outside: "nearest" aaa|abcd|ddd, "reflect" cba|abcd|dcb, "wrap" bcd|abcd|abc (its
    period is n - 1, so the last pixel is the first one of the next image), "constant" cval.

    A float32 image at order 1 goes through OpenCV, within 1e-4 of SciPy on average; everything else
    through SciPy, which keeps the dtype and rounds integers.

    Args:
        image_hwc: (height, width, channels).
        matrix: (3, 3), from a place in the result to that in the image, both (row, column, 1).
        fill_mode: one of "nearest", "reflect", "constant", "wrap"; SciPy's other modes pass too.
        cval: the value outside, with "constant".
        order: 0 takes the nearest pixel, 1 is linear, 2 to 5 are splines.

    Returns:
        A new array of the same shape and dtype.

    Raises:
        UnknownName: no such fill_mode.
        InvalidArgument: order is not 0 to 5.
        ShapeError: not one image with three axes, or an empty one.

    Example:
        >>> row = np.arange(4, dtype="float32").reshape(1, 4, 1).repeat(2, axis=0)
        >>> warp(row, np.array([[1, 0, 0], [0, 1, 1.5], [0, 0, 1]]))[0, :, 0]
        array([1.5, 2.5, 3. , 3. ], dtype=float32)

    Source: scipy.ndimage.affine_transform, whose result this is.
    """
    check_fill(fill_mode, order)
    if image_hwc.ndim != 3 or image_hwc.size == 0:
        raise ShapeError("augmentation", "needs one image HWC that is not empty", image_hwc.shape)
    height, width, channels = image_hwc.shape
    fast = order == 1 and fill_mode in FILL_MODES and image_hwc.dtype == np.float32
    sizes_fit = min(height, width) >= 2 and max(height, width) <= OPENCV_LARGEST_PX
    if not fast or not sizes_fit or channels not in OPENCV_CHANNELS:
        return _warp_by_scipy(image_hwc, matrix, fill_mode, cval, order)
    cv2 = opencv()

    image_hwc = np.ascontiguousarray(image_hwc)
    if fill_mode in ("nearest", "reflect"):
        xy_matrix = np.ascontiguousarray(matrix[[1, 0]][:, [1, 0, 2]])  # OpenCV says column, row
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REPLICATE if fill_mode == "nearest" else cv2.BORDER_REFLECT
        warped = cv2.warpAffine(image_hwc, xy_matrix, (width, height), None, flags, border)
    else:
        warped = _warp_by_places(cv2, image_hwc, matrix, fill_mode, cval)
    return warped.reshape(image_hwc.shape)  # OpenCV drops the axis of a single channel


def check_fill(fill_mode: str, order: int) -> None:
    """Raise unless `warp` knows the mode and the order."""
    if fill_mode not in (*FILL_MODES, *SCIPY_FILL_MODES):
        raise unknown_name("fill_mode", fill_mode, (*FILL_MODES, *SCIPY_FILL_MODES))
    if isinstance(order, bool) or order not in range(6):
        raise InvalidArgument("interpolation_order", "must be an integer from 0 to 5", repr(order))


def _warp_by_places(
    cv2: ModuleType, image_hwc: np.ndarray, matrix: np.ndarray, fill_mode: str, cval: float
) -> np.ndarray:
    """The two modes in which OpenCV and SciPy mean different things: only the border differs."""
    height, width, channels = image_hwc.shape
    rows_n1 = np.arange(height, dtype=np.float64)[:, None]
    columns_1n = np.arange(width, dtype=np.float64)[None, :]
    # Summed in SciPy's order, so that a place on the very edge falls on the same side of it.
    row_hw, column_hw = (m[2] + m[0] * rows_n1 + m[1] * columns_1n for m in matrix[:2])
    last_row, last_column = height - 1, width - 1
    if fill_mode == "wrap":
        row_hw, column_hw = _wrapped(row_hw, last_row), _wrapped(column_hw, last_column)
    x_hw, y_hw = column_hw.astype(np.float32), row_hw.astype(np.float32)
    warped = cv2.remap(
        image_hwc, x_hw, y_hw, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).reshape(height, width, channels)
    if fill_mode == "constant":
        outside_hw = (
            (row_hw < 0) | (row_hw > last_row) | (column_hw < 0) | (column_hw > last_column)
        )
        warped[outside_hw] = cval
    return warped


def _wrapped(place: np.ndarray, last: int) -> np.ndarray:
    """SciPy's period: 0 to `last` stay, all else comes back by multiples of `last`."""
    below = place + last * (np.floor(-place / last) + 1)
    above = place - last * np.floor(place / last)
    return np.where(place < 0, below, np.where(place > last, above, place))


def _warp_by_scipy(
    image_hwc: np.ndarray, matrix: np.ndarray, fill_mode: str, cval: float, order: int
) -> np.ndarray:
    from scipy.ndimage import affine_transform

    linear, offset = matrix[:2, :2], matrix[:2, 2]
    options = {"order": order, "mode": fill_mode, "cval": cval}
    channels = [
        affine_transform(channel_hw, linear, offset, **options)  # pyright: ignore
        for channel_hw in np.moveaxis(image_hwc, -1, 0)
    ]
    return np.stack(channels, axis=-1)
