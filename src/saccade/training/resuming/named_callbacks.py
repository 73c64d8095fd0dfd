"""Named callbacks: each is known again by its class and its place among those of its class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from saccade.notes import note_once


def names_of(callbacks: Sequence[Any]) -> list[str]:
    """ "EarlyStopping 0", "EarlyStopping 1", "CSVLogger 0", ..."""
    seen: Counter[str] = Counter()
    names = []
    for callback in callbacks:
        name = type(callback).__qualname__
        names.append(f"{name} {seen[name]}")
        seen[name] += 1
    return names


def states_for(callbacks: Sequence[Any], saved: Sequence[Any]) -> list[Any]:
    """The state of each callback, None for one that was not there; what differs is said.

    Args:
        saved: pairs of a name and a state.
    """
    by_name = dict(saved)
    names = names_of(callbacks)
    gone = [name for name, state in by_name.items() if state is not None and name not in names]
    if gone:
        note_once(
            f"BackupAndRestore: the state of {', '.join(gone)} is left aside: fit has no such "
            "callback now."
        )
    if new := [name for name in names if name not in by_name]:
        note_once(f"BackupAndRestore: {', '.join(new)} was not there before, and begins anew.")
    return [by_name.get(name) for name in names]
