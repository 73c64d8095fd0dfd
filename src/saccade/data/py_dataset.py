"""PyDataset: batches of the user's own, by their number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class PyDataset:
    """The base of a class that gives batches: write `__getitem__` and `__len__`.

    Args:
        workers: above 1, so many threads ask for batches ahead of time; they come in order.
        use_multiprocessing: accepted; threads do the work all the same, as decoding and NumPy let
            others run meanwhile.
        max_queue_size: how many batches may be ready before they are needed.

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
    def num_batches(self) -> int:
        """How many batches make a pass."""
        if type(self).__len__ is PyDataset.__len__:
            raise NotImplementedError("write __len__ or num_batches")
        return len(self)

    def __len__(self) -> int:
        return self.num_batches

    def on_epoch_begin(self) -> None:
        """Called before a pass."""

    def on_epoch_end(self) -> None:
        """Called after a pass, as to shuffle."""


def in_order(batches: Any, numbers: Sequence[int]) -> Iterator[Any]:
    """`batches[number]` for each number, read ahead by threads where `batches.workers` says so."""
    workers = getattr(batches, "workers", 1) or 1
    if workers <= 1:
        for number in numbers:
            yield batches[number]
        return
    ahead = max(workers, getattr(batches, "max_queue_size", 10) or 10)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batches")
    ready: deque[Future[Any]] = deque()
    try:
        for number in numbers:
            ready.append(pool.submit(batches.__getitem__, number))
            if len(ready) >= ahead:
                yield ready.popleft().result()
        while ready:
            yield ready.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
