"""Likeness of two images, and edges of one, in the words of `keras.ops.image`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.data_formats import is_channels_first
from saccade.errors import ShapeError
from saccade.layers.operations.unwritten_operation import also_on_symbols
from saccade.numerics.images.likeness import similarities_nhwc, sobel_nhwc
from saccade.ops.image_axes import on_batches


@also_on_symbols("ops.image")
def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> torch.Tensor:
    """The structural similarity of two images, or of each two of a batch; 1 for equal ones.

    Args:
        image1, image2: images of one shape, in [0, max_val].
        filter_size, filter_sigma: of the windows, in pixels, and of the bell over them.
        k1, k2: c1 = (k1 max_val)^2 and c2 = (k2 max_val)^2 keep the quotients finite.

    Returns:
        (batch,), or one number for one image; the dtype of image1.

    Source: Wang et al. (2004), "Image quality assessment", equation 13.
    """
    x, _ = on_batches("ssim", image1, data_format)
    y, _ = on_batches("ssim", image2, data_format)
    if x.shape != y.shape or min(x.shape[1:3]) < filter_size:
        shapes = f"{tuple(x.shape)} and {tuple(y.shape)}"
        raise ShapeError("ssim", f"two images of one shape, {filter_size} pixels a side", shapes)
    wide = x.dtype if x.is_floating_point() else torch.float32
    constants = ((k1 * max_val) ** 2, (k2 * max_val) ** 2)
    found = similarities_nhwc(x.to(wide), y.to(wide), filter_size, filter_sigma, constants)
    found = found.mean((1, 2, 3)).to(x.dtype)
    return found[0] if np.ndim(image1) == 3 else found


@also_on_symbols("ops.image")
def sobel_edges(images: Any, data_format: str | None = None) -> torch.Tensor:
    """The slopes of a batch of images by Sobel's kernels, over a mirrored border.

    Returns:
        The shape of the images and 2 more at the end: down, to the right.

    Source: `tf.image.sobel_edges`.
    """
    x, _ = on_batches("sobel_edges", images, data_format, ranks=(4,))
    y = sobel_nhwc(x if x.is_floating_point() else x.float())
    return y.movedim(3, 1) if is_channels_first(data_format, "sobel_edges") else y
