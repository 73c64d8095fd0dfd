"""Plain JSON: written so that every reader takes it, read so that no text can take the memory."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import read_regular
from saccade.errors import FileFormatError, SaccadeError
from saccade.shown_text import ESCAPED

MOST_BYTES = 1 << 24  # of a model's record; NASNetLarge's, with 1,041 layers, is 0.6 MB
MOST_VALUES = 2_500_000  # a confusion matrix of 1,500 classes; a value takes some 30 bytes or more
_STARTS = (b",", b"[", b"{", b":")  # as many of them as values, or more


def json_text(value: Any, indent: int | None = None) -> str:
    r"""JSON as the standard has it: no NaN, and nothing in it that a terminal would obey.

    Letters of every script stay; what `shown_text.shown` escapes is written as JSON's own escapes,
    so that the text means exactly what it was.

    Raises:
        ValueError: a number that is not finite.

    >>> json_text(["猫", "a\u202eb"])
    '["猫", "a\\u202eb"]'
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return "\n".join(ESCAPED.sub(_escape, line) for line in text.split("\n"))


def read_json(where: str, what: str, text: bytes | str) -> Any:
    """The value of a JSON text from a file that anybody may have written.

    Args:
        where, what: how messages name the file, and the text in it.
        text: UTF-8. NaN and infinities are read too, as Keras writes them.

    Raises:
        FileFormatError: no JSON; too long, of too many values, or nested too deeply.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    check_size(where, what, len(data))
    values = sum(map(data.count, _STARTS))
    if values > MOST_VALUES:
        raise _damaged(where, what, f"about {values:,} values, at most {MOST_VALUES:,} are read")
    try:
        return json.loads(data)
    except RecursionError:
        raise _damaged(where, what, "one nested too deeply") from None
    except ValueError as error:
        raise _damaged(where, what, error) from error


def read_record(path: Path) -> dict[str, Any]:
    """The object in a JSON file that need not be there; empty where there is none, or no object."""
    try:
        text = read_regular(path, most_bytes=MOST_BYTES)
        value = read_json(f'"{path}"', path.name, text)
    except (OSError, SaccadeError):
        return {}
    return value if isinstance(value, dict) else {}


def check_size(where: str, what: str, size_bytes: int) -> None:
    """Raise where a text is longer than any that saccade or Keras writes, before it is read.

    Raises:
        FileFormatError: it is.
    """
    if size_bytes > MOST_BYTES:
        raise _damaged(where, what, f"{size_bytes:,} bytes, at most {MOST_BYTES:,} are read")


def _damaged(where: str, what: str, got: object) -> FileFormatError:
    do = "The file was damaged: copy or save it again."
    return FileFormatError(where, f"{what} must be whole", str(got), do)


def _escape(found: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _units(ord(found[0])))


def _units(code: int) -> list[int]:
    """A letter in UTF-16, as JSON's escapes count."""
    if code < 0x10000:
        return [code]
    code -= 0x10000
    return [0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)]
