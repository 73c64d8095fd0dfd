"""Smart resize: images in another size whose proportions stay, for the middle is cut out first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data_formats import is_channels_first
from saccade.errors import InvalidArgument, ShapeError
from saccade.numerics.images.resampling import KERNELS, middle_of, resize_hwc
from saccade.numerics.tensors.conversion import convert_to_tensor


def smart_resize(
    x: Any, size: Sequence[int], interpolation: str = "bilinear", data_format: str = "channels_last"
) -> Any:
    """The largest part in the middle with the target's proportions, in the target's size.

    Args:
        x: an image (height, width, channels) or a batch of them, floats or integers.
        size: (height, width).
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", ...
        data_format: where the channels stand.

    Returns:
        NumPy for NumPy, else a tensor; float32.

    Source: `keras.preprocessing.image.smart_resize`.
    """
    where = "smart_resize"
    if len(size) != 2:
        raise InvalidArgument(where, "size must be (height, width)", repr(size))
    if interpolation != "nearest" and interpolation not in KERNELS:
        raise InvalidArgument(where, f"interpolation must be of {sorted(KERNELS)}", interpolation)
    array = x if isinstance(x, np.ndarray) else convert_to_tensor(x).detach().cpu().numpy()
    if array.ndim not in (3, 4):
        raise ShapeError(where, "needs an image or a batch of them", str(array.shape))
    is_first = is_channels_first(data_format, where)
    batch = array if array.ndim == 4 else array[None]
    batch = np.moveaxis(batch, 1, -1) if is_first else batch
    height, width = size
    rows, columns = middle_of(batch.shape[1], batch.shape[2], height, width)
    made = np.stack([resize_hwc(one[rows, columns], height, width, interpolation) for one in batch])
    made = np.moveaxis(made, -1, 1) if is_first else made
    made = made if array.ndim == 4 else made[0]
    return made if isinstance(x, np.ndarray) else convert_to_tensor(made)
