"""PyDataset: batches that a user's class makes, by their number."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_MOST_WAITING = 10


class PyDataset:
    """The base of a class that gives batches: write `__getitem__` and `__len__`.

    Args:
        workers: above 1, so many threads ask for batches ahead of time; they come in order.
        use_multiprocessing: True reads ahead with one worker, too. Threads do the work all the
            same, as decoding and NumPy let others run meanwhile.
        max_queue_size: how many batches may wait before they are needed.

    Source: `keras.utils.PyDataset`, which was `keras.utils.Sequence`.
    """

    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ):
        self.workers, self.max_queue_size = workers, max_queue_size
        self.use_multiprocessing = use_multiprocessing

    def __getitem__(self, index: int) -> Any:
        """Batch number `index`: x, (x, y) or (x, y, sample_weight)."""
        raise NotImplementedError

    @property
    def num_batches(self) -> int | None:
        """How many batches make a pass; None for one without an end, which needs steps.

        To `tf.keras` 2 the name meant nothing: a class may keep a number of its own under it.
        """
        if "num_batches" in vars(self):
            return vars(self)["num_batches"]
        if type(self).__len__ is PyDataset.__len__:
            raise NotImplementedError("write __len__ or num_batches")
        return len(self)

    @num_batches.setter
    def num_batches(self, count: int | None) -> None:
        vars(self)["num_batches"] = count

    def __len__(self) -> int:
        if (count := self.num_batches) is None:
            raise TypeError(f"{type(self).__name__} has no end (num_batches is None), so no length")
        return count

    def __iter__(self) -> Iterator[Any]:
        try:
            numbers = _all_numbers(self)
        except NotImplementedError:  # its class says nothing of an end
            numbers = itertools.count()
        for number in numbers:
            yield self[number]

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch, as to shuffle."""


def count_batches(sequence: Any) -> int | None:
    """How many batches make a pass; None for a `PyDataset` without an end."""
    if not isinstance(sequence, PyDataset):
        return len(sequence)
    if "num_batches" in vars(sequence) and type(sequence).__len__ is not PyDataset.__len__:
        return len(sequence)  # the number may mean something else to the class
    return sequence.num_batches


def _all_numbers(sequence: PyDataset) -> Iterable[int]:
    count = count_batches(sequence)
    return itertools.count() if count is None else range(count)


def in_order(batches: Any, numbers: Iterable[int]) -> Iterator[Any]:
    """`batches[number]` for each number, read ahead by threads where `batches.workers` says so.

    What `__getitem__` raises carries a note of the batch's number and the line.
    """
    workers = getattr(batches, "workers", 1) or 0
    if workers < 1 or (workers == 1 and not getattr(batches, "use_multiprocessing", False)):
        for number in numbers:
            yield _batch(batches, number)
        return
    waiting = getattr(batches, "max_queue_size", _MOST_WAITING) or _MOST_WAITING
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batches")
    ready: deque[Future[Any]] = deque()
    try:
        for number in numbers:
            ready.append(pool.submit(_batch, batches, number))
            if len(ready) > waiting:
                yield ready.popleft().result()
        while ready:
            yield ready.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _batch(batches: Any, number: int) -> Any:
    try:
        return batches[number]
    except Exception as error:
        error.add_note(f"It was raised by {type(batches).__name__}[{number}]{_place(error)}.")
        raise


def _place(error: Exception) -> str:
    """Where the code of the batches failed: below this file, the first frame."""
    trace = error.__traceback__
    below = trace.tb_next if trace is not None else None
    if below is None:
        return ""
    return f", {below.tb_frame.f_code.co_filename}, line {below.tb_lineno}"
