"""Data formats: where an image's channels stand, last unless a call or the process says first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.errors import InvalidArgument
from saccade.names import unknown_name

DATA_FORMATS = ("channels_last", "channels_first")
ORDERINGS = {"tf": "channels_last", "th": "channels_first"}  # Keras 1
_default = "channels_last"


def image_data_format() -> str:
    """What `data_format=None` means: "channels_last", unless `set_image_data_format` said else."""
    return _default


def set_image_data_format(data_format: str) -> None:
    """Let `data_format=None` mean this from now on, for layers and functions that are called then.

    Raises:
        UnknownName: neither of the two words.
    """
    global _default
    if data_format is None:
        raise unknown_name("set_image_data_format", data_format, DATA_FORMATS)
    _default = as_data_format(data_format, "set_image_data_format")


@contextmanager
def default_data_format(data_format: str) -> Iterator[None]:
    """For a while `data_format=None` means this."""
    before = image_data_format()
    set_image_data_format(data_format)
    try:
        yield
    finally:
        set_image_data_format(before)


def as_data_format(data_format: Any, where: str = "") -> str:
    """ "channels_last" or "channels_first"; None is what holds for the process.

    Args:
        data_format: what the user gave.
        where: how the message calls the place; empty where the argument says enough.

    Raises:
        UnknownName: neither None nor one of the two words.
    """
    if data_format is None:
        return _default
    word = data_format.lower() if isinstance(data_format, str) else data_format
    if word not in DATA_FORMATS:
        place = f"{where}, data_format" if where else "data_format"
        raise unknown_name(place, data_format, DATA_FORMATS)
    return word


def is_channels_first(data_format: Any = None, where: str = "") -> bool:
    """Whether the channels come first.

    Raises:
        UnknownName: neither None nor one of the two words.
    """
    return as_data_format(data_format, where) == "channels_first"


def data_format_of(ordering: Any, where: str) -> str | None:
    """The format for Keras 1's `dim_ordering`; None for "default" and None.

    Raises:
        InvalidArgument: another word.
    """
    if ordering in (None, "default"):
        return None
    found = ORDERINGS.get(ordering, ordering)
    if found not in DATA_FORMATS:
        raise InvalidArgument(where, 'dim_ordering must be "tf" or "th"', repr(ordering))
    return found


def to_channels_last(array: Any, data_format: str) -> Any:
    """An image, or a batch of them, of that format with its channels last: a view."""
    axes = {3: (1, 2, 0), 4: (0, 2, 3, 1)}.get(array.ndim)
    return array if axes is None or data_format == "channels_last" else _permuted(array, axes)


def from_channels_last(array: Any, data_format: str) -> Any:
    """An image, or a batch of them, channels last, in that format: a view."""
    axes = {3: (2, 0, 1), 4: (0, 3, 1, 2)}.get(array.ndim)
    return array if axes is None or data_format == "channels_last" else _permuted(array, axes)


def _permuted(array: Any, axes: tuple[int, ...]) -> Any:
    """NumPy's and torch's words for one thing."""
    return array.permute(axes) if hasattr(array, "permute") else array.transpose(axes)
