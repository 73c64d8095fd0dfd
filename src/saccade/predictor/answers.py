"""Answers: what a model at rest says about images, looked at once or in a mirror too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def answer(model: Callable[[torch.Tensor], Any], x_nhwc: torch.Tensor, mirrored: bool) -> Any:
    """The model's outputs; if mirrored, the mean of those for x and for x with left and right
    exchanged.

    A model that was trained on photos and their mirror images has no reason to tell them apart;
    where it does, its two answers err in different ways, and their mean less than each.

    Args:
        model: images -> (n, classes), a tensor or an array.
        x_nhwc: as the model takes them, (n, height, width, channels).
        mirrored: twice the time.

    Source: docs/accuracy.md, what the mirror gives.
    """
    outputs = model(x_nhwc)
    if not mirrored:
        return outputs
    return (outputs + model(x_nhwc.flip(2))) / 2
