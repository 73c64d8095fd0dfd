"""The profiler: its lines run, and write nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.notes import note_once


def start(logdir: str, options: Any = None) -> None:
    """Without effect; `python -m saccade --explain SCRIPT` says where the time goes."""
    _note()


def stop(save: bool = True) -> None:
    """Without effect."""


@contextmanager
def Profile(logdir: str, options: Any = None) -> Iterator[None]:
    """A `with` without effect."""
    _note()
    yield


@contextmanager
def Trace(name: str, **words: Any) -> Iterator[None]:
    """The same, for one step."""
    yield


def _note() -> None:
    note_once(
        "tf.profiler writes nothing here: python -m saccade --explain SCRIPT tells the times.",
        key="tf.profiler",
    )
