"""Offline: whether the user forbids that anything is fetched."""

from __future__ import annotations

import os

SWITCH = "SACCADE_OFFLINE"
_OFF = ("", "0", "false", "no", "off")


def who_forbids() -> str:
    """The setting that forbids every connection, as the user wrote it; empty where none does.

    Law: `SACCADE_OFFLINE` forbids with any value but "", "0", "false", "no" and "off".
    """
    value = os.environ.get(SWITCH, "")
    return "" if value.strip().lower() in _OFF else f"{SWITCH}={value}"
