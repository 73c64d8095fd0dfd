"""Call scope: what an outer layer's call said of training and precision, for the inner ones."""

from __future__ import annotations

import threading
from typing import Any


class CallScope(threading.local):
    """One for each thread; inner layers read what outer ones wrote.

    Attributes:
        training: what the outermost call said; inner layers take it over.
        outermost: the layer whose call all others are part of.
        phase: what calls that say nothing of training mean, in every thread; None is the layers'
            own default.
        casting: the layer whose `call` sees its weights in the policy's computation dtype.
    """

    training: bool | None = None
    outermost: Any = None
    casting: Any = None
    phase: bool | None = None


def set_phase(training: bool | None) -> None:
    """What plain calls, without `training=`, mean from now on in this process."""
    CallScope.phase = training


scope = CallScope()
