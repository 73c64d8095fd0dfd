"""Prefetching: threads make elements before somebody asks for them, and their order is kept.

Whoever stops asking, by an error, Ctrl-C or a `break`, ends the work: nothing is left waiting.
"""

from __future__ import annotations

import operator
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from saccade.data.pool import processors, workers
from saccade.errors import InvalidArgument

AUTOTUNE = -1  # tf.data's number for "as many as is good"
_READ_AHEAD = 2
_here = threading.local()


def as_ahead(where: str, count: Any) -> int | None:
    """A number of things to do at once; AUTOTUNE (-1) chooses, None does one after the other."""
    if count is None:
        return None
    try:
        number = operator.index(count)
    except TypeError:
        number = -2
    if number < AUTOTUNE:
        raise InvalidArgument(
            where, "must be None, a number of calls or AUTOTUNE (-1)", repr(count)
        )
    return number


def map_ahead(
    function: Callable[[Any], Any], items: Iterator[Any], calls: int | None
) -> Iterator[Any]:
    """`function` of each item, in order, several at a time.

    Args:
        function: runs in threads of the process's pool.
        items: taken in the thread that asks.
        calls: how many at once; AUTOTUNE is one for each processor, None and 0 are none ahead.
    """
    if not calls or getattr(_here, "in_pool", False):  # a thread that waits for its own pool
        for item in items:
            yield function(item)
        return

    def work(item: Any) -> Any:
        _here.in_pool = True
        try:
            return function(item)
        finally:
            _here.in_pool = False

    pool = workers(None if calls == AUTOTUNE else calls)
    most = 2 * (processors() if calls == AUTOTUNE else calls)
    under_way: deque[Future[Any]] = deque()
    more = True
    try:
        while more or under_way:
            while more and len(under_way) < most:
                try:
                    under_way.append(pool.submit(work, next(items)))
                except StopIteration:
                    more = False
                except Exception as fault:  # of the items: what came before it is still good
                    under_way.append(_failed(fault))
                    more = False
            if under_way:
                yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


def _failed(fault: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(fault)
    return future


def read_ahead(items: Iterator[Any], depth: int) -> Iterator[Any]:
    """The items, up to `depth` of them read by a thread before they are asked for."""
    if depth == 0:
        yield from items
        return
    reader = _Reader(items, _READ_AHEAD if depth == AUTOTUNE else depth)
    reader.thread.start()
    try:
        yield from reader
    finally:
        reader.stop()


class _Reader:
    """A thread that fills a short queue and stops when told."""

    def __init__(self, items: Iterator[Any], depth: int):
        self.items, self.depth = items, depth
        self.ready: deque[Any] = deque()
        self.ended = self.stopped = False
        self.fault: BaseException | None = None
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, name="saccade-prefetch", daemon=True)

    def __iter__(self) -> Iterator[Any]:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.ready or self.ended)
                if not self.ready:
                    break
                item = self.ready.popleft()
                self.changed.notify_all()
            yield item
        if self.fault is not None:
            fault, self.fault = self.fault, None  # or its frames would live as long as this
            raise fault

    def stop(self) -> None:
        """End the thread, which may finish the item that it is at."""
        with self.changed:
            self.stopped = True
            self.ready.clear()
            self.changed.notify_all()
        if self.thread is not threading.current_thread():
            self.thread.join(timeout=1.0)  # a reader stuck in a user's function must not hold us

    def _read(self) -> None:
        try:
            for item in self.items:
                with self.changed:
                    self.changed.wait_for(lambda: self.stopped or len(self.ready) < self.depth)
                    if self.stopped:
                        return
                    self.ready.append(item)
                    self.changed.notify_all()
                del item  # else it would live until the next one is there
        except BaseException as fault:  # it belongs to the consumer, whatever it is
            self.fault = fault
        finally:
            try:
                close(self.items)  # what reads ahead below ends in this thread too
            finally:
                with self.changed:
                    self.ended = True
                    self.changed.notify_all()


def close(items: Iterator[Any]) -> None:
    """End a generator now, not when it is collected."""
    if hasattr(items, "close"):
        items.close()  # type: ignore[attr-defined]
