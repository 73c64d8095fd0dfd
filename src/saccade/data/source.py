"""Sources: what the training loop reads batches from, in passes.

A pass goes once over the data. Every source gives `(x, y, sample_weight)`, tensors on the CPU or
None, and says how long a pass is when it knows. The loop asks for pass 0, 1, 2, ...; a source of
arrays derives the order of a pass from its seed and the pass's number, so that a run can go on
from any batch of any pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from saccade.data.batches import check_batch_size
from saccade.errors import DataError, InvalidArgument, ShapeError
from saccade.seeds import draw_seed

Batch = tuple[Any, Any, Any]


class Source:
    """Batches in passes.

    `batches`: how many make a pass, None when nobody knows. `samples`: the same in samples.
    `restarts`: whether a second pass is possible. `targets`: all targets at once, when they are
    in memory, so that they can be checked before training starts.
    """

    batches: int | None = None
    samples: int | None = None
    restarts = True
    targets: torch.Tensor | None = None

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of a pass from number `start` on."""
        raise NotImplementedError

    def state(self) -> Any:
        """What else a run must keep to read the same batches again; None for most."""
        return None

    def restore(self, state: Any) -> None:
        """Go on from a `state()`."""


class ArraySource(Source):
    """Arrays or tensors in memory, cut into batches.

    Args:
        x, y, sample_weight: arrays with the samples along the first axis; y and sample_weight
            may be None.
        batch_size: samples in a batch; the last may be smaller. None makes `steps` batches of the
            whole, as Keras does, and batches of 32 without `steps`.
        shuffle: a new order in every pass.
        seed: of the orders; drawn when None.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        steps: int | None = None,
    ):
        self.x = as_tensor("x", x)
        self.y = None if y is None else as_tensor("y", y)
        self.sample_weight = (
            None if sample_weight is None else as_tensor("sample_weight", sample_weight)
        )
        self.samples = len(self.x)
        if batch_size is None:
            batch_size = max(1, -(-self.samples // steps)) if steps else 32
        self.batch_size = check_batch_size(batch_size)
        self.batches = -(-self.samples // self.batch_size)
        self.targets = self.y
        self.shuffle = bool(shuffle)
        self.seed = (draw_seed() if seed is None else seed) if self.shuffle else 0
        self._check_lengths()

    def _check_lengths(self) -> None:
        lengths = {"x": self.samples}
        for name, array in (("y", self.y), ("sample_weight", self.sample_weight)):
            if array is not None:
                lengths[name] = len(array)
        if len(set(lengths.values())) > 1:
            raise ShapeError("arrays", "x, y and sample_weight must be equally long", str(lengths))
        if not self.samples:
            raise DataError("x", "there must be at least one sample", "an empty array")

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        order = None
        if self.shuffle:
            stream = torch.Generator().manual_seed(self.seed + pass_number)
            order = torch.randperm(self.samples or 0, generator=stream)
        for batch in range(start, self.batches or 0):
            rows = slice(batch * self.batch_size, (batch + 1) * self.batch_size)
            yield (
                self._rows(self.x, order, rows),
                self._rows(self.y, order, rows),
                self._rows(self.sample_weight, order, rows),
            )

    @staticmethod
    def _rows(array: torch.Tensor | None, order: torch.Tensor | None, rows: slice) -> Any:
        if array is None:
            return None
        return array[rows] if order is None else array.index_select(0, order[rows])

    def state(self) -> Any:
        return self.seed

    def restore(self, state: Any) -> None:
        self.seed = state


class IteratorSource(Source):
    """A Keras-style iterator that never ends: `next()` gives a batch, `len()` makes a pass."""

    def __init__(self, iterator: Any):
        self.iterator = iterator
        self.batches = len(iterator)
        self.samples = getattr(iterator, "samples", None)

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        if start == 0 and hasattr(self.iterator, "reset"):
            # Somebody may have called next() to look at a batch: a pass starts at the start, or
            # predictions would not line up with the files.
            self.iterator.reset()
        for _ in range(start, self.batches or 0):
            yield as_batch(next(self.iterator))

    def state(self) -> Any:
        return self.iterator.state() if hasattr(self.iterator, "state") else None

    def restore(self, state: Any) -> None:
        if state is not None:
            self.iterator.restore(state)


class IterableSource(Source):
    """Anything that can be iterated again and again: a list of batches, a DataLoader."""

    def __init__(self, iterable: Iterable[Any]):
        self.iterable = iterable
        self.batches = len(iterable) if hasattr(iterable, "__len__") else None  # type: ignore[arg-type]

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for number, batch in enumerate(self.iterable):
            if number >= start:
                yield as_batch(batch)


class StreamSource(Source):
    """A Python generator: one pass, as long as it lasts."""

    restarts = False

    def __init__(self, generator: Iterator[Any]):
        self.generator = generator

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for batch in self.generator:
            yield as_batch(batch)


class WeightedSource(Source):
    """Another source, each sample weighted by its class.

    Args:
        source: gives labels: whole numbers, or one-hot rows.
        class_weight: weight of each class number; classes left out weigh 1.
    """

    def __init__(self, source: Source, class_weight: Mapping[Any, float]):
        try:
            self.weights = {int(label): float(weight) for label, weight in class_weight.items()}
            if min(self.weights, default=0) < 0:
                raise ValueError("a negative class")
        except (AttributeError, TypeError, ValueError):
            raise InvalidArgument(
                "class_weight", "must be a dict from class number to weight", repr(class_weight)
            ) from None
        self.source = source
        self.batches, self.samples = source.batches, source.samples
        self.restarts, self.targets = source.restarts, source.targets

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        table = torch.ones(max(self.weights, default=0) + 1)
        for label, weight in self.weights.items():
            table[label] = weight
        for x, y, given in self.source.read(pass_number, start):
            if given is not None:
                raise InvalidArgument(
                    "fit", "class_weight and sample_weight can't be used together"
                )
            if y is None:
                raise DataError("class_weight", "targets are needed to know the classes", "x alone")
            labels = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(-1).long()
            known = labels.clamp(0, len(table) - 1)
            yield x, y, torch.where(labels < len(table), table[known], 1.0)

    def state(self) -> Any:
        return self.source.state()

    def restore(self, state: Any) -> None:
        self.source.restore(state)


def as_source(
    where: str,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    steps: int | None = None,
) -> Source:
    """The source that fits what the user gave.

    Raises:
        InvalidArgument: y or sample_weight beside data that brings its own.
        DataError: nothing that can be read from.
    """
    if isinstance(x, Source):
        return x
    if is_array(x):
        return ArraySource(x, y, sample_weight, batch_size, shuffle, seed, steps)
    if not hasattr(x, "__iter__"):
        raise DataError(
            where,
            "data must be arrays, tensors, a generator or something to iterate over",
            type(x).__name__,
        )
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise InvalidArgument(
                where, f"{name} must be left out when the data brings its own", type(x).__name__
            )
    if hasattr(x, "__next__"):
        return IteratorSource(x) if hasattr(x, "__len__") else StreamSource(x)
    return IterableSource(x)


def is_array(x: Any) -> bool:
    """Whether x holds all samples at once: an array, a tensor, a frame, or a list of samples.

    A list of tuples is a list of batches, and so is one of lists of arrays of different shapes.
    """
    if isinstance(x, (np.ndarray, torch.Tensor)) or hasattr(x, "__array__"):
        return True
    if not isinstance(x, list):
        return False
    first = x[0] if x else 0
    if isinstance(first, list) and len({np.shape(part) for part in first if _has_axes(part)}) > 1:
        return False
    while isinstance(first, list) and first:
        first = first[0]
    return isinstance(first, (int, float, str, list, np.ndarray, np.generic, torch.Tensor))


def _has_axes(part: Any) -> bool:
    return isinstance(part, (np.ndarray, torch.Tensor)) and part.ndim > 0


def as_tensor(name: str, array: Any) -> torch.Tensor:
    """An array as a CPU tensor, shared where possible; float64 becomes float32, as in Keras.

    Raises:
        DataError: an array that holds no numbers.
    """
    try:
        if isinstance(array, list) and array and all(torch.is_tensor(one) for one in array):
            array = torch.stack(array)
        values = array if torch.is_tensor(array) else np.asarray(array)
    except (ValueError, RuntimeError):  # NumPy's and torch's words for rows of different lengths
        raise DataError(
            name, "all samples must have the same shape", f"a ragged {type(array).__name__}"
        ) from None
    return _of_tensor(name, values) if torch.is_tensor(values) else _of_array(name, values)


def _of_tensor(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_complex():
        raise DataError(name, "must hold numbers", f"dtype {tensor.dtype}")
    tensor = tensor.detach()
    tensor = tensor.float() if tensor.dtype == torch.float64 else tensor
    return tensor if tensor.ndim else tensor.reshape(1)


def _of_array(name: str, values: np.ndarray) -> torch.Tensor:
    if values.dtype == object:
        raise DataError(
            name, "must hold numbers", "objects", "Are all samples numbers of the same shape?"
        )
    if values.dtype.kind not in "biuf":
        raise DataError(name, "must hold numbers", f"dtype {values.dtype}")
    if values.dtype.kind == "f" and values.dtype.itemsize > 4:
        values = values.astype(np.float32)
    values = values.astype(values.dtype.newbyteorder("="), copy=False)  # torch knows one order
    if values.dtype.kind == "u" and values.dtype.itemsize > 1:
        values = values.astype(np.int64)  # torch computes little in wider unsigned integers
    if not values.flags.writeable or any(stride < 0 for stride in values.strides):
        values = values.copy()  # torch warns about the first and refuses the second
    return torch.from_numpy(np.ascontiguousarray(values) if values.ndim else values.reshape(1))


def as_batch(batch: Any) -> Batch:
    """(x, y, sample_weight) from what an iterator gave: x, (x,), (x, y) or all three."""
    if not isinstance(batch, (tuple, list)):
        batch = (batch,)
    if not 1 <= len(batch) <= 3:
        raise DataError(
            "data", "a batch must be x, (x, y) or (x, y, sample_weight)", f"{len(batch)} items"
        )
    parts = [None if part is None else as_tensor("batch", part) for part in batch]
    parts += [None] * (3 - len(parts))
    return parts[0], parts[1], parts[2]
