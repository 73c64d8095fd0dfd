"""Image changes: flips, colours and light of images and batches; HWC or NHWC."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.numerics.images import colors
from saccade.numerics.tensors.conversion import floats
from saccade.tensorflow_alias.parts.images.sizes import of_batch
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of


def flip_left_right(image: Any) -> torch.Tensor:
    return of_batch("tf.image.flip_left_right", image, lambda x_nhwc: x_nhwc.flip(2))


def flip_up_down(image: Any) -> torch.Tensor:
    return of_batch("tf.image.flip_up_down", image, lambda x_nhwc: x_nhwc.flip(1))


def transpose(image: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(image).transpose(-3, -2)


def rot90(image: Any, k: int = 1, name: str | None = None) -> torch.Tensor:
    """Turned by k quarters, against the clock."""
    return torch.rot90(tensor_of(image), int(k), (-3, -2))


def random_flip_left_right(image: Any, seed: Any = None) -> torch.Tensor:
    """Each image flipped, or not, with equal chances."""
    return _flipped(image, 2, seed, "random_flip_left_right")


def random_flip_up_down(image: Any, seed: Any = None) -> torch.Tensor:
    return _flipped(image, 1, seed, "random_flip_up_down")


def _flipped(image: Any, axis: int, seed: Any, where: str) -> torch.Tensor:
    def flip(x_nhwc: torch.Tensor) -> torch.Tensor:
        chosen = torch.rand((len(x_nhwc), 1, 1, 1), generator=_stream(seed)) < 0.5
        return torch.where(chosen.to(x_nhwc.device), x_nhwc.flip(axis), x_nhwc)

    return of_batch(f"tf.image.{where}", image, flip)


def _stream(seed: Any) -> torch.Generator | None:
    return None if seed is None else torch.Generator().manual_seed(int(seed))


def _draw(low: float, high: float, seed: Any) -> float:
    return low + (high - low) * float(torch.rand((), generator=_stream(seed)))


# -- dtypes and colours ------------------------------------------------------------------------


def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> torch.Tensor:
    """Pixels in another dtype and its range: [0, 1] for floats, 0 to the largest for integers.

    From floats to integers it is x (largest + 0.5), cut off; from integers to larger or smaller
    ones a factor of a power of two.
    """
    value, kind = tensor_of(image), torch_dtype(dtype)
    assert kind is not None
    if value.dtype is kind:
        return value
    if kind.is_floating_point:
        if value.is_floating_point():
            return value.to(kind)
        return value.to(kind) * torch.tensor(1 / torch.iinfo(value.dtype).max, dtype=kind)
    largest = torch.iinfo(kind).max
    if value.is_floating_point():
        scaled = value * (largest + 0.5)
        return (scaled.clamp(0, largest) if saturate else scaled).to(kind)
    here = torch.iinfo(value.dtype).max
    if here > largest:
        return (value.long() // ((here + 1) // (largest + 1))).to(kind)
    return value.to(kind) * ((largest + 1) // (here + 1))


def _as_floats(image: Any, function: Any) -> torch.Tensor:
    """`function` of pixels as floats in [0, 1]; the result in the image's own dtype and range."""
    value = tensor_of(image)
    floats = value if value.is_floating_point() else convert_image_dtype(value, torch.float32)
    return convert_image_dtype(function(floats), value.dtype, saturate=True)


def rgb_to_grayscale(images: Any, name: str | None = None) -> torch.Tensor:
    """0.2989 r + 0.587 g + 0.114 b, in one channel."""
    return _as_floats(images, colors.gray_of)


def grayscale_to_rgb(images: Any, name: str | None = None) -> torch.Tensor:
    value = tensor_of(images)
    if value.shape[-1] != 1:
        raise ShapeError(
            "tf.image.grayscale_to_rgb", "the last axis must be of size 1", str(tuple(value.shape))
        )
    return value.repeat_interleave(3, -1)


def rgb_to_hsv(images: Any, name: str | None = None) -> torch.Tensor:
    return colors.rgb_to_hsv(floats(tensor_of(images)))


def hsv_to_rgb(images: Any, name: str | None = None) -> torch.Tensor:
    return colors.hsv_to_rgb(floats(tensor_of(images)))


def adjust_brightness(image: Any, delta: Any) -> torch.Tensor:
    """x + delta, delta a part of the range: 0.1 is 25.5 of 255 for uint8."""
    return _as_floats(image, lambda x: x + float(delta))


def adjust_contrast(images: Any, contrast_factor: Any) -> torch.Tensor:
    """(x - mean) factor + mean, with the mean of each channel of each image."""

    def stretched(x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((-3, -2), keepdim=True)
        return (x - mean) * float(contrast_factor) + mean

    return _as_floats(images, stretched)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> torch.Tensor:
    def saturated(x: torch.Tensor) -> torch.Tensor:
        hue, saturation, value = colors.rgb_to_hsv(x).unbind(-1)
        saturation = (saturation * float(saturation_factor)).clamp(0, 1)
        return colors.hsv_to_rgb(torch.stack((hue, saturation, value), -1))

    return _as_floats(image, saturated)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> torch.Tensor:
    """The hue moved around the circle by delta, of which 1 is once around."""

    def turned(x: torch.Tensor) -> torch.Tensor:
        hue, saturation, value = colors.rgb_to_hsv(x).unbind(-1)
        return colors.hsv_to_rgb(torch.stack(((hue + float(delta)) % 1, saturation, value), -1))

    return _as_floats(image, turned)


def random_brightness(image: Any, max_delta: float, seed: Any = None) -> torch.Tensor:
    _at_least("random_brightness", "max_delta", max_delta)
    return adjust_brightness(image, _draw(-max_delta, max_delta, seed))


def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> torch.Tensor:
    _ordered("random_contrast", lower, upper)
    return adjust_contrast(image, _draw(lower, upper, seed))


def random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> torch.Tensor:
    _ordered("random_saturation", lower, upper)
    return adjust_saturation(image, _draw(lower, upper, seed))


def random_hue(image: Any, max_delta: float, seed: Any = None) -> torch.Tensor:
    _at_least("random_hue", "max_delta", max_delta)
    if max_delta > 0.5:
        raise InvalidArgument("tf.image.random_hue", "max_delta is at most 0.5", str(max_delta))
    return adjust_hue(image, _draw(-max_delta, max_delta, seed))


def _at_least(where: str, name: str, value: float) -> None:
    if value < 0:
        raise InvalidArgument(f"tf.image.{where}", f"{name} must be 0 or above", str(value))


def _ordered(where: str, lower: float, upper: float) -> None:
    if not 0 <= lower < upper:
        raise InvalidArgument(f"tf.image.{where}", "0 <= lower < upper is needed",
                              f"{lower} and {upper}")  # fmt: skip


def per_image_standardization(image: Any) -> torch.Tensor:
    """(x - mean) / max(deviation, 1 / sqrt(n)) of each image."""

    def standardized(x_nhwc: torch.Tensor) -> torch.Tensor:
        x_nhwc, axes = x_nhwc.float(), (1, 2, 3)
        least = x_nhwc[0].numel() ** -0.5
        deviation = x_nhwc.std(axes, correction=0, keepdim=True).clamp(min=least)
        return (x_nhwc - x_nhwc.mean(axes, keepdim=True)) / deviation

    return of_batch("tf.image.per_image_standardization", image, standardized)
