"""Old images: convolutions and borders under names that `backend` had in Keras 1 alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.backend.images import Sizes, conv2d, conv2d_transpose, spatial_2d_padding
from saccade.backend.local_images import temporal_padding
from saccade.data_formats import is_channels_first
from saccade.numerics.convolution.geometry import as_padding, as_sizes
from saccade.numerics.convolution.nhwc import as_given, nhwc_of
from saccade.numerics.convolution.transposed import convolve_transposed_to
from saccade.numerics.tensors.tensor_functions import convert_to_tensor

deconv2d = conv2d_transpose


def atrous_conv2d(
    x: Any,
    kernel: Any,
    rate: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """A convolution with a kernel (height, width, in, out), whose pixels stand `rate` apart."""
    return conv2d(x, kernel, (1, 1), padding, data_format, (rate, rate))


def conv3d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Sequence[Any],
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """A transposed convolution with a kernel (depth, height, width, out, in), of that shape."""
    where = "conv3d_transpose"
    x, is_first = convert_to_tensor(x), is_channels_first(data_format, where)
    y_ndhwc = convolve_transposed_to(
        nhwc_of(x, is_first),
        convert_to_tensor(kernel),
        as_sizes(where, "strides", strides, 3),
        as_padding(where, padding),
        tuple(output_shape)[2:5] if is_first else tuple(output_shape)[1:4],
        (1, 1, 1),
    )
    return as_given(y_ndhwc, 3, is_first)


deconv3d = conv3d_transpose


def asymmetric_temporal_padding(x: Any, left_pad: int = 1, right_pad: int = 1) -> torch.Tensor:
    """Steps of zeros before and behind."""
    return temporal_padding(x, (left_pad, right_pad))


def asymmetric_spatial_2d_padding(
    x: Any,
    top_pad: int = 1,
    bottom_pad: int = 1,
    left_pad: int = 1,
    right_pad: int = 1,
    data_format: str | None = None,
) -> torch.Tensor:
    """A border of zeros on each side of an image."""
    return spatial_2d_padding(x, ((top_pad, bottom_pad), (left_pad, right_pad)), data_format)
