"""Old words: arguments of callbacks that Keras 2 took."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from saccade.errors import InvalidArgument
from saccade.notes import note_once


def takes_old_word(old: str, today: str = "") -> Callable[[Any], Any]:
    """For an `__init__`: lets `old` be given by name, as `today`; without that it becomes an
    attribute, a number from 1 on."""

    def decorate(init: Any) -> Any:
        @functools.wraps(init)
        def with_old_word(self: Any, *args: Any, **kwargs: Any) -> None:
            given = {word: kwargs.pop(word) for word in (old,) if word in kwargs}
            if given and today:
                note_once(f"{type(self).__name__}({old}=) is the old name of {today}.")
                kwargs[today] = given.pop(old)
            init(self, *args, **kwargs)
            for word, value in given.items():
                if int(value) < 1:
                    raise InvalidArgument(type(self).__name__, f"{word} must be at least 1", value)
                setattr(self, word, value)

        return with_old_word

    return decorate
