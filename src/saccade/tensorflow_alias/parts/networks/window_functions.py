"""Window functions: the less common ones of `tf.nn` and of patches of images, on batches NHWC."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.geometry import as_padding, same_padding
from saccade.numerics.convolution.transposed import convolve_transposed_to
from saccade.numerics.images.patches import patches_nhwc
from saccade.tensorflow_alias.parts.networks.batch_layouts import in_either_layout
from saccade.tensorflow_alias.parts.networks.layer_functions import two
from saccade.tensorflow_alias.parts.tensors.tensors import pair, sizes_of, tensor_of


@in_either_layout
def conv2d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: str = "SAME",
    data_format: str = "NHWC", dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The slope of `conv2d` with respect to its input: images become larger.

    Args:
        filters: (kernel height, kernel width, channels given, channels taken).
        output_shape: of the result, (batch, height, width, channels).
    """
    x, kernel = pair(input, filters)
    sizes, padding = sizes_of(output_shape)[1:3], as_padding("tf.nn.conv2d_transpose", padding)
    where = "conv2d_transpose"
    steps, rate = two(strides, where), two(dilations or 1, where, "dilations")
    return convolve_transposed_to(x, kernel, steps, padding, sizes, rate)


def local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """x / (bias + alpha sum of x^2 over the channels within `depth_radius`)^beta."""
    x = tensor_of(input)
    radius = int(depth_radius)
    squares = F.pad(x.square(), (radius, radius))
    near = squares.unfold(-1, 2 * radius + 1, 1).sum(-1)
    return x / (bias + alpha * near) ** beta


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float,
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """(x - mean) / sqrt(variance + epsilon) * scale + offset."""
    value = tensor_of(x)
    made = (value - tensor_of(mean)) * (tensor_of(variance) + variance_epsilon).rsqrt()
    made = made if scale is None else made * tensor_of(scale)
    return made if offset is None else made + tensor_of(offset)


def crelu(features: Any, axis: int = -1, name: str | None = None) -> torch.Tensor:
    """relu(x) and relu(-x), one after the other."""
    x = tensor_of(features)
    return torch.cat([x, -x], axis).relu()


def weighted_cross_entropy_with_logits(
    labels: Any, logits: Any, pos_weight: Any, name: str | None = None
) -> torch.Tensor:
    """Binary cross-entropy in which the ones count `pos_weight` times."""
    x = tensor_of(logits)
    return F.binary_cross_entropy_with_logits(
        x, tensor_of(labels).to(x), reduction="none", pos_weight=tensor_of(pos_weight).to(x)
    )


@in_either_layout
def space_to_depth(
    input: Any, block_size: int, data_format: str = "NHWC", name: Any = None
) -> torch.Tensor:
    """Blocks of pixels become channels."""
    x, b = tensor_of(input), int(block_size)
    n, h, w, c = x.shape
    return (
        x.reshape(n, h // b, b, w // b, b, c)
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(n, h // b, w // b, b * b * c)
    )


@in_either_layout
def depth_to_space(
    input: Any, block_size: int, data_format: str = "NHWC", name: Any = None
) -> torch.Tensor:
    """Channels become blocks of pixels."""
    x, b = tensor_of(input), int(block_size)
    n, h, w, c = x.shape
    return (
        x.reshape(n, h, w, b, b, c // b**2)
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(n, h * b, w * b, c // b**2)
    )


def extract_patches(
    images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None
) -> torch.Tensor:
    """Every window of the images, its pixels and channels in one row."""
    is_same, where = padding.upper() == "SAME", "tf.image.extract_patches"
    size, step, rate = two(sizes, where, "sizes"), two(strides, where), two(rates, where, "rates")
    return patches_nhwc(tensor_of(images), size, step, rate, is_same)


def dilation2d(
    input: Any, filters: Any, strides: Any, padding: str, data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1), name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The largest of x + filter in each window: what is light grows.

    Args:
        filters: (height, width, channels).
    """
    x, kernel = pair(input, filters)
    where = "dilation2d"
    size = tuple(kernel.shape[:2])
    steps, rates = two(strides, where), two(dilations, where, "dilations")
    if as_padding(f"tf.nn.{where}", padding) == "same":
        down, across = (
            same_padding(x.shape[axis + 1], size[axis], steps[axis], rates[axis]) for axis in (0, 1)
        )  # a frame of the smallest number, so that each window is whole
        x = F.pad(x, (0, 0, *across, *down), value=torch.finfo(x.dtype).min)
    windows = x
    for axis in (0, 1):
        reach = (size[axis] - 1) * rates[axis] + 1
        windows = windows.unfold(axis + 1, reach, steps[axis])[..., :: rates[axis]]
    return (windows + kernel.permute(2, 0, 1)).amax((-2, -1))


def erosion2d(
    value: Any, filters: Any, strides: Any, padding: str, data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1), name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The smallest of x - filter in each window: what is light shrinks."""
    x, kernel = pair(value, filters)
    return -dilation2d(-x, kernel.flip(0, 1), strides, padding, data_format, dilations)
