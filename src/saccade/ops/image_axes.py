"""Axes of images: one or a batch, with their channels first or last, as one batch NHWC."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from saccade.data_formats import is_channels_first
from saccade.errors import ShapeError
from saccade.names import unknown_name
from saccade.numerics.tensors.tensor_functions import convert_to_tensor


def on_batches(
    where: str, images: Any, data_format: str | None, ranks: tuple[int, ...] = (3, 4)
) -> tuple[torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]:
    """The images as a batch, channels last; and what gives a result the axes of the input.

    Volumes are those whose `ranks` end with 5.
    """
    x = convert_to_tensor(images)
    is_first = is_channels_first(data_format, where)
    if x.ndim not in ranks:
        space = "depth, height, width" if ranks[-1] == 5 else "height, width"
        axes = f"(channels, {space})" if is_first else f"({space}, channels)"
        kind = "volumes" if ranks[-1] == 5 else "images"
        if len(ranks) == 1:
            needed = f"{kind} must be a batch of {axes}"
        else:
            needed = f"{kind} must be {axes}, or a batch of them"
        raise ShapeError(where, needed, str(tuple(x.shape)))
    single, first = x.ndim == ranks[-1] - 1, 1 - ranks[-1]
    x_last = x.movedim(first, -1) if is_first else x

    def as_given(y_last: torch.Tensor) -> torch.Tensor:
        y = y_last[0] if single else y_last
        return y.movedim(-1, first) if is_first else y

    return (x_last[None] if single else x_last), as_given


def as_word(where: str, argument: str, word: Any, legal: Iterable[str]) -> str:
    """One of the words that an argument takes."""
    if word not in legal:
        raise unknown_name(f"{where}: {argument}", word, legal)
    return word
