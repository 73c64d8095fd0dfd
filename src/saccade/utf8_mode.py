"""UTF-8 mode: names of files in every script, whatever the locale says."""

from __future__ import annotations

import os
import sys


def ensure_utf8() -> None:
    """Start the process anew, before it does anything, where names are not read as UTF-8.

    A system set to the locale "C", as many servers and containers are, makes Python read names as
    ASCII: "Äpfel" comes as seven bytes that are no text. Only the doors of the command line do
    this; a program of the user's own keeps what it set.
    """
    is_utf8 = sys.getfilesystemencoding().replace("-", "").lower() == "utf8"
    if is_utf8 or "utf8" in sys._xoptions or not sys.executable or sys.platform == "win32":
        return
    os.execv(sys.executable, [sys.executable, "-X", "utf8=1", *sys.orig_argv[1:]])


def as_text(name: str) -> str:
    """A name that the system gave, read as UTF-8; as it is where it is none."""
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeError:
        return name
