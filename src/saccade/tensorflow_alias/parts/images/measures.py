"""Image measures: how far two images are apart, and how images change from pixel to pixel."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.errors import ShapeError
from saccade.numerics.images.grey_weights import BT601
from saccade.numerics.images.likeness import likeness_nhwc, similarities_nhwc, sobel_nhwc
from saccade.tensorflow_alias.parts.images.changes import convert_image_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


def _floats_of(image: Any) -> torch.Tensor:
    return convert_image_dtype(image, torch.float32)


def _scaled(max_val: Any, image: Any) -> float:
    """The largest value, in the range of the floats that an image becomes."""
    kind = tensor_of(image).dtype
    return float(max_val) / (1 if kind.is_floating_point else torch.iinfo(kind).max)


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> torch.Tensor:
    """20 log10(max_val) - 10 log10(mean of (a - b)^2), one number for each image."""
    apart = (_floats_of(a) - _floats_of(b)).square().mean((-3, -2, -1))
    largest = torch.tensor(_scaled(max_val, a))
    return 20 * largest.log10() - 10 * apart.log10()


def ssim(
    img1: Any, img2: Any, max_val: Any, filter_size: int = 11, filter_sigma: float = 1.5,
    k1: float = 0.01, k2: float = 0.03, return_index_map: bool = False,
) -> torch.Tensor:  # fmt: skip
    """The structural similarity of two images, one number for each; 1 for equal ones.

    The law is that of `similarities_nhwc` with c1 = (k1 max_val)^2 and c2 = (k2 max_val)^2.

    Raises:
        ShapeError: images smaller than the window.

    Source: Wang et al. (2004), "Image quality assessment", equation 13; `tf.image.ssim`.
    """
    x, x_nhwc, y_nhwc, constants = _prepared(img1, img2, max_val, k1, k2)
    if min(x.shape[-3:-1]) < filter_size:
        raise ShapeError("tf.image.ssim", f"needs {filter_size} pixels a side", str(tuple(x.shape)))
    found = similarities_nhwc(x_nhwc, y_nhwc, filter_size, filter_sigma, constants)
    found = found.reshape(*x.shape[:-3], *found.shape[1:])
    return found.mean(-3) if return_index_map else found.mean((-3, -2, -1))


def _prepared(img1: Any, img2: Any, max_val: Any, k1: float, k2: float) -> tuple[Any, ...]:
    """The first image's floats as they came, both as batches, and the constants of the law."""
    x, y = _floats_of(img1), _floats_of(img2)
    largest = _scaled(max_val, img1)
    x_nhwc, y_nhwc = (one.reshape(-1, *one.shape[-3:]) for one in (x, y))
    return x, x_nhwc, y_nhwc, ((k1 * largest) ** 2, (k2 * largest) ** 2)


_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim_multiscale(
    img1: Any, img2: Any, max_val: Any, power_factors: Any = _SCALES, filter_size: int = 11,
    filter_sigma: float = 1.5, k1: float = 0.01, k2: float = 0.03,
) -> torch.Tensor:  # fmt: skip
    """The structural similarity at several sizes, one number for each image.

    The images are halved from one size to the next. What varies together counts at each, the
    lightness at the smallest; negative values are taken for 0.

    Args:
        power_factors: the weight of each size, the largest first.

    Raises:
        ShapeError: images smaller than the window at the smallest size.

    Source: Wang et al. (2003), "Multi-scale structural similarity"; `tf.image.ssim_multiscale`.
    """
    x, x_nhwc, y_nhwc, constants = _prepared(img1, img2, max_val, k1, k2)
    powers = [float(one) for one in power_factors]
    total = torch.ones(len(x_nhwc), x.shape[-1])
    for number, power in enumerate(powers):
        if number:
            x_nhwc, y_nhwc = _halved(x_nhwc), _halved(y_nhwc)
        if min(x_nhwc.shape[1:3]) < filter_size:
            needed = f"needs {filter_size} pixels a side at each of {len(powers)} sizes"
            raise ShapeError("tf.image.ssim_multiscale", needed, str(tuple(x.shape)))
        both, contrast = likeness_nhwc(x_nhwc, y_nhwc, filter_size, filter_sigma, constants)
        one = both if number == len(powers) - 1 else contrast
        total = total * one.mean((1, 2)).clamp(min=0) ** power
    return total.mean(-1).reshape(x.shape[:-3])


def _halved(x_nhwc: torch.Tensor) -> torch.Tensor:
    """Images of half the size; the last row or column of an odd number is taken twice."""
    h, w = x_nhwc.shape[1:3]
    x = F.pad(x_nhwc.permute(0, 3, 1, 2), (0, w % 2, 0, h % 2), mode="replicate")
    return F.avg_pool2d(x, 2).permute(0, 2, 3, 1)


def image_gradients(image: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """(dy, dx): to the pixel below and to the right; zeros at the end. A batch NHWC."""
    x = tensor_of(image)
    down = F.pad(x[:, 1:] - x[:, :-1], (0, 0, 0, 0, 0, 1))
    right = F.pad(x[:, :, 1:] - x[:, :, :-1], (0, 0, 0, 1))
    return down, right


def total_variation(images: Any, name: str | None = None) -> torch.Tensor:
    """The sum of |steps| from each pixel to the one below and to the right."""
    x = tensor_of(images)
    down, right = x.diff(dim=-3).abs(), x.diff(dim=-2).abs()
    return down.sum((-3, -2, -1)) + right.sum((-3, -2, -1))


def sobel_edges(image: Any) -> torch.Tensor:
    """Edges by Sobel's kernels, down and to the right: NHWC with 2 at the end."""
    return sobel_nhwc(tensor_of(image))


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> torch.Tensor:
    """gain x^gamma of pixels in [0, 1]; integers in their own range."""
    value = tensor_of(image)
    made = float(gain) * _floats_of(value) ** float(gamma)
    return convert_image_dtype(made, value.dtype, saturate=True)


_YUV = (BT601, (-0.14714119, -0.28886916, 0.43601035),
        (0.61497538, -0.51496512, -0.10001026))  # fmt: skip
_YIQ = (BT601, (0.59590059, -0.27455667, -0.32134392),
        (0.2115, -0.52273617, 0.31119955))  # fmt: skip
_RGB_OF_YUV = ((1.0, 0.0, 1.13988303), (1.0, -0.394642334, -0.58062185), (1.0, 2.03206185, 0.0))
_RGB_OF_YIQ = ((1.0, 0.95598634, 0.6208248), (1.0, -0.27201283, -0.64720424),
               (1.0, -1.10674021, 1.70423049))  # fmt: skip
"""The inverses, rounded as TensorFlow rounds them."""


def _times(images: Any, rows: Any) -> torch.Tensor:
    x = tensor_of(images)
    return x @ torch.tensor(rows, dtype=torch.float64).T.to(x.dtype)


def rgb_to_yuv(images: Any) -> torch.Tensor:
    return _times(images, _YUV)


def yuv_to_rgb(images: Any) -> torch.Tensor:
    return _times(images, _RGB_OF_YUV)


def rgb_to_yiq(images: Any) -> torch.Tensor:
    return _times(images, _YIQ)


def yiq_to_rgb(images: Any) -> torch.Tensor:
    return _times(images, _RGB_OF_YIQ)
