"""Image files: bytes from the disk, and the pixels in them."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import torch

from saccade.data.decode import load_image
from saccade.errors import InvalidArgument, NoSuchFile
from saccade.keras_alias.tensorflow.parts.dtypes import as_dtype
from saccade.keras_alias.tensorflow.parts.tensors import cast, tensor_of

_MODES = {1: "grayscale", 3: "rgb", 4: "rgba"}


class Content(bytes):
    """The bytes of a file, which answer as a tensor of strings does."""

    def numpy(self) -> bytes:
        return bytes(self)


def read_file(filename: Any, name: str | None = None) -> Content:
    """All bytes of a file.

    Raises:
        NoSuchFile: there is none.
    """
    path = os.fsdecode(filename)
    try:
        with open(path, "rb") as file:
            return Content(file.read())
    except FileNotFoundError as fault:
        raise NoSuchFile(f'"{path}"', "must be a file", "nothing of that name") from fault


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    path = os.fsdecode(filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(contents if isinstance(contents, bytes) else str(contents).encode())


def decode_image(
    contents: bytes, channels: int | None = None, dtype: Any = "uint8", name: str | None = None,
    expand_animations: bool = True,
) -> torch.Tensor:  # fmt: skip
    """The picture in a file's bytes: HWC, uint8 in [0, 255]; floats in [0, 1] for such a dtype.

    Of an animation the first picture is read, as TensorFlow does with expand_animations=False.

    Args:
        channels: 1, 3 or 4; None and 0 keep those of the file.

    Raises:
        InvalidArgument: another number of channels. UnreadableImage: no picture.
    """
    return _decoded("decode_image", contents, channels, dtype)


def decode_jpeg(
    contents: bytes, channels: int = 0, ratio: int = 1, fancy_upscaling: bool = True,
    try_recover_truncated: bool = False, acceptable_fraction: float = 1, dct_method: str = "",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The same for a JPEG; TensorFlow's reads other formats under this name, too.

    Raises:
        InvalidArgument: a `ratio` other than 1.
    """
    if ratio != 1 or try_recover_truncated:
        raise InvalidArgument(
            "tf.image.decode_jpeg", "ratio must be 1, and files whole", str(ratio)
        )
    return _decoded("decode_jpeg", contents, channels, "uint8")


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
    mode = _MODES[number] if number else _own_mode(contents)
    pixels_hwc = np.array(load_image(io.BytesIO(contents), mode))
    pixels_hwc = pixels_hwc if pixels_hwc.ndim == 3 else pixels_hwc[:, :, None]
    if pixels_hwc.dtype != np.uint8:  # a greyscale of 16 bits: its upper eight, as TensorFlow
        pixels_hwc = np.clip(pixels_hwc.astype(np.int64) >> 8, 0, 255).astype(np.uint8)
    image = torch.from_numpy(np.ascontiguousarray(pixels_hwc))
    if not as_dtype(dtype).is_floating:
        return cast(image, dtype)
    return cast(image, dtype) / 255


def _own_mode(contents: bytes) -> str:
    """The colours that a file holds; one that cannot be opened is told by who decodes it."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(contents)) as image:
            bands, clear = image.getbands(), "transparency" in image.info
    except Exception:
        return "rgb"
    if "A" in bands or clear:
        return "rgba"
    return "grayscale" if bands in (("L",), ("1",), ("I",)) else "rgb"


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
