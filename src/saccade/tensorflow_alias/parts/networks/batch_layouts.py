"""Batch layouts: windows of images NCHW, of series and of volumes, in the words of `tf.nn`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.numerics.tensors.conversion import floats
from saccade.ops import windows
from saccade.tensorflow_alias.parts.tensors.tensors import sizes_of, tensor_of

_SIZES = ("dilations", "ksize", "output_shape", "strides")  # arguments with a number for each axis
_LAYOUTS = {  # of a batch, by the number of axes beside batch and channels
    1: {"NWC": "channels_last", "NCW": "channels_first"},
    2: {"NHWC": "channels_last", "NCHW": "channels_first"},
    3: {"NDHWC": "channels_last", "NCDHW": "channels_first"},
}


def in_either_layout(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """For a function of images NHWC: takes `data_format="NCHW"`, as views.

    Sizes of four numbers are in the order of the batch then.

    Raises:
        NotSupported, in the call: another layout.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def with_layout(*args: Any, **kwargs: Any) -> torch.Tensor:
        given = signature.bind(*args, **kwargs)
        layout = given.arguments.get("data_format") or "NHWC"
        if layout == "NHWC":
            return function(*args, **kwargs)
        _check(function.__name__, layout, 2)
        first = next(iter(given.arguments))
        given.arguments[first] = tensor_of(given.arguments[first]).movedim(1, -1)
        for name in _SIZES:
            if name in given.arguments and given.arguments[name] is not None:
                given.arguments[name] = _channels_last(sizes_of(given.arguments[name]))
        padding = given.arguments.get("padding")
        if padding is not None and not isinstance(padding, str):
            given.arguments["padding"] = _channels_last(list(padding))
        given.arguments["data_format"] = "NHWC"
        return function(*given.args, **given.kwargs).movedim(-1, 1)

    return with_layout


def _channels_last(numbers: Any) -> Any:
    """Numbers for the axes of a batch NCHW in the order NHWC; two are for rows and columns."""
    return [numbers[0], numbers[2], numbers[3], numbers[1]] if len(numbers) == 4 else numbers


def _check(where: str, layout: Any, rank: int) -> str:
    if layout not in _LAYOUTS[rank]:
        words = " or ".join(f'"{word}"' for word in _LAYOUTS[rank])
        raise NotSupported(f"tf.nn.{where}", f"data_format must be {words}", repr(layout))
    return _LAYOUTS[rank][layout]


def bias_axis(value: torch.Tensor, layout: Any) -> int:
    """Along which axis of a batch a bias lies."""
    if layout in (None, "N...C"):
        return -1
    if layout == "NC...":
        return 1
    rank = value.ndim - 2
    return (
        1 if _check("bias_add", layout, rank if rank in _LAYOUTS else 2) != "channels_last" else -1
    )


# -- series and volumes ------------------------------------------------------------------------


def conv1d(
    input: Any, filters: Any, stride: Any, padding: str, data_format: str = "NWC",
    dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """A bank of kernels (length, channels, filters) slid over series."""
    return _windows("conv1d", windows.conv, 1, input, (filters,), data_format, padding,
                    strides=stride, dilation_rate=dilations)  # fmt: skip


def conv3d(
    input: Any, filters: Any, strides: Any, padding: str, data_format: str = "NDHWC",
    dilations: Any = None, name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """A bank of kernels (depth, height, width, channels, filters) slid over volumes."""
    return _windows("conv3d", windows.conv, 3, input, (filters,), data_format, padding,
                    strides=strides, dilation_rate=dilations)  # fmt: skip


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The largest in each window of series."""
    return _windows("max_pool1d", windows.max_pool, 1, input, (), data_format, padding,
                    strides=strides, pool_size=ksize)  # fmt: skip


def max_pool3d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NDHWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The largest in each window of volumes."""
    return _windows("max_pool3d", windows.max_pool, 3, input, (), data_format, padding,
                    strides=strides, pool_size=ksize)  # fmt: skip


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The mean of each window of series; padding is not counted."""
    return _windows("avg_pool1d", windows.average_pool, 1, input, (), data_format, padding,
                    strides=strides, pool_size=ksize)  # fmt: skip


def avg_pool3d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NDHWC",
    name: str | None = None,
) -> torch.Tensor:  # fmt: skip
    """The mean of each window of volumes; padding is not counted."""
    return _windows("avg_pool3d", windows.average_pool, 3, input, (), data_format, padding,
                    strides=strides, pool_size=ksize)  # fmt: skip


def _windows(
    where: str, function: Callable[..., torch.Tensor], rank: int, input: Any, kernels: Any,
    layout: str, padding: str, **sizes: Any,
) -> torch.Tensor:  # fmt: skip
    data_format = _check(where, layout, rank)
    x = floats(tensor_of(input))
    given = {name: _inner(where, name, value, rank, data_format) for name, value in sizes.items()}
    weights = [tensor_of(kernel).to(x.dtype) for kernel in kernels]
    return function(x, *weights, padding=padding.lower(), data_format=data_format, **given)


def _inner(where: str, name: str, value: Any, rank: int, data_format: str) -> tuple[int, ...]:
    """The numbers along the axes beside batch and channels, which must have 1."""
    numbers = sizes_of(1 if value is None else value)
    numbers = list(numbers) * rank if len(numbers) == 1 else list(numbers)
    if len(numbers) == rank:
        return tuple(numbers)
    inside = slice(2, None) if data_format == "channels_first" else slice(1, -1)
    inner = numbers[inside]
    if len(inner) != rank or sum(numbers) != sum(inner) + 2:
        raise NotSupported(
            f"tf.nn.{where}", f"{name} must be 1 along batch and channels", str(tuple(numbers))
        )
    return tuple(inner)
