"""Channels: where networks have them, by what `saccade.config.image_data_format()` says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.data_formats import is_channels_first
from saccade.errors import NotSupported
from saccade.graph import Symbol

Size = int | None


# The axis of the channels of a batch of images. Keras counts it from the end in some networks and
# from the beginning in others, and its files say what it wrote.
def along_channels() -> int:
    """Counted from the end: -1, or 1 where the channels come first."""
    return 1 if is_channels_first() else -1


def channel_axis() -> int:
    """Counted from the beginning: 3, or 1 where the channels come first."""
    return 1 if is_channels_first() else 3


def channels_of(x: Symbol) -> Size:
    """How many channels images have."""
    return x.shape[along_channels()]


def sides_of(shape: Sequence[Size]) -> tuple[Size, ...]:
    """Height and width in the shape of one image."""
    return tuple(shape[1:3]) if is_channels_first() else tuple(shape[:2])


def shape_of_image(sides: Sequence[Any], channels: Any) -> tuple[Any, ...]:
    """The shape of one image, or the words for its axes."""
    return (channels, *sides) if is_channels_first() else (*sides, channels)


def refuse_channels_first(where: str) -> None:
    """For networks that Keras has with the channels last only.

    Raises:
        NotSupported: `image_data_format()` says channels first.
    """
    if is_channels_first():
        raise NotSupported(
            f'"{where}"',
            "has its channels last, as in Keras",
            'image_data_format() "channels_first"',
            'Call set_image_data_format("channels_last") before, and give images so.',
        )
