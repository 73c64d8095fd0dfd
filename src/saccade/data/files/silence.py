"""Silence: what Pillow and its libraries say about odd files stays off the user's screen.

A folder of a thousand scans would print thousands of lines that name no file. What matters comes
back as an error that does.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_decoding = threading.local()  # .depth: how many `quiet()` this thread is in


class _ThisThreadDecodes:
    """Stands for the module pattern of a warnings filter: it matches while this thread decodes.

    `warnings.catch_warnings` swaps the filters of all threads, and two threads that leave it in
    another order than they entered lose the user's. A filter that looks at the thread can stay.
    """

    def match(self, _module: str) -> bool:
        return getattr(_decoding, "depth", 0) > 0


class _DropWhileDecoding(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not getattr(_decoding, "depth", 0)


_THREAD: Any = _ThisThreadDecodes()
_IGNORE: Any = ("ignore", None, Warning, _THREAD, 0)
_DROP = _DropWhileDecoding()


@contextmanager
def quiet() -> Iterator[None]:
    """Let this thread read an image file without warnings, log lines or messages of libtiff.

    Pillow's warning of a decompression bomb is raised as an error instead, whatever the program's
    own filters say. Other threads, and Pillow in the program's own hands, stay as they were; only
    libtiff's messages, which know no thread, are off for all until the last one leaves.

    Example:
        >>> with quiet():
        ...     warnings.warn("not seen")
    """
    _put_filters_first()
    _decoding.depth = getattr(_decoding, "depth", 0) + 1
    try:
        yield
    finally:
        _decoding.depth -= 1


def _put_filters_first() -> None:
    """At the head of the list, where a later `simplefilter("error")` cannot overrule them."""
    from PIL.Image import DecompressionBombWarning

    refuse: Any = ("error", None, DecompressionBombWarning, _THREAD, 0)
    filters: Any = warnings.filters
    if filters[:2] != [refuse, _IGNORE]:
        filters[:] = [refuse, _IGNORE, *(each for each in filters if each[3] is not _THREAD)]
        logging.getLogger("PIL.TiffImagePlugin").addFilter(_DROP)


class _Libtiff:
    """libtiff prints straight to the terminal, through one handler for the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._handler: Any = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """No message while anybody is inside; the handler that was there comes back."""
        set_handler = self._find()
        if set_handler is None:
            yield
            return
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._handler = set_handler(None)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0:
                    set_handler(self._handler)

    def _find(self) -> Any:
        """libtiff's own function, reached through Pillow's library; None where it is hidden."""
        import ctypes

        from PIL import Image

        try:
            found = ctypes.CDLL(Image.core.__file__).TIFFSetErrorHandler
        except (AttributeError, OSError, TypeError):  # built in, as on Windows
            return None
        found.restype, found.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        return found


silent_libtiff = _Libtiff().silent
