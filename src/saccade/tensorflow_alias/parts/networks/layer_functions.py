"""Layer functions: those of `tf.nn`, on batches NHWC."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade import activations
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.numerics.convolution.geometry import as_padding
from saccade.numerics.convolution.nhwc import (
    average_pool_nhwc,
    convolve_depthwise_nhwc,
    convolve_nhwc,
    max_pool_nhwc,
)
from saccade.tensorflow_alias.parts.networks.batch_layouts import bias_axis, in_either_layout
from saccade.tensorflow_alias.parts.tensors import arithmetic
from saccade.tensorflow_alias.parts.tensors.reductions import reduce_mean, reduce_variance
from saccade.tensorflow_alias.parts.tensors.tensors import pair, sizes_of, tensor_of

sigmoid, tanh, softplus = arithmetic.sigmoid, arithmetic.tanh, arithmetic.softplus


def relu(features: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(features).relu()


def relu6(features: Any, name: str | None = None) -> torch.Tensor:
    return F.relu6(tensor_of(features))


def elu(features: Any, name: str | None = None) -> torch.Tensor:
    return F.elu(tensor_of(features))


def selu(features: Any, name: str | None = None) -> torch.Tensor:
    return F.selu(tensor_of(features))


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> torch.Tensor:
    return F.gelu(tensor_of(features), approximate="tanh" if approximate else "none")


def silu(features: Any, beta: float = 1.0, name: str | None = None) -> torch.Tensor:
    x = tensor_of(features)
    return x * torch.sigmoid(beta * x)


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> torch.Tensor:
    return F.leaky_relu(_floats(features), alpha)


def softmax(logits: Any, axis: int | None = None, name: str | None = None) -> torch.Tensor:
    """e^x / sum of e^x along an axis, the last one when None."""
    return activations.softmax(_floats(logits), axis=-1 if axis is None else int(axis))


def log_softmax(logits: Any, axis: int | None = None, name: str | None = None) -> torch.Tensor:
    return _floats(logits).log_softmax(-1 if axis is None else int(axis))


def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: int = -1, name: str | None = None
) -> torch.Tensor:
    """-sum(labels * log softmax(logits)) along an axis: one number for each row."""
    x = _floats(logits)
    return -(tensor_of(labels).to(x) * x.log_softmax(int(axis))).sum(int(axis))


def sparse_softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, name: str | None = None
) -> torch.Tensor:
    """-log softmax(logits)[label]: one number for each label, which are integers.

    Raises:
        ShapeError: the labels are not the logits' shape without the last axis.
    """
    x, classes = _floats(logits), tensor_of(labels).long()
    if classes.shape != x.shape[:-1]:
        raise ShapeError(
            "sparse_softmax_cross_entropy_with_logits",
            f"labels must have the shape {tuple(x.shape[:-1])}",
            str(tuple(classes.shape)),
        )
    return -x.log_softmax(-1).gather(-1, classes.to(x.device).unsqueeze(-1)).squeeze(-1)


def sigmoid_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None
) -> torch.Tensor:
    x = _floats(logits)
    return F.binary_cross_entropy_with_logits(x, tensor_of(labels).to(x), reduction="none")


def _floats(value: Any) -> torch.Tensor:
    x = tensor_of(value)
    return x if x.is_floating_point() else x.float()


# -- windows -----------------------------------------------------------------------------------


@in_either_layout
def conv2d(
    input: Any, filters: Any, strides: Any, padding: str, data_format: str = "NHWC",
    dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """A bank of kernels slid over images.

    Args:
        input: (batch, height, width, channels).
        filters: (kernel height, kernel width, channels, filters).
        strides: a number, two, or four of which the first and last are 1.
        padding: "SAME", "VALID", or (before, after) for each of the four axes.
        data_format: "NHWC", or "NCHW" for images and sizes in that order.
    """
    x, kernel = pair(_floats(input), filters)
    x, padding = _bordered(x, padding)
    border = _padding("conv2d", padding, data_format)
    return convolve_nhwc(x, kernel, None, two(strides), border, two(dilations or 1))


@in_either_layout
def depthwise_conv2d(
    input: Any, filter: Any, strides: Any, padding: str, data_format: str = "NHWC",
    dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Kernels of its own for each channel: (height, width, channels, multiplier)."""
    x, kernel = pair(_floats(input), filter)
    border = _padding("depthwise_conv2d", padding, data_format)
    return convolve_depthwise_nhwc(x, kernel, None, two(strides), border, two(dilations or 1))


@in_either_layout
def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The largest in each window."""
    border = _padding("max_pool2d", padding, data_format)
    return max_pool_nhwc(_floats(input), two(ksize), two(strides), border)


@in_either_layout
def avg_pool2d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The mean of each window; padding is not counted."""
    border = _padding("avg_pool2d", padding, data_format)
    return average_pool_nhwc(_floats(input), two(ksize), two(strides), border)


def _bordered(x: torch.Tensor, padding: Any) -> tuple[torch.Tensor, Any]:
    """Padding that is given as numbers, put around the images."""
    if isinstance(padding, str):
        return x, padding
    _, (top, bottom), (left, right), _ = padding
    return F.pad(x, (0, 0, left, right, top, bottom)), "VALID"


def _padding(where: str, padding: Any, data_format: str) -> str:
    if data_format != "NHWC":
        raise NotSupported(f"tf.nn.{where}", 'data_format must be "NHWC"', repr(data_format))
    if not isinstance(padding, str):
        raise NotSupported(
            f"tf.nn.{where}",
            'padding must be "SAME" or "VALID"',
            repr(padding),
            "Use tf.pad first.",
        )
    return as_padding(f"tf.nn.{where}", padding)


def two(sizes: Any) -> tuple[int, int]:
    """A number for both directions, two numbers, or the middle two of four."""
    numbers = sizes_of(sizes)
    numbers = numbers * 2 if len(numbers) == 1 else numbers
    height, width = numbers[1:3] if len(numbers) == 4 else numbers
    return height, width


def bias_add(value: Any, bias: Any, data_format: Any = None, name: Any = None) -> torch.Tensor:
    """A number of its own added to each channel."""
    x, b = pair(value, bias)
    if bias_axis(x, data_format) == -1:
        return x + b
    return x + b.reshape(-1, *[1] * (x.ndim - 2))


def dropout(
    x: Any, rate: float, noise_shape: Any = None, seed: int | None = None, name: Any = None
) -> torch.Tensor:
    """Each number 0 with probability `rate`, the others divided by 1 - rate."""
    value = _floats(x)
    if not 0 <= float(rate) <= 1:
        raise InvalidArgument("tf.nn.dropout", "rate must be in [0, 1]", str(rate))
    stream = None if seed is None else torch.Generator().manual_seed(int(seed))
    sizes = value.shape if noise_shape is None else sizes_of(noise_shape)
    kept = torch.rand(sizes, generator=stream).to(value.device) >= float(rate)
    return value * kept / (1 - float(rate)) if rate < 1 else torch.zeros_like(value)


def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: Any = None):
    """Mean and variance (divided by n) along these axes."""
    return reduce_mean(x, axes, keepdims), reduce_variance(x, axes, keepdims)
