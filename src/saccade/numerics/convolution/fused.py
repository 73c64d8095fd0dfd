"""A convolution at rest with what follows it in one call: addition, and a function of each number.

On the CPU torch hands convolutions to oneDNN, which can add another image and cut off below zero,
or apply another such function, while the result is still in the processor's cache. torch offers
that to its compiler only, under names without a promise (`torch.ops.mkldnn`); so they are looked
for, tried once, and done without where they are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F

Pair = tuple[int, int]


@dataclass(frozen=True)
class Pointwise:
    """A function of each number, which a convolution applies to its sum.

    Attributes:
        word, numbers: what oneDNN knows it by.
        in_place: torch's own function, which writes over what it is given.
    """

    word: str
    numbers: tuple[float, ...]
    in_place: Callable[[torch.Tensor], torch.Tensor]


RELU = Pointwise("relu", (), torch.relu_)
RELU6 = Pointwise("hardtanh", (0.0, 6.0), lambda y: F.hardtanh_(y, 0.0, 6.0))
SILU = Pointwise("swish", (), lambda y: F.silu(y, inplace=True))
HARD_SILU = Pointwise("hardswish", (), lambda y: F.hardswish(y, inplace=True))


class FusedConvolution:
    """y = then(convolution(x) + bias + added), the last two steps only where asked for.

    A NaN is not sure to come out: oneDNN's ReLU makes zero of it.

    Args:
        weight: (filters, channels/groups, height, width), not to be changed afterwards.
        bias: (filters,).
        strides, dilation: along rows and columns.
        groups: into how many the channels are split.
        then: what is done to the sum; to one with something added, RELU alone.

    Attributes:
        is_plain: whether to do without the calls that have no promise.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor,
        strides: Sequence[int],
        dilation: Sequence[int],
        groups: int,
        then: Pointwise | None = None,
    ):
        self.weight = weight.contiguous(memory_format=torch.channels_last)
        self.bias = bias
        self.steps = [*strides], [*dilation], groups
        self.then = then
        self.is_plain = False
        self._packed: tuple[Any, torch.Tensor | None] = (None, None)

    def __call__(
        self,
        x_nchw: torch.Tensor,
        padding: Pair = (0, 0),
        added: torch.Tensor | None = None,
        may_write: bool = False,
    ) -> torch.Tensor:
        """The result for a batch (n, channels, height, width) in memory channels last.

        Several threads may call at once.

        Args:
            padding: zeros on both sides of rows and columns.
            added: of the result's shape.
            may_write: whether the result may take the place of `added`.
        """
        geometry = [*padding], *self.steps
        then = self.then
        if self.is_plain or not has_fused(x_nchw.device.type, x_nchw.dtype):
            strides, dilation, groups = self.steps
            y = F.conv2d(x_nchw, self.weight, self.bias, strides, padding, dilation, groups)
            y = y if added is None else y.add_(added)
            return y if then is None else then.in_place(y)
        weight = self._pack(x_nchw, geometry)
        if added is None:
            word, numbers = ("none", ()) if then is None else (then.word, then.numbers)
            return torch.ops.mkldnn._convolution_pointwise(
                x_nchw, weight, self.bias, *geometry, word, [*numbers], ""
            )
        call: Any = torch.ops.mkldnn._convolution_pointwise_.binary
        images = (added, x_nchw)
        if not may_write:
            call, images = torch.ops.mkldnn._convolution_pointwise.binary, (x_nchw, added)
        word = None if then is None else then.word
        return call(*images, weight, self.bias, *geometry, "add", 1.0, word, [], None)

    def led_by(self, rows: int, columns: int) -> FusedConvolution:
        """The same with so many zeros before the kernel's rows and columns."""
        weight = F.pad(self.weight, (columns, 0, rows, 0))
        strides, dilation, groups = self.steps
        return FusedConvolution(weight, self.bias, strides, dilation, groups, self.then)

    def _pack(self, x_nchw: torch.Tensor, geometry: Any) -> torch.Tensor:
        """The weight as oneDNN wants it for batches of this shape, so that no call lays it out."""
        wanted = (tuple(x_nchw.shape), geometry)
        packed_for, packed = self._packed
        if packed is None or packed_for != wanted:
            packed = torch.ops.mkldnn._reorder_convolution_weight(
                self.weight, *geometry, tuple(x_nchw.shape)
            )
            self._packed = wanted, packed
        assert packed is not None
        return packed


@lru_cache(maxsize=16)
def has_fused(device: str, dtype: torch.dtype) -> bool:
    """Whether the calls that are looked for exist here and give what they should, tried once."""
    if device != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    stream = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 5, 5, generator=stream).to(dtype)
    weight = torch.randn(4, 3, 3, 3, generator=stream).to(dtype)
    added = torch.randn(2, 4, 5, 5, generator=stream).to(dtype)
    x, weight, added = (
        one.contiguous(memory_format=torch.channels_last) for one in (x, weight, added)
    )
    bias = torch.ones(4, dtype=dtype)
    geometry = ([1, 1], [1, 1], [1, 1], 1)
    plain = F.conv2d(x, weight, bias, padding=1)
    ops = torch.ops.mkldnn
    try:
        packed = ops._reorder_convolution_weight(weight, *geometry, tuple(x.shape))
        pairs = [(ops._convolution_pointwise(x, packed, bias, *geometry, "none", [], ""), plain)]
        for then in (RELU, RELU6, SILU, HARD_SILU):
            rest = (packed, bias, *geometry, then.word, [*then.numbers], "")
            pairs.append((ops._convolution_pointwise(x, *rest), then.in_place(plain.clone())))
        for after, wanted in (("relu", (plain + added).relu()), (None, plain + added)):
            rest = (packed, bias, *geometry, "add", 1.0, after, [], None)
            pairs.append((ops._convolution_pointwise.binary(x, added, *rest), wanted))
            pairs.append((ops._convolution_pointwise_.binary(added.clone(), x, *rest), wanted))
    except (AttributeError, RuntimeError, TypeError):
        return False
    tolerance = 1e-4 if dtype is torch.float32 else 0.1
    return all(
        torch.allclose(got.float(), wanted.float(), atol=tolerance, rtol=tolerance)
        for got, wanted in pairs
    )
