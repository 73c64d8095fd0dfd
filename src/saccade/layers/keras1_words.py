"""Keras 1's words for the arguments of layers and models, in the words of today."""

from __future__ import annotations

from typing import Any

from saccade.errors import NotSupported
from saccade.notes import note_once

RENAMED = {
    "W_constraint": "kernel_constraint",
    "W_regularizer": "kernel_regularizer",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer",
    "input": "inputs",
    "nb_filter": "filters",
    "output": "outputs",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
}
ORDERINGS = {"tf": "channels_last", "th": "channels_first", "default": "channels_last"}
WORDS = frozenset({*RENAMED, "nb_row", "nb_col", "dim_ordering"})


def in_todays_words(
    cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call in which Keras 1's words occur; others come back as they are.

    `Convolution2D(32, 3, 3, border_mode="same")` means a kernel of 3 x 3. Without such a word the
    third number is the stride, as in Keras 2 and 3.

    Raises:
        NotSupported: `dim_ordering="th"`, images with their channels first.
    """
    used = [word for word in kwargs if word in WORDS and word not in _own_words(cls)]
    if not used:
        return args, kwargs
    translated = {name: value for name, value in kwargs.items() if name not in used}
    for word in used:
        value = kwargs[word]
        if word in RENAMED:
            translated[RENAMED[word]] = value
            _note(cls, word, RENAMED[word])
        elif word == "dim_ordering":
            translated["data_format"] = _data_format(cls, value)
    if "nb_row" in used or "nb_col" in used:
        translated["kernel_size"] = (kwargs.get("nb_row"), kwargs.get("nb_col"))
        _note(cls, "nb_row=, nb_col", "kernel_size")
    elif "Conv" in cls.__name__ and len(args) >= 3 and all(isinstance(n, int) for n in args[1:3]):
        args = (args[0], args[1:3], *args[3:])
        _note(cls, "nb_row=, nb_col", "kernel_size")
    return args, translated


def _own_words(cls: type) -> set[str]:
    """Words that a class takes itself, the user's own among them."""
    words: set[str] = set()
    for each in cls.__mro__:
        code = getattr(each.__dict__.get("__init__"), "__code__", None)
        if code is not None:
            words |= set(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])
            if each.__module__.startswith("saccade."):
                break  # what lies below is not for users to call
    return words


def _data_format(cls: type, ordering: str) -> str:
    if ORDERINGS.get(ordering) == "channels_first":
        raise NotSupported(
            cls.__name__,
            'dim_ordering="th" (channels first) is not supported',
            None,
            'Give images as (height, width, channels), and leave it out or write "tf".',
        )
    return ORDERINGS.get(ordering, ordering)


def _note(cls: type, word: str, today: str) -> None:
    note_once(f"{cls.__name__}({word}=) is Keras 1's name of {today}; it is used as such.")
