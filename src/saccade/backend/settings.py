"""Settings: what Keras's `backend` says of the process, and lets be changed."""

from __future__ import annotations

import linecache
import sys

from saccade.data_formats import (
    ORDERINGS,
    as_data_format,
    data_format_of,
    image_data_format,
    set_image_data_format,
)
from saccade.dtype_policy import floatx as floatx
from saccade.dtype_policy import set_floatx as set_floatx
from saccade.errors import InvalidArgument
from saccade.layers.core.calls.call_scope import scope, set_phase
from saccade.names import reset_names
from saccade.notes import note_old_word, note_once
from saccade.requester import asks_script
from saccade.script_door import backend_of, is_script_door_open


def clear_session(free_memory: bool = True) -> None:
    """Let automatic names count from the start again, and forget `set_learning_phase`."""
    note_once(
        "clear_session lets automatic names count anew; there are no graphs to clear, and memory "
        "is given back when nothing refers to a model."
    )
    reset_names()
    set_phase(None)


def image_dim_ordering() -> str:
    """Keras 1's word for the data format: "tf" for channels last, "th" for channels first."""
    return next(word for word, today in ORDERINGS.items() if today == image_data_format())


def set_image_dim_ordering(dim_ordering: str) -> None:
    """`set_image_data_format` in Keras 1's words.

    Raises:
        InvalidArgument: neither "tf" nor "th".
    """
    if (today := data_format_of(dim_ordering, "set_image_dim_ordering")) is None:
        raise InvalidArgument("set_image_dim_ordering", 'must be "tf" or "th"', repr(dim_ordering))
    set_image_data_format(today)


def normalize_data_format(value: str | None) -> str:
    """ "channels_last" or "channels_first", in small letters; the process's for None."""
    return as_data_format(value or None)


def backend() -> str:
    """ "torch"; to a script that asks for "tensorflow" and knows of no torch, "tensorflow"."""
    frame = sys._getframe(1)
    if not is_script_door_open() or not asks_script(frame):
        return "torch"
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    return backend_of("".join(lines))


def learning_phase() -> int:
    """1 within a call that trains, or after `set_learning_phase(1)`; else 0."""
    training = scope.phase if scope.training is None else scope.training
    return int(bool(training))


def set_learning_phase(value: int) -> None:
    """What a call without `training=` means from now on: 1 that it trains, 0 that it does not.

    `fit`, `evaluate` and `predict` say what they do, as in tf.keras 2.
    """
    note_old_word(
        "set_learning_phase is for plain calls, as training= is; fit trains, and evaluate and "
        "predict do not."
    )
    set_phase(bool(value))


def manual_variable_initialization(value: bool) -> None:
    """Without effect: weights have their values from the beginning."""
    note_old_word("manual_variable_initialization has no effect: there are no sessions.")


def get_uid(prefix: str = "") -> int:
    """The next number of a name, from 1."""
    _uids[prefix] = _uids.get(prefix, 0) + 1
    return _uids[prefix]


def reset_uids() -> None:
    """Let `get_uid` count from the start again."""
    _uids.clear()


_uids: dict[str, int] = {}
