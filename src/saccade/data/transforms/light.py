"""Channel shift, brightness and contrast."""

from __future__ import annotations

import numpy as np

from saccade.data.files.opencv import opencv
from saccade.errors import ShapeError
from saccade.notes import note_once
from saccade.numerics.images.grey_weights import BT601

GREY_WEIGHTS = np.array(BT601, np.float32)
BLACK = (
    "brightness_range is for values from 0 to 255; an image with values up to 1 becomes black, as "
    "in Keras. Leave the division by 255 to rescale=1/255, which comes afterwards."
)


def shift_channels(image_hwc: np.ndarray, intensity: float) -> np.ndarray:
    """Add the same number to every value and stay between the image's own extremes.

    Law: clip(x + intensity, min(x), max(x)), the extremes over the whole image.

    Args:
        image_hwc: one image, or any array.
        intensity: what to add, in the image's own units.

    Returns:
        A new array of the same shape.

    Example:
        >>> shift_channels(np.array([0.0, 5.0, 9.0], "float32"), 3.0)
        array([3., 8., 9.], dtype=float32)

    Source: Keras 3, legacy/preprocessing/image.py, apply_channel_shift.
    """
    return np.clip(image_hwc + float(intensity), np.min(image_hwc), np.max(image_hwc))


def brighten(image_hwc: np.ndarray, brightness: float, scale: bool = False) -> np.ndarray:
    """Multiply every value, as Pillow does to a picture of bytes.

    Law: u = x cut to a whole number; result = clip(brightness * u, 0, 255) cut again. An image with
    values outside [0, 255] is stretched to [0, 255] first, and back afterwards unless `scale`; with
    `scale` every image is stretched. Of four channels the last is alpha and only cut.

    Args:
        image_hwc: (height, width, channels); 1, 3 or 4 channels.
        brightness: 0 is black, 1 changes nothing but the cut.
        scale: stretch to [0, 255] whatever the values are, and leave it so.

    Returns:
        A new float32 array of the same shape.

    Raises:
        ShapeError: other axes or another number of channels.

    Example:
        >>> brighten(np.array([[[10.0], [200.0]]], "float32"), 1.5)[0, :, 0]
        array([ 15., 255.], dtype=float32)

    Source: Keras 3, legacy/preprocessing/image.py, apply_brightness_shift; Pillow, ImageEnhance.
    """
    if image_hwc.ndim != 3 or image_hwc.shape[2] not in (1, 3, 4):
        needed = "needs one image HWC with 1, 3 or 4 channels"
        raise ShapeError("brightness", needed, image_hwc.shape)
    lowest, highest = np.min(image_hwc), np.max(image_hwc)
    is_outside = bool(lowest < 0 or highest > 255)
    x_hwc = np.asarray(image_hwc, dtype=np.float32)
    if is_outside or scale:
        x_hwc = x_hwc - np.min(x_hwc)
        if (span := np.max(x_hwc)) != 0:
            x_hwc /= span
        x_hwc *= 255
    elif 0 < highest <= 1:
        note_once(BLACK)
    byte_hwc = x_hwc.astype(np.uint8)
    # 256 products instead of one a pixel; float32, because Pillow blends in it.
    table = np.clip(np.float32(brightness) * np.arange(256, dtype=np.float32), 0, 255)
    bright_hwc = opencv().LUT(byte_hwc, np.trunc(table)).reshape(image_hwc.shape)
    if image_hwc.shape[2] == 4:
        bright_hwc[..., 3] = byte_hwc[..., 3]
    if is_outside and not scale:
        bright_hwc = bright_hwc / 255 * (highest - lowest) + lowest
    return bright_hwc


def change_contrast(image_hwc: np.ndarray, factor: float) -> np.ndarray:
    """Spread the values around the image's mean grey, or draw them together.

    Law: clip(m + factor * (x - m), bounds(x)), m the mean of 0.299 R + 0.587 G + 0.114 B (of all
    values where there are not three channels).

    Args:
        image_hwc: (height, width, channels), float.
        factor: 0 is flat grey, 1 changes nothing.

    Returns:
        A new float32 array of the same shape.

    Example:
        >>> change_contrast(np.array([[[90.0], [110.0]]], "float32"), 2.0)[0, :, 0]
        array([ 80., 120.], dtype=float32)

    Source: Pillow, ImageEnhance.Contrast, without its rounding.
    """
    mean_c = image_hwc.sum(axis=0).sum(axis=0, dtype=np.float64)  # by rows: 20 times as fast
    mean_c /= image_hwc.shape[0] * image_hwc.shape[1]
    mean = float(mean_c @ GREY_WEIGHTS if len(mean_c) == 3 else mean_c.mean())
    changed_hwc = np.multiply(image_hwc, np.float32(factor), dtype=np.float32)
    changed_hwc += np.float32(mean * (1 - factor))
    return np.clip(changed_hwc, *bounds(image_hwc), out=changed_hwc)


def bounds(image_hwc: np.ndarray) -> tuple[np.float32, np.float32]:
    """The values an image may have: [0, 255], and as far beyond as it already goes."""
    lowest, highest = np.min(image_hwc), np.max(image_hwc)
    return np.float32(min(lowest, 0)), np.float32(max(highest, 255))
