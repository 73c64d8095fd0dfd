"""One image in a user's hands: `load_img`, `img_to_array`, `array_to_img`, `save_img`."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from saccade.data.files.decode import load_image
from saccade.data_formats import is_channels_first
from saccade.disk.whole_file import write_whole
from saccade.dtype_policy import numpy_floatx
from saccade.errors import ShapeError
from saccade.names import unknown_name
from saccade.notes import note_old_word, note_once
from saccade.old_arguments import takes_dim_ordering

if TYPE_CHECKING:
    from PIL import Image


@takes_dim_ordering
def load_img(
    path: str | bytes | os.PathLike[str] | io.BytesIO,
    color_mode: str | bool = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    *,
    grayscale: bool = False,
) -> Image.Image:
    """Open an image file as a Pillow image; `saccade.data.files.decode` says the law.

    Args:
        path: the file, or its content in an io.BytesIO.
        color_mode: "rgb", "rgba" or "grayscale"; True and False are the `grayscale` of Keras 2,
            which stood here.
        target_size: (height, width) in pixels; None keeps the size.
        interpolation: the filter, used only when the size changes.
        keep_aspect_ratio: crop the centre instead of distorting.
        grayscale: Keras 2's argument: True is color_mode="grayscale".

    Returns:
        The Pillow image, its pixels read and the file closed.

    Raises:
        NoSuchFile: there is no such file.
        UnreadableImage: it cannot be decoded.

    Source: Keras 3, utils/image_utils.py, load_img.
    """
    if isinstance(color_mode, bool):
        color_mode, grayscale = "rgb", color_mode
    if grayscale:
        note_old_word('load_img(grayscale=True) is Keras 2\'s word for color_mode="grayscale".')
        color_mode = "grayscale"
    return load_image(path, color_mode, target_size, interpolation, keep_aspect_ratio)


@takes_dim_ordering
def img_to_array(
    img: Image.Image | np.ndarray,
    data_format: str | None = None,
    dtype: str | type | np.dtype | None = None,
) -> np.ndarray:
    """Turn a Pillow image (or an array) into an array with three axes.

    Args:
        img: the image; height and width with or without channels.
        data_format: "channels_last" (None) or "channels_first".
        dtype: of the result; None is float32.

    Returns:
        (height, width, channels), or (channels, height, width); values as they were.

    Raises:
        ShapeError: the image has neither two nor three axes.

    Example:
        >>> img_to_array(np.zeros((2, 3), "uint8")).shape
        (2, 3, 1)

    Source: Keras 3, utils/image_utils.py, img_to_array.
    """
    channels_first = is_channels_first(data_format)
    x = np.asarray(img, dtype=numpy_floatx() if dtype is None else dtype)
    if x.ndim not in (2, 3):
        raise ShapeError("img_to_array", "the image must have 2 or 3 axes", x.shape)
    if x.ndim == 2:
        return x[np.newaxis] if channels_first else x[:, :, np.newaxis]
    return x.transpose(2, 0, 1) if channels_first else x


@takes_dim_ordering
def array_to_img(
    x: Any,
    data_format: str | None = None,
    scale: bool = True,
    dtype: str | type | np.dtype | None = None,
) -> Image.Image:
    """Turn an array with three axes into a Pillow image.

    Law of scale=True: v -> (v - min) / max(v - min) * 255, over the whole image, then cut to uint8;
    so the picture's contrast is stretched. scale=False takes the values as they are, in [0, 255].

    Args:
        x: (height, width, channels), or channels first; 1, 3 or 4 channels.
        data_format: "channels_last" (None) or "channels_first".
        scale: stretch the values to [0, 255].
        dtype: what to compute in; None is float32.

    Returns:
        A Pillow image of mode L, RGB or RGBA ("I" for one channel with values above 255).

    Raises:
        ShapeError: other axes or another number of channels.

    Example:
        >>> array_to_img(np.ones((2, 3, 1)), scale=False).getpixel((0, 0))
        1

    Source: Keras 3, utils/image_utils.py, array_to_img.
    """
    from PIL import Image

    x_hwc = np.asarray(x, dtype="float32" if dtype is None else dtype)
    if x_hwc.ndim != 3:
        raise ShapeError("array_to_img", "needs one image with 3 axes", x_hwc.shape)
    if is_channels_first(data_format):
        x_hwc = x_hwc.transpose(1, 2, 0)
    if scale:
        x_hwc = x_hwc - np.min(x_hwc)
        highest = np.max(x_hwc)
        if highest != 0:
            x_hwc /= highest
        x_hwc *= 255
    channels = x_hwc.shape[2]
    if channels in (3, 4):
        return Image.fromarray(x_hwc.astype("uint8"))
    if channels == 1:
        wide = np.max(x_hwc) > 255
        return Image.fromarray(x_hwc[:, :, 0].astype("int32" if wide else "uint8"))
    raise ShapeError("array_to_img", "needs 1, 3 or 4 channels", channels)


def save_img(
    path: str | os.PathLike[str] | IO[bytes],
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **pillow_options: Any,
) -> None:
    """Write an array as an image file, of which nobody sees half.

    Args:
        path: the file, whose ending names the format, or an open file.
        x: as for `array_to_img`.
        data_format: "channels_last" (None) or "channels_first".
        file_format: "png", "jpeg" and so on, where the ending does not say it.
        scale: stretch the values to [0, 255]; give False for pixels that are in [0, 255] already.
        **pillow_options: what Pillow's `Image.save` takes for the format (`quality=95`).

    Source: Keras 3, utils/image_utils.py, save_img.
    """
    if isinstance(path, str | os.PathLike):
        content = io.BytesIO()
        _encode(content, path, x, data_format, file_format, scale, pillow_options)
        write_whole("save_img", path, content.getvalue())
    else:
        _encode(path, path, x, data_format, file_format, scale, pillow_options)


def encoded_img(x: Any, path: str, data_format: str) -> bytes:
    """The bytes that `save_img` writes to a path of that ending."""
    content = io.BytesIO()
    _encode(content, path, x, data_format, None, True, {})
    return content.getvalue()


def _encode(
    file: IO[bytes],
    path: Any,
    x: Any,
    data_format: str | None,
    file_format: str | None,
    scale: bool,
    options: dict[str, Any],
) -> None:
    img = array_to_img(x, data_format=data_format, scale=scale)
    if file_format is None and isinstance(path, str | os.PathLike):
        file_format = Path(path).suffix[1:]
    if file_format is not None:
        file_format = file_format.lower().replace("jpg", "jpeg")
    if file_format is not None:
        from PIL import Image

        formats = {ending.lstrip(".") for ending in Image.registered_extensions()}
        if file_format not in formats:
            raise unknown_name("file_format", file_format, formats)
    if img.mode == "RGBA" and file_format == "jpeg":
        note_once("save_img: JPEG has no transparency, so the alpha channel was left out.")
        img = img.convert("RGB")
    img.save(file, format=file_format, **options)
