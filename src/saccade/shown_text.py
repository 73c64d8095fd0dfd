"""Shown text: names that strangers wrote, made safe to print and to put into tables.

A file's name, a class's name or a word out of somebody's model may hold anything: a newline that
starts a line of its own, an escape sequence that clears the screen or writes to the clipboard,
letters that turn the reading direction round. Whoever prints such a name prints `shown(name)`, and
whoever writes it into a table for spreadsheets writes `csv_text(name)`. JSON keeps a name as it is.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Self

ESCAPED = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls: newline, escape, and what terminals read as such
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen
    "\ud800-\udfff"  # halves of letters, and the bytes of a file's name that is no text
    "\U000e0000-\U000e0fff"  # tags, which carry hidden words
    "]"
)
_NEVER_FIRST = tuple("=+-@\t\r＝＋－＠'")  # a spreadsheet reads a formula; the last is our mark
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def shown(name: object) -> str:
    r"""A stranger's name as it may be printed: in one line, with nothing that is not seen.

    Args:
        name: text, a path, or bytes as the file system has them; anything else as `str` gives it.

    Returns:
        The same text, where every control character, line or paragraph separator, mark of the
        reading direction, unseen letter and lone surrogate is written as Python writes it. Joiners
        that change a letter's form in Persian, Hindi and emoji stay. Done twice, it is the same.

    >>> shown("cat\x1b[2J\n.png")
    'cat\\x1b[2J\\n.png'
    >>> shown("猫"), shown("gpj.\u202eexe")
    ('猫', 'gpj.\\u202eexe')
    """
    return ESCAPED.sub(_escape, _text(name))


class Listed(str):
    r"""A message of ours with a list below it, a line for each: the only newlines that are ours.

    Args:
        head: the message.
        items: what is listed; may hold strangers' names.

    >>> Listed("2 faults:", ["a", "b"])
    '2 faults:\n  a\n  b'
    """

    head: str
    items: tuple[str, ...]

    def __new__(cls, head: str, items: Iterable[str]) -> Self:
        items = tuple(items)
        made = super().__new__(cls, "\n  ".join((head, *items)))
        made.head, made.items = head, items
        return made

    def __getnewargs__(self) -> Any:  # pickle makes it of its parts, as str of itself
        return self.head, self.items


def shown_lines(text: object) -> str:
    r"""A message of ours that may hold strangers' names: as `shown`, but a `Listed` stays a list.

    >>> print(shown_lines(Listed("2 faults:", ["a", "b\x1b[0m\n  Error: all is lost"])))
    2 faults:
      a
      b\x1b[0m\n  Error: all is lost
    """
    if isinstance(text, Listed):
        return "\n  ".join(map(shown, (text.head, *text.items)))
    return shown(text)


def csv_text(name: object) -> str:
    r"""A stranger's name as a cell of a CSV file, which spreadsheets show as text and never run.

    A name that starts with ``= + - @``, a tab, their wide forms, or a ``'``, with or without spaces
    before, and a name that holds what `shown` escapes, is written with a ``'`` in front, a
    backslash twice, and what is not seen as escapes. Any other name is the cell itself. So the name
    can be read back: `read_csv_text`.

    >>> csv_text("cat.png"), csv_text("=1+1"), csv_text("a\nb")
    ('cat.png', "'=1+1", "'a\\nb")
    """
    text = _text(name)
    if not (text.lstrip(" ").startswith(_NEVER_FIRST) or ESCAPED.search(text)):
        return text
    return "'" + ESCAPED.sub(_escape, text.replace("\\", "\\\\"))


def read_csv_text(cell: str) -> str:
    r"""The name that `csv_text` wrote.

    >>> read_csv_text("cat.png"), read_csv_text("'=1+1"), read_csv_text("'a\\nb")
    ('cat.png', '=1+1', 'a\nb')
    """
    if not cell.startswith("'"):
        return cell
    return cell[1:].encode("latin-1", "backslashreplace").decode("unicode_escape")


def cells_of(text: str) -> int:
    """How many cells of a terminal a text takes: two for a Chinese letter, none for an accent.

    >>> cells_of("cat"), cells_of("猫"), cells_of("e\u0301")
    (3, 2, 1)
    """
    return sum(map(_cells, text))


def shortened(name: object, most: int) -> str:
    """`shown(name)` in at most so many cells: the start and the end of a long one.

    Either may be what tells it from others.

    >>> shortened("cat", 8), shortened("a very long name", 8)
    ('cat', 'a ver…me')
    """
    text = shown(name)
    if cells_of(text) <= most:
        return text
    tail = (most - 1) // 3
    return f"{_fitting(text, most - 1 - tail)}…{_fitting(text[::-1], tail)[::-1]}"


def _fitting(text: str, most: int) -> str:
    """The first letters that fit into so many cells."""
    room, count = most, 0
    for letter in text:
        room -= _cells(letter)
        if room < 0:
            break
        count += 1
    return text[:count]


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _text(name: object) -> str:
    if isinstance(name, bytes):
        return os.fsdecode(name)
    return str(name)


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    code = ord(letter)
    if letter in _SHORT:
        return _SHORT[letter]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
