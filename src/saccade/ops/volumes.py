"""Volumes: their patches, in the words of `keras.ops.image`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from saccade.layers.operations.unwritten_operation import also_on_symbols
from saccade.numerics.convolution.geometry import as_padding, as_sizes, same_padding
from saccade.ops.image_axes import on_batches


@also_on_symbols("ops.image")
def extract_patches_3d(
    volumes: Any,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The boxes of each volume as rows: (batch, depth, rows, columns, numbers of a box).

    Args:
        volumes: (batch, depth, height, width, channels), or one of them.
        size: of a box, (depth, height, width) or one number.
        strides: from one box to the next; `size` when None, which puts them side by side.
        dilation_rate: from one element of a box to its next.
        padding: "valid", or "same" for boxes that reach over the border, over zeros.
    """
    where = "extract_patches_3d"
    x, as_given = on_batches(where, volumes, data_format, ranks=(4, 5))
    box = as_sizes(where, "size", size, 3)
    steps = box if strides is None else as_sizes(where, "strides", strides, 3)
    rates = as_sizes(where, "dilation_rate", dilation_rate, 3)
    if as_padding(where, padding) == "same":
        pads = [
            same_padding(n, k, s, r)
            for n, k, s, r in zip(x.shape[1:4], box, steps, rates, strict=True)
        ]
        x = F.pad(x, (0, 0, *pads[2], *pads[1], *pads[0]))
    for axis, (k, s, r) in enumerate(zip(box, steps, rates, strict=True), 1):
        x = x.unfold(axis, r * (k - 1) + 1, s)[..., ::r]
    return as_given(x.permute(0, 1, 2, 3, 5, 6, 7, 4).flatten(4))
