"""Old arguments: words that functions of earlier Kerases took, under which today's may be given."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from saccade.errors import InvalidArgument, NotSupported
from saccade.notes import note_once


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
                note_once(f"{where}({old}=) is the old name of {today}.", key=f"{where} {old}")
                kwargs[today] = kwargs.pop(old)
            return function(*args, **kwargs)

        return with_old_word

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
                note_once(f"{where}({word}=) is an old argument: {why}.", key=f"{where} {word}")
            return function(*args, **kwargs)

        return with_old_words

    return decorate


def _name_of(function: Any) -> str:
    """`Dense` for `Dense.__init__`."""
    return function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
