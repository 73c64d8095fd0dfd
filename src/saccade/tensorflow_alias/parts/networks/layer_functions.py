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
from saccade.numerics.tensors.conversion import floats
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


def compute_average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: int | None = None
) -> torch.Tensor:
    """The sum of the losses over the size of the whole batch.

    Args:
        per_example_loss: one number a sample, or several.
        sample_weight: what they are multiplied by.
        global_batch_size: None for the number of losses here: there is one device.

    Source: `tf.nn.compute_average_loss`.
    """
    losses = _floats(per_example_loss)
    if sample_weight is not None:
        weight = _floats(sample_weight).to(losses.dtype)
        while weight.ndim < losses.ndim:
            weight = weight.unsqueeze(-1)
        losses = losses * weight
    size = losses.shape[0] if global_batch_size is None else int(global_batch_size)
    return losses.sum() / size


def scale_regularization_loss(regularization_loss: Any) -> torch.Tensor:
    """The sum of the losses, over the one device that there is."""
    return _floats(regularization_loss).sum()


def _floats(value: Any) -> torch.Tensor:
    return floats(tensor_of(value))


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
    steps, rate = two(strides, "conv2d"), two(dilations or 1, "conv2d", "dilations")
    return convolve_nhwc(x, kernel, None, steps, border, rate)


@in_either_layout
def depthwise_conv2d(
    input: Any, filter: Any, strides: Any, padding: str, data_format: str = "NHWC",
    dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """Kernels of its own for each channel: (height, width, channels, multiplier)."""
    x, kernel = pair(_floats(input), filter)
    border = _padding("depthwise_conv2d", padding, data_format)
    steps = two(strides, "depthwise_conv2d")
    rate = two(dilations or 1, "depthwise_conv2d", "dilations")
    return convolve_depthwise_nhwc(x, kernel, None, steps, border, rate)


@in_either_layout
def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The largest in each window, of pixels or, with (1, 1, 1, n) for both, of n channels."""
    border = _padding("max_pool2d", padding, data_format)
    x = _floats(input)
    if (depth := _depth("max_pool2d", x, ksize, strides)) > 1:
        return x.unflatten(-1, (-1, depth)).amax(-1)
    size, steps = two(ksize, "max_pool2d", "ksize"), two(strides, "max_pool2d")
    return max_pool_nhwc(x, size, steps, border)


@in_either_layout
def avg_pool2d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NHWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The mean of each window; padding is not counted."""
    border = _padding("avg_pool2d", padding, data_format)
    size, steps = two(ksize, "avg_pool2d", "ksize"), two(strides, "avg_pool2d")
    return average_pool_nhwc(_floats(input), size, steps, border)


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


def two(sizes: Any, where: str, name: str = "strides") -> tuple[int, int]:
    """A number for both directions, two numbers, or the middle two of four.

    Raises:
        NotSupported: four of which the first or last, for batch and channels, is not 1. TensorFlow
            refuses them too, but for `max_pool` along the channels.
    """
    numbers = sizes_of(sizes)
    if len(numbers) == 4:
        if (numbers[0], numbers[3]) != (1, 1):
            raise NotSupported(
                f"tf.nn.{where}" if "." not in where else where,
                f"{name} must be 1 for the batch and the channels",
                str(tuple(numbers)),
            )
        numbers = numbers[1:3]
    numbers = numbers * 2 if len(numbers) == 1 else numbers
    height, width = numbers
    return height, width


def _depth(where: str, x: torch.Tensor, ksize: Any, strides: Any) -> int:
    """How many channels a window has, in TensorFlow's pooling over channels; 1 for none.

    Raises:
        NotSupported: windows that overlap or do not fill the channels, or over pixels as well,
            which TensorFlow refuses too.
    """
    window, steps = sizes_of(ksize), sizes_of(strides)
    if len(window) != 4 or len(steps) != 4 or (window[3] == 1 and steps[3] == 1):
        return 1
    depth = window[3]
    if window[:3] != steps[:3] or window[:3] != [1, 1, 1] or steps[3] != depth:
        raise NotSupported(
            f"tf.nn.{where}",
            "windows over channels must be (1, 1, 1, n), and so must the strides",
            f"{tuple(window)} and {tuple(steps)}",
        )
    if x.shape[-1] % depth:
        raise NotSupported(
            f"tf.nn.{where}",
            f"windows of {depth} must fill the channels",
            f"{x.shape[-1]} channels",
        )
    return depth


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


def separable_conv2d(
    input: Any, depthwise_filter: Any, pointwise_filter: Any, strides: Any, padding: str,
    data_format: str = "NHWC", dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """`depthwise_conv2d`, and then kernels of one pixel over all of its channels."""
    x = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return conv2d(x, pointwise_filter, 1, "VALID", data_format)


def atrous_conv2d(
    value: Any, filters: Any, rate: int, padding: str, name: str | None = None
) -> torch.Tensor:
    """`conv2d` by kernels with gaps."""
    return conv2d(value, filters, 1, padding, dilations=rate)
