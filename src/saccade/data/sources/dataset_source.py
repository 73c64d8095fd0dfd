"""DatasetSource: a Dataset of batches, as the training loop reads it."""

from __future__ import annotations

from collections.abc import Iterator

from saccade.data.dataset import INFINITE_CARDINALITY, Dataset
from saccade.data.dataset.cache import Cache
from saccade.data.dataset.element_stages import Batch as Batched
from saccade.data.dataset.element_stages import Map, Prefetch
from saccade.data.dataset.file_trace import files_of_batch
from saccade.data.dataset.prefetch import close
from saccade.data.dataset.stage import Stage, Visit
from saccade.data.sources.source import SINGLE, Batch, ManyArrays, Source, as_batch
from saccade.errors import InvalidArgument, StateError
from saccade.numerics.machine.random_streams import random_state, set_random_state


class DatasetSource(Source):
    """A Dataset of batches; a pass is one iteration.

    Args:
        dataset: gives x, (x, y) or (x, y, sample_weight), in batches.
        steps: how many batches were asked for; an infinite dataset needs to be told.

    Raises:
        InvalidArgument: no steps for an infinite dataset.
    """

    def __init__(
        self, where: str, dataset: Dataset, steps: int | None = None, several: ManyArrays = SINGLE
    ):
        self.stage, self.several = dataset.stage, several
        length = self.stage.length()
        if length == INFINITE_CARDINALITY and steps is None:
            raise InvalidArgument(
                where,
                "an infinite dataset needs a number of steps",
                "none",
                "Give steps_per_epoch=, validation_steps= or steps=, or leave out repeat().",
            )
        self.batches = length if length >= 0 else None
        self._began = self.stage.positions()
        self._read = 0

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        self._began = self.stage.positions()
        # What is passed over may draw from the process's streams, as a map with random functions:
        # up to the batch before, and then as if nothing had been drawn.
        drawn_from, goes_on = random_state(), start > 0
        items = self.stage.open(Visit(), start - goes_on)
        if goes_on:
            next(items, None)
            set_random_state(drawn_from)
        try:
            for number, batch in enumerate(items, start):
                self._read = number
                yield as_batch(batch, self.several)
        finally:
            close(items)
        self._began = self.stage.positions()

    def last_files(self) -> list[str]:
        return files_of_batch(self.stage, self._began, self._read)

    def state(self) -> list[int]:
        """What the shuffles drew from when the pass under way began."""
        return self._began

    def restore(self, state: list[int]) -> None:
        needed, got = len(self.stage.positions()), len(state) if isinstance(state, list) else state
        if needed != got:
            raise StateError(
                "fit",
                f"the state must be of a Dataset with {needed} places to remember",
                got,
                "Give the data as they were, or begin anew: name another folder.",
            )
        self.stage.restore(list(state))
        self._began = list(state)

    def waiting_hint(self) -> str:
        """What the chain has not tried yet."""
        stages = list(_stages_of(self.stage))
        maps = [one for one in stages if isinstance(one, Map)]
        hints = []
        if not any(isinstance(one, Prefetch) for one in stages):
            hints.append("end the dataset's chain with .prefetch(AUTOTUNE)")
        if any(one.calls is None for one in maps):
            hints.append("give map num_parallel_calls=")
        if not any(isinstance(one, Cache) for one in stages):
            hints.append("put .cache() behind what is the same in every epoch")
        if any(not any(isinstance(one, Batched) for one in _stages_of(each)) for each in maps):
            hints.append("put map behind batch(), with a function of whole batches")
        *most, last = hints or ["let the model's first layers do some of the dataset's work"]
        return ", ".join(most) + (f", and {last}" if most else last)


def _stages_of(stage: Stage) -> Iterator[Stage]:
    yield stage
    for inner in stage.inner:
        yield from _stages_of(inner)
