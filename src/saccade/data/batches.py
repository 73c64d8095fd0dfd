"""The order in which images are handed out, batch by batch: Keras's `Iterator`."""

from __future__ import annotations

import operator
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from saccade.errors import DataError, InvalidArgument

SEEDS = 2**32  # NumPy's global stream takes seeds below this


class BatchIterator(ABC):
    """Batches of n images without end; `len(it)` calls of `next(it)` are one pass.

    Law of `next()`, which batch number b of the iterator's life obeys (b = total_batches_seen)::

        if seed is given:     numpy.random.seed(seed + b)
        if batch_index is 0:  index_array = numpy.random.permutation(n), or 0..n-1 unshuffled
        batch = index_array[batch_index * batch_size :][:batch_size]     (the last one is short)

    So with a seed every batch is a function of (seed, b) alone. Keras draws from NumPy's global
    stream, and so does this: with a seed, `next()` reseeds the user's `numpy.random` too.

    `next()` may be called from several threads: the order and all draws are made under a lock,
    the pixels outside it.

    Attributes:
        n, batch_size, shuffle, seed: as given.
        batch_index: the next batch's place in the pass.
        total_batches_seen: the batches handed out so far, over all passes.
        index_array: the order of this pass, int64 (n,); None before the first batch.

    Source: Keras 3, legacy/preprocessing/image.py, Iterator.
    """

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None):
        self.n = n
        self.batch_size = check_batch_size(batch_size)
        self.shuffle = shuffle
        self.seed = check_seed(seed)
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: np.ndarray | None = None
        self.lock = threading.Lock()

    @abstractmethod
    def _prepare(self, indices: np.ndarray) -> Callable[[], Any]:
        """Make every draw that the batch of these images needs, under the lock; the returned
        call, made outside it, builds the batch."""

    def __len__(self) -> int:
        """The batches in one pass, the short last one included."""
        return -(-self.n // self.batch_size)

    def __iter__(self) -> BatchIterator:
        return self

    def __next__(self) -> Any:
        with self.lock:
            build = self._prepare(self._advance())
        return build()

    def next(self) -> Any:
        """`next(it)`, as scripts for older versions of Keras spell it."""
        return self.__next__()

    def __getitem__(self, i: int) -> Any:
        """Batch i of the present order (drawn now if there is none); counts as a batch seen.

        Raises:
            InvalidArgument: there is no batch i in a pass.
        """
        place = operator.index(i)
        if not -len(self) <= place < len(self):
            raise InvalidArgument(f"batch {i}", f"must be one of the pass's {len(self)} batches")
        with self.lock:
            self._seed_stream()
            self.total_batches_seen += 1
            order = self._draw_order() if self.index_array is None else self.index_array
            start = place % len(self) * self.batch_size
            build = self._prepare(order[start : start + self.batch_size])
        return build()

    def reset(self) -> None:
        """Start a new pass with the next batch; total_batches_seen goes on counting."""
        with self.lock:
            self.batch_index = 0

    def on_epoch_end(self) -> None:
        """Draw a new order for `it[i]`; `next()` draws its own."""
        with self.lock:
            self._draw_order()

    def state(self) -> dict[str, Any]:
        """Where the iterator stands, for `restore`.

        With a seed (or without shuffling) this is all that the coming batches depend on. Without a
        seed the orders of later passes come from NumPy's global stream, which is the user's to
        save (`numpy.random.get_state`).

        Returns:
            {"batch_index": int, "total_batches_seen": int, "index_array": int64 (n,) or None}.
        """
        with self.lock:
            order = None if self.index_array is None else self.index_array.copy()
            return {
                "batch_index": self.batch_index,
                "total_batches_seen": self.total_batches_seen,
                "index_array": order,
            }

    def restore(self, state: dict[str, Any]) -> None:
        """Stand where `state` was taken: the next batches are the ones that followed there.

        Raises:
            DataError: the state belongs to another number of images or another batch size.
        """
        order, batch_index = state["index_array"], int(state["batch_index"])
        if order is not None:
            order = np.array(order, dtype=np.int64)
            if not np.array_equal(np.sort(order), np.arange(self.n)):
                raise DataError(
                    "restore",
                    f"state must be an order of {self.n} images",
                    f"one of {len(order)}",
                    "The folder has changed since the state was taken.",
                )
        if not 0 <= batch_index < max(1, len(self)):
            raise DataError("restore", f"batch_index must be below {len(self)}", batch_index)
        with self.lock:
            self.index_array = order
            self.batch_index = batch_index
            self.total_batches_seen = int(state["total_batches_seen"])

    def _advance(self) -> np.ndarray:
        """The images of the next batch; the lock is held."""
        self._seed_stream()
        order = self.index_array
        if order is None or self.batch_index == 0:
            order = self._draw_order()
        start = self.batch_index * self.batch_size
        stop = start + self.batch_size
        self.batch_index = self.batch_index + 1 if stop < self.n else 0
        self.total_batches_seen += 1
        return order[start:stop]

    def _seed_stream(self) -> None:
        if self.seed is not None:
            np.random.seed((self.seed + self.total_batches_seen) % SEEDS)

    def _draw_order(self) -> np.ndarray:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)
        return self.index_array


def check_batch_size(batch_size: int) -> int:
    """The batch size as an int; raise InvalidArgument unless a positive integer."""
    try:
        size = operator.index(batch_size)
    except TypeError:
        size = 0
    if size < 1:
        raise InvalidArgument("batch_size", "must be a positive integer", repr(batch_size))
    return size


def check_seed(seed: int | None) -> int | None:
    """The seed as an int or None; raise InvalidArgument for what NumPy's stream cannot take."""
    if seed is None:
        return None
    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if not 0 <= number < SEEDS:
        raise InvalidArgument("seed", "must be None or an integer in [0, 2**32)", repr(seed))
    return number
