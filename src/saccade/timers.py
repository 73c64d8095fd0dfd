"""Timers: the named spans in which the time of a program goes, told to whoever listens.

`with UPDATE: ...` stands where weights are moved. Spans stand inside each other, and in any thread.
As long as nobody listens one costs less than a microsecond.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Listener(Protocol):
    """What hears of each span, in the thread that runs it."""

    def begin(self, span: Span) -> None: ...

    def end(self, span: Span) -> None: ...


class Span:
    """Something that takes time; `with` it, or a call of what `timed` makes, is one turn of it.

    Args:
        name: in plain words, for tables.
    """

    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> None:
        for listener in _listeners:
            listener.begin(self)

    def __exit__(self, *_: object) -> None:
        for listener in _listeners:
            listener.end(self)

    def timed(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, each call of which is a turn of this span."""

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _listeners:
                return function(*args, **kwargs)
            with self:
                return function(*args, **kwargs)

        return call


EPOCH = Span("an epoch, without its validation")
WAITING = Span("waiting for data")
FORWARD = Span("forward, loss and metrics")
BACKWARD = Span("backward")
COMPILED = Span("forward and backward, compiled")
UPDATE = Span("update of the weights")
VALIDATION = Span("validation")
FEATURES = Span("features computed once")
WAITING_TO_SAVE = Span("waiting for the state to be copied")
SAVING = Span("writing of the state, in a thread")
EVALUATE = Span("evaluate")
PREDICT = Span("predict")

_listeners: tuple[Listener, ...] = ()  # another tuple at each change: a loop over it may go on


def listen(listener: Listener) -> None:
    """Tell a listener of every span from here on."""
    global _listeners
    _listeners = (*_listeners, listener)


def stop_listening(listener: Listener) -> None:
    """Tell it no more; of spans that are open it hears no end."""
    global _listeners
    _listeners = tuple(one for one in _listeners if one is not listener)
