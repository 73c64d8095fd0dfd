"""Blur and sharpening."""

from __future__ import annotations

import numpy as np

from saccade.data.files.opencv import opencv
from saccade.data.transforms.light import bounds

SHARPEN_SIGMA_PX = 1.0


def blur(image_hwc: np.ndarray, sigma_px: float) -> np.ndarray:
    """Replace every value by the mean of its neighbourhood, weighted by a bell curve.

    Law: sum over |d| <= r of exp(-d^2 / (2 sigma^2)) x[p + d] / (their sum), along rows and then
    columns; r = floor(4 sigma + 1/2) px; outside, the image is mirrored (cba|abcd|dcb).

    Args:
        image_hwc: (height, width, channels), float.
        sigma_px: width of the bell; below 1/8 px nothing happens.

    Returns:
        A new float32 array of the same shape.

    Example:
        >>> dot = np.zeros((5, 5, 1), "float32"); dot[2, 2] = 100
        >>> round(float(blur(dot, 1.0)[2, 2, 0]), 2)
        15.92

    Source: scipy.ndimage.gaussian_filter, with its truncate=4.
    """
    radius_px = int(4 * sigma_px + 0.5)
    image_hwc = np.ascontiguousarray(image_hwc, dtype=np.float32)
    if radius_px == 0:
        return image_hwc.copy()
    cv2 = opencv()

    size = (2 * radius_px + 1, 2 * radius_px + 1)
    blurred = cv2.GaussianBlur(image_hwc, size, sigma_px, borderType=cv2.BORDER_REFLECT)
    return blurred.reshape(image_hwc.shape)  # OpenCV drops the axis of a single channel


def sharpen(image_hwc: np.ndarray, amount: float) -> np.ndarray:
    """Add what a blur of 1 px takes away (an unsharp mask).

    Law: clip(x + amount * (x - blur(x, 1 px)), bounds(x)), `bounds` as for contrast.

    Args:
        image_hwc: (height, width, channels), float.
        amount: 0 changes nothing, 1 is strong.

    Returns:
        A new float32 array of the same shape.

    Example:
        >>> edge = np.repeat([50.0, 50.0, 150.0, 150.0], 4).astype("float32").reshape(4, 4, 1)
        >>> bool(sharpen(edge, 1.0).min() < 50)
        True

    Source: the unsharp mask of the darkroom.
    """
    sharp_hwc = image_hwc - blur(image_hwc, SHARPEN_SIGMA_PX)
    sharp_hwc *= np.float32(amount)
    sharp_hwc += image_hwc
    return np.clip(sharp_hwc, *bounds(image_hwc), out=sharp_hwc)
