"""Flags: arguments of Python functions, as they are called in messages, in the words of a shell."""

from __future__ import annotations

import re
from collections.abc import Collection

_QUOTED = r'"[^"]*"'  # names of files stay as they are


def in_flags(text: str, names: Collection[str]) -> str:
    """A message of the library, with the arguments that a command has as its options.

    >>> in_flags('train(epochs=): must be at least 1, got 0.', ["epochs"])
    '--epochs: must be at least 1, got 0.'
    >>> in_flags("Choose another output=, or say overwrite=True.", ["output", "overwrite"])
    'Choose another --output, or say --overwrite.'
    >>> in_flags("Choose architecture=lenet.", ["architecture"])
    'Choose --architecture lenet.'
    """
    if not names:
        return text
    argument = rf"(?<![\w-])({'|'.join(map(re.escape, names))})=(\w*)"
    text = re.sub(rf"\b\w+\(((?:{argument}(?:, )?)+)\)", lambda match: match[1], text)
    return re.sub(rf"{_QUOTED}|{argument}", _flag, text)


def _flag(match: re.Match[str]) -> str:
    name, value = match[1], match[2]
    if not name:  # quoted
        return match[0]
    flag = f"--{'no-' if value == 'False' else ''}{name.replace('_', '-')}"
    return flag if value in ("", "True", "False") else f"{flag} {value}"
