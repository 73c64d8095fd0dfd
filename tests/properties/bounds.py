"""Bounds: within which every property runs, and what a call may end in.

`make test-all` draws a few examples of each property; `make soak` draws anew for an hour. How many
is said by the environment: SACCADE_EXAMPLES.
"""

from __future__ import annotations

import os
import resource
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from saccade.errors import SaccadeError
from saccade.shown_text import shown

EXAMPLES = int(os.environ.get("SACCADE_EXAMPLES", "60"))
MOST_SECONDS = 60  # by the clock, on a machine that does other work too
MOST_GROWTH_BYTES = 1 << 29  # of the resident memory, while one call goes on
MOST_ADDRESSES_BYTES = 1 << 33  # of addresses beyond those that are taken before

budget = settings(
    max_examples=EXAMPLES,
    deadline=MOST_SECONDS * 1000,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a seed has no smaller one
)


@contextmanager
def bounded() -> Iterator[None]:
    """Hold the memory of what is done inside: no more addresses, and no more resident bytes."""
    before, limits = _status("VmRSS"), resource.getrlimit(resource.RLIMIT_AS)
    _forget_peak()
    most = _status("VmSize") + MOST_ADDRESSES_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (min(most, _number(limits[0])), limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    grown = _status("VmHWM") - before
    assert grown < MOST_GROWTH_BYTES, f"took {grown:,} bytes"


def ends_well(call: Callable[[], Any]) -> Any:
    """What a call gives, or the SaccadeError that it ends in; anything else is a fault.

    What the error says is in words: no control character, and no page of it.
    """
    with warnings.catch_warnings(), bounded():
        warnings.simplefilter("ignore")
        try:
            return call()
        except SaccadeError as error:
            text = str(error)
            assert all(line == shown(line) for line in text.split("\n")), repr(text)
            return error


def _number(limit: int) -> int:
    return 1 << 62 if limit == resource.RLIM_INFINITY else limit


def _status(word: str) -> int:
    """A number of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{word}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(word)


def _forget_peak() -> None:
    """Let VmHWM count from now on, where the system allows it."""
    Path("/proc/self/clear_refs").write_text("5")
