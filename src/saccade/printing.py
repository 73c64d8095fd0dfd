"""Printing: where the lines of progress go, to the screen or to Python's log."""

from __future__ import annotations

import logging
import sys

_is_interactive = True


def enable_interactive_logging() -> None:
    """Let progress be printed, as at the start."""
    global _is_interactive
    _is_interactive = True


def disable_interactive_logging() -> None:
    """Send the lines of progress to the log of the name "saccade", as information."""
    global _is_interactive
    _is_interactive = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress is printed."""
    return _is_interactive


def put(text: str) -> None:
    """Print a piece of a line, or log it."""
    if not _is_interactive:
        if line := text.strip():
            logging.getLogger("saccade").info(line)
        return
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # a log file in an old encoding: the numbers matter, not the bar
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()
