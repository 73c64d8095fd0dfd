"""Notes: what saccade tells its user once, without stopping.

They go through the logger "saccade", so an application can route or silence them, and each
distinct note is said once per process. Of a kind that may have many, as the old words of a script
are, the first is said with a word about the others. The others are logged for who debugs, and
`--explain` lists them. What is not seen in a name is written as an escape.
"""

from __future__ import annotations

import logging
import sys
from types import FrameType

from saccade.shown_text import shown_lines

OLD_WORDS = "old words, read as they were meant"
OTHERS = {
    OLD_WORDS: "Other old words are read without a note: python -m saccade --explain SCRIPT "
    "lists them.",
}
"""The kinds that may have many notes, and what the first says of the others."""

logger = logging.getLogger("saccade")
_said: set[str] = set()


def note_once(text: str, key: str | None = None) -> None:
    """Say `text` unless the same `key` (the text itself when None) was said before."""
    _note(text, text if key is None else key, "", sys._getframe(1))


def note_old_word(text: str, key: str | None = None) -> None:
    """Say of the first old word how it is read; note down the others, each once.

    An old word is a name or an argument of earlier versions of Keras that is read as it was meant,
    or that is not needed any more. What may change numbers is a note of its own.
    """
    _note(text, text if key is None else key, OLD_WORDS, sys._getframe(1))


def forget_notes() -> None:
    """Let every note be said again (tests, and a fresh session in a notebook)."""
    _said.clear()


def _note(text: str, key: str, kind: str, said_by: FrameType) -> None:
    if key in _said:
        return
    level, others = logging.WARNING, ""
    if kind:
        level = logging.DEBUG if kind in _said else logging.WARNING
        others = "" if kind in _said else f" {OTHERS[kind]}"
        _said.add(kind)
    _said.add(key)
    about = {"said_by": said_by.f_globals.get("__name__"), "kind": kind, "text": text}
    logger.log(level, "saccade: %s%s", shown_lines(text), others, extra=about)
