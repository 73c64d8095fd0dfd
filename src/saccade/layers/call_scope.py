"""Call scope: what the calls that are under way in this thread have said."""

from __future__ import annotations

import threading
from typing import Any


class CallScope(threading.local):
    """One for each thread; inner layers read what outer ones wrote.

    Attributes:
        training: what the outermost call said; inner layers take it over.
        outermost: the layer whose call all others are part of.
        casting: the layer whose `call` sees its weights in the policy's computation dtype.
    """

    training: bool | None = None
    outermost: Any = None
    casting: Any = None


scope = CallScope()
