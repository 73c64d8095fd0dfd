"""Notes: what saccade tells its user once, without stopping.

They go through the logger "saccade", so an application can route or silence them, and each
distinct note is said once per process. What is not seen in a name is written as an escape.
"""

from __future__ import annotations

import logging
import sys

from saccade.shown_text import shown_lines

logger = logging.getLogger("saccade")
_said: set[str] = set()


def note_once(text: str, key: str | None = None) -> None:
    """Say `text` unless the same `key` (the text itself when None) was said before."""
    key = text if key is None else key
    if key not in _said:
        _said.add(key)
        said_by = sys._getframe(1).f_globals.get("__name__")
        logger.warning("saccade: %s", shown_lines(text), extra={"said_by": said_by})


def forget_notes() -> None:
    """Let every note be said again (tests, and a fresh session in a notebook)."""
    _said.clear()
