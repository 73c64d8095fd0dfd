"""Sources: what the training loop reads batches from, in passes.

A pass goes once over the data. Every source gives `(x, y, sample_weight)`, tensors on the CPU or
None, and says how long a pass is when it knows. The loop asks for pass 0, 1, 2, ...; a source of
arrays derives the order of a pass from its seed and the pass's number, so that a run can go on
from any batch of any pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from saccade.data.batches import check_batch_size
from saccade.data.tensors import as_tensors, holds_arrays
from saccade.errors import DataError, InvalidArgument, ShapeError
from saccade.nests import leaves, map_nest
from saccade.seeds import draw_seed

Batch = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Several:
    """Whether a list of arrays means several inputs, or several targets, and not samples."""

    inputs: bool = False
    targets: bool = False


ONE = Several()


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
        x, y, sample_weight: arrays with the samples along the first axis, or nests of them; y
            and sample_weight may be None.
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
        several: Several = ONE,
    ):
        self.x = as_tensors("x", x, several.inputs)
        self.y = as_tensors("y", y, several.targets)
        self.sample_weight = as_tensors("sample_weight", sample_weight, several.targets)
        self.samples = len(leaves(self.x)[0])
        if batch_size is None:
            batch_size = max(1, -(-self.samples // steps)) if steps else 32
        self.batch_size = check_batch_size(batch_size)
        self.batches = -(-self.samples // self.batch_size)
        self.targets = self.y
        self.shuffle = bool(shuffle)
        self.seed = (draw_seed() if seed is None else seed) if self.shuffle else 0
        self._check_lengths()

    def _check_lengths(self) -> None:
        lengths: dict[str, int] = {}
        for name, nest in (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight)):
            arrays = [array for array in leaves(nest) if array is not None]
            for number, array in enumerate(arrays):
                lengths[f"{name}[{number}]" if len(arrays) > 1 else name] = len(array)
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
    def _rows(nest: Any, order: torch.Tensor | None, rows: slice) -> Any:
        if nest is None:
            return None
        if not torch.is_tensor(nest):
            return map_nest(lambda one: ArraySource._rows(one, order, rows), nest)
        return nest[rows] if order is None else nest.index_select(0, order[rows])

    def state(self) -> Any:
        return self.seed

    def restore(self, state: Any) -> None:
        self.seed = state


class IteratorSource(Source):
    """A Keras-style iterator that never ends: `next()` gives a batch, `len()` makes a pass."""

    def __init__(self, iterator: Any, several: Several = ONE):
        self.iterator, self.several = iterator, several
        self.batches = len(iterator)
        self.samples = getattr(iterator, "samples", None)

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        if start == 0 and hasattr(self.iterator, "reset"):
            # Somebody may have called next() to look at a batch: a pass starts at the start, or
            # predictions would not line up with the files.
            self.iterator.reset()
        for _ in range(start, self.batches or 0):
            yield as_batch(next(self.iterator), self.several)

    def state(self) -> Any:
        return self.iterator.state() if hasattr(self.iterator, "state") else None

    def restore(self, state: Any) -> None:
        if state is not None:
            self.iterator.restore(state)


class IterableSource(Source):
    """Anything that can be iterated again and again: a list of batches, a DataLoader."""

    def __init__(self, iterable: Iterable[Any], several: Several = ONE):
        self.iterable, self.several = iterable, several
        self.batches = len(iterable) if hasattr(iterable, "__len__") else None  # type: ignore[arg-type]

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for number, batch in enumerate(self.iterable):
            if number >= start:
                yield as_batch(batch, self.several)


class SequenceSource(Source):
    """Batches by their number: Keras's `Sequence` and `PyDataset`, and all that have their shape.

    Args:
        sequence: `sequence[i]` is a batch, `len(sequence)` how many make a pass; its
            `on_epoch_end()`, when there is one, is called after a pass.
        shuffle: a new order of the batches in every pass.
        seed: of the orders; drawn when None.
    """

    def __init__(
        self,
        sequence: Any,
        shuffle: bool = False,
        seed: int | None = None,
        several: Several = ONE,
    ):
        self.sequence, self.several = sequence, several
        self.batches = len(sequence)
        self.shuffle = bool(shuffle)
        self.seed = (draw_seed() if seed is None else seed) if self.shuffle else 0

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        self.batches = len(self.sequence)  # it may have changed between two passes
        order = list(range(self.batches))
        if self.shuffle:
            stream = torch.Generator().manual_seed(self.seed + pass_number)
            order = torch.randperm(self.batches, generator=stream).tolist()
        for number in order[start:]:
            yield as_batch(self.sequence[number], self.several)
        if hasattr(self.sequence, "on_epoch_end"):
            self.sequence.on_epoch_end()

    def state(self) -> Any:
        return self.seed

    def restore(self, state: Any) -> None:
        self.seed = state


class StreamSource(Source):
    """A Python generator: one pass, as long as it lasts."""

    restarts = False

    def __init__(self, generator: Iterator[Any], several: Several = ONE):
        self.generator, self.several = generator, several

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for batch in self.generator:
            yield as_batch(batch, self.several)


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
            if isinstance(y, (list, tuple, dict)):
                raise InvalidArgument(
                    "class_weight",
                    "is for models of one output",
                    f"{len(y)} targets",
                    "Give sample_weight= for each output instead.",
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
    several: Several = ONE,
) -> Source:
    """The source that fits what the user gave.

    Args:
        several: whether the model has several inputs, and several outputs.

    Raises:
        InvalidArgument: y or sample_weight beside data that brings its own.
        DataError: nothing that can be read from.
    """
    if isinstance(x, Source):
        return x
    if holds_arrays(x, several.inputs):
        return ArraySource(x, y, sample_weight, batch_size, shuffle, seed, steps, several)
    if isinstance(x, torch.utils.data.Dataset) and not isinstance(x, Iterable):
        raise DataError(
            where,
            "data must come in batches",
            f"{type(x).__name__}, a torch Dataset of single samples",
            "Wrap it: torch.utils.data.DataLoader(dataset, batch_size=32, shuffle=True).",
        )
    by_number = hasattr(x, "__getitem__") and hasattr(x, "__len__")
    if not hasattr(x, "__iter__") and not by_number:
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
        return IteratorSource(x, several) if hasattr(x, "__len__") else StreamSource(x, several)
    if by_number and (not hasattr(x, "__iter__") or hasattr(x, "on_epoch_end")):
        return SequenceSource(x, shuffle, seed, several)
    return IterableSource(x, several)


def as_batch(batch: Any, several: Several = ONE) -> Batch:
    """(x, y, sample_weight) from what an iterator gave: x, (x,), (x, y) or all three."""
    if not isinstance(batch, (tuple, list)):
        batch = (batch,)
    if not 1 <= len(batch) <= 3:
        raise DataError(
            "data", "a batch must be x, (x, y) or (x, y, sample_weight)", f"{len(batch)} items"
        )
    x, y, sample_weight = (*batch, None, None)[:3]
    return (
        as_tensors("batch", x, several.inputs),
        as_tensors("batch", y, several.targets),
        as_tensors("batch", sample_weight, several.targets),
    )
