"""Unwritten files: what a callback could not write costs a file, never the training."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from saccade.notes import note_once


class Unwritten:
    """Counts the files, or lines, that a callback wrote and those that it could not.

    A disk that is full, a folder that vanished: a note says so when it happens first, and
    training goes on with the model in memory. `tell`, at its end, says what is missing.

    Args:
        who: the callback's name.
        what: what it writes, in the plural.
    """

    def __init__(self, who: str, what: str = "files"):
        self.who, self.what = who, what
        self.begin()

    def begin(self) -> None:
        """A new training."""
        self.written = self.failed = 0
        self.last: str | None = None

    @contextmanager
    def attempt(self, path: str | os.PathLike[str] = "") -> Iterator[None]:
        """Something that may fail for the disk's sake alone; other errors go through."""
        try:
            yield
        except OSError as fault:
            self.add(fault)
        else:
            self.written += 1
            self.last = os.fspath(path)

    def add(self, fault: OSError) -> None:
        """One more that could not be written."""
        self.failed += 1
        if self.failed == 1:
            note_once(f"{fault} {self.who}: training goes on, with the model in memory.")

    def tell(self) -> None:
        """At the end of training: how many are missing, and what is there."""
        if not self.failed:
            return
        total = self.written + self.failed
        there = f'; the last that could is "{self.last}"' if self.last else ""
        do = "" if self.written else " The trained model is in memory: save it elsewhere."
        if self.what != "files":
            there = do = ""
        note_once(
            f"{self.who}: {self.failed:,} of {total:,} {self.what} could not be written{there}.{do}"
        )
