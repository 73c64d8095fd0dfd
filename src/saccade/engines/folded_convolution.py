"""Folded convolution: one on images as layers have them, with what was folded into it."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from saccade.numerics.convolution.fused import FusedConvolution
from saccade.numerics.convolution.geometry import same_padding


class Convolve:
    """A convolution with what was folded into it, on images of the layer's data format.

    Args:
        layer: the Conv2D or DepthwiseConv2D.
        folded: does the arithmetic.
        border: zeros (top, bottom, left, right) of a ZeroPadding2D before it.

    Attributes:
        may_write: whether the sum may be written over what is added.
    """

    def __init__(self, layer: Any, folded: FusedConvolution, border: tuple[int, ...]):
        self.layer, self.folded, self.border = layer, folded, border
        self.may_write = False
        # Only where a row more of the kernel costs less than a copy of the images does.
        self._may_lead = folded.steps[2] > 1 and folded.weight.shape[1] == 1
        self._may_lead &= tuple(layer.dilation_rate) == (1, 1)
        self._led: dict[tuple[int, int], FusedConvolution] = {}

    def __call__(self, x: torch.Tensor, added: torch.Tensor | None = None) -> torch.Tensor:
        is_first = self.layer.data_format == "channels_first"
        x_nchw = x if is_first else x.permute(0, 3, 1, 2)
        if is_first:  # images that come in, and what layers between made, may lie otherwise
            x_nchw = x_nchw.contiguous(memory_format=torch.channels_last)
            if added is not None:
                added = added.contiguous(memory_format=torch.channels_last)
        top, bottom, left, right = self._sides(x_nchw)
        folded, padding = self.folded, (top, left)
        if top != bottom or left != right:
            if self._may_lead and {bottom - top, right - left} <= {0, 1}:
                folded, padding = self._with_lead(bottom - top, right - left), (bottom, right)
            else:
                padding, x_nchw = (0, 0), F.pad(x_nchw, (left, right, top, bottom))
        if added is not None and not is_first:
            added = added.permute(0, 3, 1, 2)
        y_nchw = folded(x_nchw, padding, added, self.may_write)
        return y_nchw if is_first else y_nchw.permute(0, 2, 3, 1)

    def _sides(self, x_nchw: torch.Tensor) -> tuple[int, ...]:
        if self.layer.padding != "same":
            return self.border
        layer = self.layer
        return tuple(
            n
            for size, k, s, d in zip(
                x_nchw.shape[2:], layer.kernel_size, layer.strides, layer.dilation_rate, strict=True
            )
            for n in same_padding(size, k, s, d)
        )

    def _with_lead(self, rows: int, columns: int) -> FusedConvolution:
        """The same with zeros before the kernel's rows and columns, which make up for as many more
        zeros before the images than there should be: then both sides get the same, and the
        convolution pads while it reads."""
        if (rows, columns) not in self._led:
            self._led[rows, columns] = self.folded.led_by(rows, columns)
        led = self._led[rows, columns]
        led.is_plain = self.folded.is_plain
        return led
