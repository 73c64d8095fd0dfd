"""Data formats: where an image's channels stand. saccade has them last."""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument, NotSupported
from saccade.names import unknown_name

DATA_FORMATS = ("channels_last", "channels_first")
ORDERINGS = {"tf": "channels_last", "th": "channels_first", "default": "channels_last"}  # Keras 1


def check_channels_last(data_format: Any, where: str = "") -> str:
    """ "channels_last", which None means too.

    Args:
        data_format: what the user gave.
        where: how the message calls the place; empty where the argument says enough.

    Raises:
        NotSupported: "channels_first". UnknownName: another word.
    """
    if data_format == "channels_first":
        raise NotSupported(
            where or "data_format",
            f'{"data_format " if where else ""}must be "channels_last"',
            repr(data_format),
            "Images are NHWC here: leave it out, and give them as (batch, height, width, "
            "channels): numpy.moveaxis(x, 1, -1).",
        )
    is_channels_first(data_format, where)
    return "channels_last"


def is_channels_first(data_format: Any, where: str = "") -> bool:
    """Whether the channels come first, for what takes either.

    Raises:
        UnknownName: neither None nor one of the two words.
    """
    if data_format is not None and data_format not in DATA_FORMATS:
        raise unknown_name(
            f"{where}, data_format" if where else "data_format", data_format, DATA_FORMATS
        )
    return data_format == "channels_first"


def data_format_of(ordering: Any, where: str) -> str:
    """The format for Keras 1's `dim_ordering`.

    Raises:
        NotSupported: "th", images with their channels first. InvalidArgument: another word.
    """
    found = ORDERINGS.get(ordering, ordering)
    if found == "channels_first":
        raise NotSupported(
            where,
            f'dim_ordering="{ordering}" (channels first) is not supported',
            None,
            'Give images as (height, width, channels), and leave it out or write "tf".',
        )
    if found not in (None, "channels_last"):
        raise InvalidArgument(where, 'dim_ordering must be "tf"', repr(ordering))
    return "channels_last"
