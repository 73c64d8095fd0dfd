"""Plain words: `tf.compat.as_bytes` and its kin, strings as bytes and as text."""

from __future__ import annotations

import os
from typing import Any

from saccade.errors import InvalidArgument


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """A string as bytes."""
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return str(bytes_or_text).encode(encoding)
    raise _no_string(bytes_or_text)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes as a string."""
    if isinstance(bytes_or_text, str):
        return str(bytes_or_text)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise _no_string(bytes_or_text)


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """The text of bytes; of anything else what `str` says."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """A path as a string; anything else as it is."""
    return as_text(os.fspath(path)) if hasattr(path, "__fspath__") else path


class _NoString(InvalidArgument, TypeError):
    """TensorFlow raises a TypeError there."""


def _no_string(value: Any) -> InvalidArgument:
    return _NoString("tf.compat", "needs bytes or a string", type(value).__name__)
