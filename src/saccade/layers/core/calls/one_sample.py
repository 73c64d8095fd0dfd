"""One sample: an image that was given without the axis of the batch, and what to do about it."""

from __future__ import annotations

from typing import Any

CHANNELS = (1, 3, 4)  # of grey, coloured and see-through images


def advice_for_one(got: Any, needed: Any) -> str:
    """What to do about an array that lacks the axis of the batch; empty where that is not it.

    Args:
        got: its shape.
        needed: the shape of a batch; None is any size.
    """
    sample = tuple(needed)[1:]
    if _fits(got, sample):
        return "One sample needs the axis of a batch: x[None]."
    if len(got) == len(sample) == 3 and got[-1] == sample[-1]:
        return "One image needs the axis of a batch, x[None], and the model's size."
    if sample and sample[-1] == 1 and _fits(got, sample[:-1]):
        return "One sample needs the axes of a batch and of channels: x[None, ..., None]."
    return ""


def lacking_axis(got: Any, channels: int | None, is_first: bool) -> str:
    """What to do about images with one axis too few: they lack the batch's, or the channels'.

    Args:
        got: their shape.
        channels: how many the layer was built for; None while it is not.
    """
    last = got[0 if is_first else -1]
    if last == channels or (channels is None and last in CHANNELS):
        return "One image needs the axis of a batch: x[None]."
    return f"Add a channel axis: x[{':, None' if is_first else '..., None'}]."


def _fits(got: Any, needed: Any) -> bool:
    return len(got) == len(needed) and all(
        n in (None, size) for n, size in zip(needed, got, strict=True)
    )
