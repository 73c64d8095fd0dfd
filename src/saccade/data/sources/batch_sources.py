"""Sources of ready-made batches: iterators, generators, sequences, data loaders."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import torch

from saccade.data.generator.flow_notes import class_mode_notes
from saccade.data.sources.fixed_images import FixedImages
from saccade.data.sources.held_attributes import HeldAttributes
from saccade.data.sources.py_dataset import count_batches, in_order
from saccade.data.sources.source import (
    SINGLE,
    Batch,
    ManyArrays,
    Source,
    as_batch,
    check_measures,
)
from saccade.names import is_overridden
from saccade.notes import note_once
from saccade.numerics.machine.random_streams import random_state, set_random_state
from saccade.seeds import draw_seed

_MAKES_BATCHES = (
    "__getitem__",
    "__next__",
    "next",
    "_get_batches_of_transformed_samples",
)


class IteratorSource(Source):
    """A Keras-style iterator that never ends: `next()` gives a batch, `len()` makes a pass."""

    def __init__(self, iterator: Any, several: ManyArrays = SINGLE):
        self.iterator, self.several = iterator, several
        self.batches = len(iterator)
        self.samples = getattr(iterator, "samples", None)
        self.image_shape = getattr(iterator, "image_shape", None)
        # What a subclass of the user's wrote itself is asked, and nothing goes round it.
        self._own_batches = any(is_overridden(iterator, name) for name in _MAKES_BATCHES)

    def begin_turn(self) -> None:
        if is_overridden(self.iterator, "on_epoch_begin"):
            self.iterator.on_epoch_begin()

    def end_turn(self) -> None:
        if is_overridden(self.iterator, "on_epoch_end"):
            self.iterator.on_epoch_end()

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        if start == 0 and hasattr(self.iterator, "reset"):
            # Somebody may have called next() to look at a batch: a pass starts at the start, or
            # predictions would not line up with the files.
            self.iterator.reset()
        if hasattr(self.iterator, "check_targets"):
            self.iterator.check_targets()
        count = max(0, (self.batches or 0) - start)
        for batch in self._batches(count):
            yield as_batch(batch, self.several)

    def _batches(self, count: int) -> Iterator[Any]:
        own = {name for name in _MAKES_BATCHES if is_overridden(self.iterator, name)}
        if "__getitem__" in own and "__next__" not in own:
            first = (self.batches or 0) - count
            yield from (self.iterator[first + place] for place in range(count))
            return
        if hasattr(self.iterator, "read_ahead") and not own:
            yield from self.iterator.read_ahead(count)  # ours, which prepares the next meanwhile
            return
        for _ in range(count):
            yield self.iterator.next() if "next" in own else next(self.iterator)

    def fixed_images(self) -> FixedImages | str:
        if not hasattr(self.iterator, "fixed_images") or self._own_batches:
            return super().fixed_images()
        return self.iterator.fixed_images()

    def read_places(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        if start == 0:
            self.iterator.reset()
        count = max(0, (self.batches or 0) - start)
        for batch in self.iterator.read_places(count):
            yield as_batch(batch, self.several)

    def last_files(self) -> list[str]:
        return self.iterator.last_files() if hasattr(self.iterator, "last_files") else []

    def waiting_hint(self) -> str:
        if hasattr(self.iterator, "waiting_hint"):
            return self.iterator.waiting_hint()
        return super().waiting_hint()

    def label_notes(self, outputs: int | None) -> list[str]:
        return class_mode_notes(self.iterator, outputs)

    @property
    def warms_up(self) -> bool:  # type: ignore[override]
        return getattr(self.iterator, "fills_cache", False)

    def state(self) -> Any:
        place = self.iterator.state() if hasattr(self.iterator, "state") else None
        return {"place": place, **self._measures()}

    def restore(self, state: Any) -> None:
        check_measures(self._measures(), state)
        if state["place"] is not None:
            self.iterator.restore(state["place"])

    def _measures(self) -> dict[str, Any]:
        size = getattr(self.iterator, "batch_size", None)
        return {"batches": self.batches, "batch_size": size if isinstance(size, int) else None}


class IterableSource(Source):
    """Anything that can be iterated again and again: a list of batches, a DataLoader."""

    def __init__(self, iterable: Iterable[Any], several: ManyArrays = SINGLE):
        self.iterable, self.several = iterable, several
        try:
            self.batches = len(iterable)  # type: ignore[arg-type]
        except TypeError:  # none, or that of a DataLoader over a stream without an end in sight
            self.batches = None
        # A DataLoader draws the order of a pass when it begins: what it drew from is kept.
        self._stream = getattr(iterable, "generator", None)
        self._began = self._drawn_from()
        self._goes_on = False

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        drawn_from = self._drawn_from()
        goes_on, self._goes_on = self._goes_on and start > 0, False
        if goes_on:
            self._draw_from(self._began)
        else:
            self._began = drawn_from
        batches = iter(self.iterable)
        for _ in range(start):
            next(batches, None)
        if goes_on:
            self._draw_from(drawn_from)
        for batch in batches:
            yield as_batch(batch, self.several)

    def _drawn_from(self) -> Any:
        own = self._stream.get_state() if isinstance(self._stream, torch.Generator) else None
        return {"process": random_state(), "own": own}

    def _draw_from(self, state: Any) -> None:
        set_random_state(state["process"])
        if state["own"] is not None and isinstance(self._stream, torch.Generator):
            self._stream.set_state(state["own"])

    def state(self) -> Any:
        own = self._drawn_from()["own"]
        return {"began": self._began, "own": own, "batches": self.batches}

    def restore(self, state: Any) -> None:
        check_measures({"batches": self.batches}, state)
        self._began, self._goes_on = state["began"], True
        if state["own"] is not None and isinstance(self._stream, torch.Generator):
            self._stream.set_state(state["own"])


class SequenceSource(Source):
    """Batches by their number: Keras's `Sequence` and `PyDataset`, and all that have their shape.

    Args:
        sequence: `sequence[i]` is a batch; its `num_batches` or `len(sequence)` is how many make a
            pass, None for one without an end. Its `on_epoch_begin()` and `on_epoch_end()`, when
            there are any, are called before and after every epoch, as Keras does, also where
            `steps_per_epoch` makes an epoch less than a pass.
        shuffle: a new order of the batches in every pass.
        seed: of the orders; drawn when None.
    """

    def __init__(
        self,
        sequence: Any,
        shuffle: bool = False,
        seed: int | None = None,
        several: ManyArrays = SINGLE,
    ):
        self.sequence, self.several = sequence, several
        self.batches = count_batches(sequence)
        self.shuffle = bool(shuffle)
        self.seed = (draw_seed() if seed is None else seed) if self.shuffle else 0
        self._held = HeldAttributes(sequence)

    def begin_turn(self) -> None:
        if hasattr(self.sequence, "on_epoch_begin"):
            self.sequence.on_epoch_begin()

    def end_turn(self) -> None:
        if hasattr(self.sequence, "on_epoch_end"):
            self.sequence.on_epoch_end()
        self.batches = count_batches(self.sequence)  # it may have changed

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        self.batches = count_batches(self.sequence)
        for batch in in_order(self.sequence, self._numbers(pass_number, start)):
            yield as_batch(batch, self.several)

    def _numbers(self, pass_number: int, start: int) -> Iterable[int]:
        if self.batches is None:
            return itertools.count(start)
        if not self.shuffle:
            return range(start, self.batches)
        stream = torch.Generator().manual_seed(self.seed + pass_number)
        return torch.randperm(self.batches, generator=stream).tolist()[start:]

    def state(self) -> Any:
        return {"seed": self.seed, "shuffle": self.shuffle, "held": self._held.state()}

    def restore(self, state: Any) -> None:
        check_measures({"shuffle": self.shuffle}, state)
        self.seed = state["seed"]
        self._held.restore(state["held"])


class StreamSource(Source):
    """A Python generator: one pass, as long as it lasts.

    A run that goes on reads the batches that it had before again, and drops them: what follows is
    what would have followed where the generator gives the same batches each time it is made.
    """

    restarts = False

    def __init__(self, generator: Iterator[Any], several: ManyArrays = SINGLE):
        self.generator, self.several = generator, several
        self._taken = 0

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        for batch in self.generator:
            self._taken += 1
            yield as_batch(batch, self.several)

    def state(self) -> Any:
        return {"taken": self._taken}

    def restore(self, state: Any) -> None:
        """Before the run's random state is set: a generator may draw from the process's streams."""
        check_measures({}, state)
        taken = state["taken"]
        generator: Any = self.generator
        if (
            inspect.isgenerator(generator)
            and inspect.getgeneratorstate(generator) != inspect.GEN_CREATED
        ):
            self._taken = taken  # the one that the run before has read from
            return
        if self._taken < taken:
            note_once(
                f"fit: the first {taken:,} batches of the generator are read again and left out, "
                "so that training goes on with the next. It goes on exactly if the generator "
                "gives the same batches in every run."
            )
        while self._taken < taken:
            if next(self.generator, None) is None:
                break
            self._taken += 1
