"""The order in which images are handed out, batch by batch: Keras's `Iterator`."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from saccade.data.fork_safe_lock import ForkSafeLock
from saccade.data.generator.random_stream import (
    State,
    global_state,
    set_global_state,
    state_of,
    stream_from,
)
from saccade.data.generator.setting_checks import check_switch
from saccade.errors import DataError, InvalidArgument
from saccade.old_arguments import old_name_of

SEEDS = 2**32  # NumPy's global stream takes seeds below this


@dataclass(frozen=True, eq=False)
class Place:
    """Where an iterator stands between two batches."""

    batch_index: int
    total_batches_seen: int
    index_array: np.ndarray | None

    def same_as(self, other: Place) -> bool:
        """Whether the next batch is the same from either."""
        return (
            self.batch_index == other.batch_index
            and self.total_batches_seen == other.total_batches_seen
            and self.index_array is other.index_array
        )


class BatchIterator:
    """Batches of n images without end; `len(it)` calls of `next(it)` are one pass.

    Law of `next()`, which batch number b of the iterator's life obeys (b = total_batches_seen)::

        if seed is given:     numpy.random.seed(seed + b)
        if batch_index is 0:  index_array = numpy.random.permutation(n), or 0..n-1 unshuffled
        batch = index_array[batch_index * batch_size :][:batch_size]     (the last one is short)

    So with a seed every batch is a function of (seed, b) alone. Keras draws from NumPy's global
    stream, and so does this: with a seed, `next()` reseeds the user's `numpy.random` too.

    `next()` may be called from several threads: the order and all draws are made under a lock,
    the pixels outside it. A subclass gives `_get_batches_of_transformed_samples(index_array)`.

    Attributes:
        n, batch_size, shuffle, seed: as given.
        batch_index: the next batch's place in the pass.
        total_batches_seen: the batches handed out so far, over all passes.
        index_array: the order of this pass, int64 (n,); None before the first batch.

    Source: Keras 3, legacy/preprocessing/image.py, Iterator.
    """

    N = old_name_of("n", "Iterator")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None):
        self.n = n
        self.batch_size = check_batch_size(batch_size)
        self.shuffle = check_switch("shuffle", shuffle)
        self.seed = check_seed(seed)
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: np.ndarray | None = None
        self.lock = ForkSafeLock()

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        """The batch of these images."""
        raise NotImplementedError(f"{type(self).__name__} must say how a batch is made")

    def __len__(self) -> int:
        """The batches in one pass, the short last one included."""
        return -(-self.n // self.batch_size)

    @property
    def num_batches(self) -> int:
        """The same, as Keras 3 calls it."""
        return len(self)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        with self.lock:
            indices, after, stream = self._take(self._place(), global_state())
            set_global_state(state_of(stream))
            self._stand(after)
        return self._get_batches_of_transformed_samples(indices)

    def next(self) -> Any:
        """`next(it)`, as scripts for older versions of Keras spell it."""
        return self.__next__()

    def __getitem__(self, i: int) -> Any:
        """Batch i of the present order (drawn now if there is none); counts as a batch seen.

        Raises:
            InvalidArgument: there is no batch i in a pass.
        """
        with self.lock:
            indices, after, stream = self._take_number(i, self._place(), global_state())
            set_global_state(state_of(stream))
            self._stand(after)
        return self._get_batches_of_transformed_samples(indices)

    def reset(self) -> None:
        """Start a new pass with the next batch; total_batches_seen goes on counting."""
        with self.lock:
            self.batch_index = 0

    def on_epoch_end(self) -> None:
        """Draw a new order for `it[i]`; `next()` draws its own."""
        with self.lock:
            self.index_array = self._draw_order(np.random)

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
            self._stand(Place(batch_index, int(state["total_batches_seen"]), order))

    def _place(self) -> Place:
        return Place(self.batch_index, self.total_batches_seen, self.index_array)

    def _stand(self, place: Place) -> None:
        self.batch_index = place.batch_index
        self.total_batches_seen = place.total_batches_seen
        self.index_array = place.index_array

    def _take(self, place: Place, state: State) -> tuple[np.ndarray, Place, np.random.RandomState]:
        """The images of the batch after `place`, the place after it, and the stream to go on with.

        Nothing of the iterator changes, so batches can be looked up ahead of their time.
        """
        stream = self._stream(place, state)
        order = place.index_array
        if order is None or place.batch_index == 0:
            order = self._draw_order(stream)
        start = place.batch_index * self.batch_size
        stop = start + self.batch_size
        batch_index = place.batch_index + 1 if stop < self.n else 0
        after = Place(batch_index, place.total_batches_seen + 1, order)
        return order[start:stop], after, stream

    def _take_number(
        self, i: int, place: Place, state: State
    ) -> tuple[np.ndarray, Place, np.random.RandomState]:
        """The same for batch i of the order."""
        number = operator.index(i)
        if not -len(self) <= number < len(self):
            raise InvalidArgument(f"batch {i}", f"must be one of the pass's {len(self)} batches")
        stream = self._stream(place, state)
        order = self._draw_order(stream) if place.index_array is None else place.index_array
        start = number % len(self) * self.batch_size
        after = Place(place.batch_index, place.total_batches_seen + 1, order)
        return order[start : start + self.batch_size], after, stream

    def _stream(self, place: Place, state: State) -> np.random.RandomState:
        """What the batch after `place` draws from; `state` is that of `numpy.random`."""
        if self.seed is None:
            return stream_from(state)
        return np.random.RandomState((self.seed + place.total_batches_seen) % SEEDS)

    def _draw_order(self, stream: Any) -> np.ndarray:
        return stream.permutation(self.n) if self.shuffle else np.arange(self.n)


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
