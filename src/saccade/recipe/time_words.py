"""Time words: how long something may take, as people say it."""

from __future__ import annotations

import re
from typing import Any

from saccade.errors import InvalidArgument

LEAST_S = 10.0
_UNITS_S = (3600.0, 60.0, 1.0)
_FORM = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?")


def seconds_of(value: Any, where: str) -> float:
    """Seconds of "30s", "5m", "1h", "1h30m", or of a number of them.

    Raises:
        InvalidArgument: something else, or less than ten seconds.

    Example:
        >>> seconds_of("1h30m", "train(time=)")
        5400.0
    """
    needed = f'must be a time as "30s", "5m" or "1h", of {LEAST_S:.0f} seconds at least'
    text = str(value).strip().lower().replace(" ", "")
    try:
        seconds = float(text)
    except ValueError:
        found = _FORM.fullmatch(text)
        parts = found.groups() if found else ()
        seconds = sum(
            float(part) * unit_s for part, unit_s in zip(parts, _UNITS_S, strict=False) if part
        )
    if isinstance(value, bool) or not LEAST_S <= seconds < float("inf"):
        raise InvalidArgument(where, needed, repr(value))
    return seconds


def in_words(seconds: float) -> str:
    """A time as people read it.

    Example:
        >>> in_words(5400), in_words(75), in_words(59.6)
        ('1 h 30 min', '1 min 15 s', '1 min')
    """
    whole = round(seconds)
    parts = [(whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
