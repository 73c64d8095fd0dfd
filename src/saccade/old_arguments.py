"""Old arguments: names of earlier versions of Keras under which arguments may still be given."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from saccade.data_formats import data_format_of
from saccade.errors import InvalidArgument, NotSupported
from saccade.notes import note_old_word


def also_takes(function: Any, words: Iterable[str]) -> Any:
    """Mark a function that understands more words than its signature says; returns it."""
    function.old_words = frozenset(words) | old_words_of(function)
    return function


def old_words_of(function: Any) -> frozenset[str]:
    """The words beyond its signature that a function understands."""
    return getattr(function, "old_words", frozenset())


def takes_old_word(old: str, today: str) -> Callable[[Any], Any]:
    """For a function or an `__init__`: lets `today` be given as `old` by name; noted once.

    The signature stays that of today.

    Raises:
        InvalidArgument, in the call: both are given.
    """

    def decorate(function: Any) -> Any:
        where = _name_of(function)

        @functools.wraps(function)
        def with_old_word(*args: Any, **kwargs: Any) -> Any:
            if old in kwargs:
                if today in kwargs:
                    raise InvalidArgument(
                        where, f"{old}= and {today}= are two words for one", "both"
                    )
                note_old_word(f"{where}({old}=) is the old name of {today}.", key=f"{where} {old}")
                kwargs[today] = kwargs.pop(old)
            return function(*args, **kwargs)

        return also_takes(with_old_word, {old})

    return decorate


def ignores_old_words(
    without_effect: dict[str, str], refused: dict[str, str]
) -> Callable[[Any], Any]:
    """For a function or an `__init__`: lets words be given that mean nothing any more.

    Args:
        without_effect: words, and why nothing is lost with them.
        refused: words that ask for something, and what to do instead; with an empty value, as
            scripts have them, they are let through.

    Raises:
        NotSupported, in the call: a refused word with a value.
    """

    def decorate(function: Any) -> Any:
        where = _name_of(function)

        @functools.wraps(function)
        def with_old_words(*args: Any, **kwargs: Any) -> Any:
            for word in {*without_effect, *refused}.intersection(kwargs):
                value = kwargs.pop(word)
                if word in refused and value:
                    raise NotSupported(where, f"{word} is not supported", value, refused[word])
                why = without_effect.get(word, "it is off")
                note_old_word(f"{where}({word}=) is an old argument: {why}.", key=f"{where} {word}")
            return function(*args, **kwargs)

        return also_takes(with_old_words, {*without_effect, *refused})

    return decorate


def takes_dim_ordering(function: Any, where: str = "") -> Any:
    """For a function or an `__init__` with `data_format`: takes Keras 1's `dim_ordering` for it.

    Args:
        where: how messages call it, if by another name than its own.

    Raises:
        InvalidArgument, in the call: both words, or neither "tf" nor "th".
    """
    where = where or _name_of(function)
    takes_format = "data_format" in function.__code__.co_varnames  # else it makes no difference

    @functools.wraps(function)
    def with_dim_ordering(*args: Any, **kwargs: Any) -> Any:
        if "dim_ordering" in kwargs:
            ordering = kwargs.pop("dim_ordering")
            if kwargs.get("data_format") is not None:
                raise InvalidArgument(
                    where, "dim_ordering= and data_format= are two words for one", "both"
                )
            data_format = data_format_of(ordering, where)
            if takes_format:
                kwargs["data_format"] = data_format
            note_old_word(
                f"{where}(dim_ordering=) is Keras 1's name of data_format; it is used as such.",
                key="keras 1 dim_ordering",
            )
        return function(*args, **kwargs)

    return also_takes(with_dim_ordering, {"dim_ordering"})


def old_name_of(today: str, owner: str) -> Any:
    """A property that gives the attribute `today` under an old name; noted once.

    >>> class Flow:
    ...     samples, nb_sample = 3, old_name_of("samples", "Flow")
    >>> Flow().nb_sample
    3
    """
    return _OldName(today, owner)


class _OldName:
    """What reads one attribute for another."""

    def __init__(self, today: str, owner: str):
        self.today, self.owner, self.old = today, owner, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.old = name

    def __get__(self, thing: Any, kind: type | None = None) -> Any:
        if thing is None:
            return self
        note_old_word(
            f"{self.owner}.{self.old} is Keras 1's name of {self.today}.",
            key=f"{self.owner} {self.old}",
        )
        return getattr(thing, self.today)


def _name_of(function: Any) -> str:
    """`Dense` for `Dense.__init__`."""
    return function.__qualname__.removesuffix(".__init__").rpartition(".")[2].lstrip("_")
