"""Image files: bytes from the disk, and the pixels in them."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import torch

from saccade.data.files.decode import load_image
from saccade.data.files.opening import open_image
from saccade.disk.regular_file import read_regular
from saccade.disk.whole_file import write_whole
from saccade.errors import InvalidArgument
from saccade.names import unknown_name
from saccade.notes import note_once
from saccade.tensorflow_alias.parts.tensors.dtypes import DType, as_dtype, string
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorShape
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of

_MODES = {1: "grayscale", 3: "rgb", 4: "rgba"}
_GRAY_OF_PNG = (9797, 19234, 3737)  # of 32768: libpng's shares of red, green and blue, cut off


class Content(bytes):
    """The bytes of a file, which answer as a tensor of strings does."""

    dtype: DType = string
    shape = TensorShape()

    def numpy(self) -> bytes:
        return bytes(self)


def read_file(filename: Any, name: str | None = None) -> Content:
    """All bytes of a file.

    Raises:
        NoSuchFile: there is none.
    """
    path = os.fsdecode(filename)
    return Content(read_regular(path, needed="must be a file"))


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    path = os.fsdecode(filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    content = contents if isinstance(contents, bytes) else str(contents).encode()
    write_whole("tf.io.write_file", path, content)


def decode_image(
    contents: bytes, channels: int | None = None, dtype: Any = "uint8", name: str | None = None,
    expand_animations: bool = True,
) -> torch.Tensor:  # fmt: skip
    """The picture in a file's bytes: HWC, uint8 in [0, 255]; floats in [0, 1] for such a dtype.

    Args:
        channels: 1, 3 or 4; None and 0 keep those of the file.
        expand_animations: whether a GIF gives a batch NHWC of all its pictures; else the first.

    Raises:
        InvalidArgument: another number of channels. UnreadableImage: no picture.
    """
    if expand_animations and isinstance(contents, bytes) and contents[:4] == b"GIF8":
        return _in_dtype(decode_gif(contents), dtype)
    return _decoded("decode_image", contents, channels, dtype)


def decode_gif(contents: bytes, name: str | None = None) -> torch.Tensor:
    """Every picture of an animation: NHWC, uint8 RGB."""
    from PIL import ImageSequence

    with open_image(io.BytesIO(contents)) as image:
        pictures = [np.array(one.convert("RGB")) for one in ImageSequence.Iterator(image)]
    return torch.from_numpy(np.stack(pictures))


def decode_jpeg(
    contents: bytes, channels: int = 0, ratio: int = 1, fancy_upscaling: bool = True,
    try_recover_truncated: bool = False, acceptable_fraction: float = 1, dct_method: str = "",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The same for a JPEG; TensorFlow's reads other formats under this name, too.

    Args:
        dct_method: "INTEGER_ACCURATE" is what is done; "INTEGER_FAST" is told that, once.

    Raises:
        InvalidArgument: a `ratio` other than 1, or another `dct_method`.
    """
    if dct_method not in ("", "INTEGER_FAST", "INTEGER_ACCURATE"):
        raise unknown_name(
            "tf.image.decode_jpeg dct_method", dct_method, ["INTEGER_ACCURATE", "INTEGER_FAST"]
        )
    if dct_method == "INTEGER_FAST":
        note_once("tf.image.decode_jpeg: pixels are those of dct_method='INTEGER_ACCURATE'")
    if ratio != 1 or try_recover_truncated:
        raise InvalidArgument(
            "tf.image.decode_jpeg", "ratio must be 1, and files whole", str(ratio)
        )
    return _decoded("decode_jpeg", contents, channels, "uint8")


def decode_and_crop_jpeg(
    contents: bytes, crop_window: Any, channels: int = 0, ratio: int = 1,
    fancy_upscaling: bool = True, try_recover_truncated: bool = False,
    acceptable_fraction: float = 1, dct_method: str = "", name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The part [top, left, height, width] of a JPEG.

    Raises:
        InvalidArgument: the window is not within the image; as `decode_jpeg`.
    """
    pixels_hwc = decode_jpeg(
        contents, channels, ratio, try_recover_truncated=try_recover_truncated,
        dct_method=dct_method,
    )  # fmt: skip
    top, left, height, width = map(int, crop_window)
    rows, columns = pixels_hwc.shape[:2]
    is_within = min(top, left) >= 0 and min(height, width) > 0
    if not is_within or top + height > rows or left + width > columns:
        needed = f"crop_window must lie within {rows} x {columns}"
        raise InvalidArgument(
            "tf.image.decode_and_crop_jpeg", needed, f"{[top, left, height, width]}"
        )
    return pixels_hwc[top : top + height, left : left + width]


def decode_png(
    contents: bytes, channels: int = 0, dtype: Any = "uint8", name: str | None = None
) -> torch.Tensor:
    return _decoded("decode_png", contents, channels, dtype)


def decode_bmp(contents: bytes, channels: int = 0, name: str | None = None) -> torch.Tensor:
    return _decoded("decode_bmp", contents, channels, "uint8")


def _decoded(where: str, contents: bytes, channels: int | None, dtype: Any) -> torch.Tensor:
    if not isinstance(contents, bytes):
        raise InvalidArgument(
            f"tf.image.{where}", "needs a file's bytes", type(contents).__name__,
            "Read them with tf.io.read_file.",
        )  # fmt: skip
    number = int(channels or 0)
    if number not in (0, *_MODES):
        raise InvalidArgument(f"tf.image.{where}", "channels must be 0, 1, 3 or 4", str(channels))
    mode = _own_mode(contents)
    wanted = _MODES.get(number, "rgba" if mode == "grayscale and clear" else mode)
    is_gray_png = number == 1 and mode in ("rgb", "rgba") and contents[:4] == b"\x89PNG"
    source = "rgb" if is_gray_png else wanted
    pixels_hwc = np.array(load_image(io.BytesIO(contents), source, keep_deep=True))
    pixels_hwc = pixels_hwc if pixels_hwc.ndim == 3 else pixels_hwc[:, :, None]
    if is_gray_png:
        pixels_hwc = (pixels_hwc @ np.array(_GRAY_OF_PNG) >> 15).astype(np.uint8)[:, :, None]
    if not number and mode == "grayscale and clear":
        pixels_hwc = pixels_hwc[:, :, [0, 3]]
    if pixels_hwc.shape[2] == 1 and number in (3, 4):  # a deep greyscale stays in one channel
        pixels_hwc = np.repeat(pixels_hwc, number, 2)
    if pixels_hwc.dtype != np.uint8:
        pixels_hwc = pixels_hwc.astype(np.uint16)
    return _in_dtype(torch.from_numpy(np.ascontiguousarray(pixels_hwc)), dtype)


def _in_dtype(image: torch.Tensor, dtype: Any) -> torch.Tensor:
    """Pixels of 8 or 16 bits in uint8, uint16 or floats in [0, 1].

    Raises:
        InvalidArgument: another dtype.
    """
    kind, deep = as_dtype(dtype), image.dtype is torch.uint16
    whole = image.int()
    if kind.is_floating:
        return whole.to(kind.torch) / (65535 if deep else 255)
    if kind.name not in ("uint8", "uint16"):
        raise InvalidArgument("decode_image", "dtype must be uint8, uint16 or a float", kind.name)
    if deep and kind.name == "uint8":
        whole = whole >> 8
    elif not deep and kind.name == "uint16":
        whole = whole * 257
    return whole.to(kind.torch)


def _own_mode(contents: bytes) -> str:
    """The colours that a file holds; one that cannot be opened is told by who decodes it."""
    try:
        with open_image(io.BytesIO(contents)) as image:
            bands, clear = image.getbands(), "transparency" in image.info
    except Exception:
        return "rgb"
    if bands == ("L", "A"):
        return "grayscale and clear"
    if "A" in bands or clear:
        return "rgba"
    return "grayscale" if bands in (("L",), ("1",), ("I",), ("I;16",)) else "rgb"


def is_jpeg(contents: bytes, name: str | None = None) -> torch.Tensor:
    """Whether a file's bytes begin as a JPEG's."""
    return torch.tensor(bytes(contents[:3]) == b"\xff\xd8\xff")


def extract_jpeg_shape(
    contents: bytes, output_type: Any = "int32", name: str | None = None
) -> torch.Tensor:
    """(height, width, channels), without decoding the pixels."""
    with open_image(io.BytesIO(contents)) as image:
        sizes = [image.height, image.width, len(image.getbands())]
    return torch.tensor(sizes, dtype=as_dtype(output_type).torch)


def encode_jpeg(image: Any, format: str = "", quality: int = 95, **_: Any) -> Content:
    return _encoded(image, "JPEG", quality=int(quality))


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Content:
    return _encoded(image, "PNG")


def _encoded(image: Any, kind: str, **options: Any) -> Content:
    """Pixels, uint8 HWC, as the bytes of a file."""
    from PIL import Image

    pixels_hwc = tensor_of(image).cpu().numpy()
    if pixels_hwc.dtype != np.uint8:
        raise InvalidArgument(
            f"encode {kind}", "needs uint8", str(pixels_hwc.dtype), "Use tf.cast."
        )
    file = io.BytesIO()
    Image.fromarray(pixels_hwc[:, :, 0] if pixels_hwc.shape[2] == 1 else pixels_hwc).save(
        file, kind, **options
    )
    return Content(file.getvalue())
