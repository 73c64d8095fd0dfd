"""BatchTrainer: a layer that is trained, tested and asked for its outputs batch by batch."""

from __future__ import annotations

import sys
from typing import Any

from saccade.data.sources.array_source import ArraySource
from saccade.data.sources.source import ManyArrays, Source
from saccade.data.sources.tensors import are_several
from saccade.data.sources.weighted_source import WeightedSource
from saccade.errors import InvalidArgument
from saccade.models.compiled_flags import as_compiled
from saccade.models.input_range import range_notes, records_in
from saccade.models.old_words import accepts_old_words
from saccade.models.stepper import Stepper
from saccade.nests import leaves
from saccade.notes import note_once
from saccade.training import loop, prediction_loop
from saccade.training.arguments import as_verbosity
from saccade.training.batches.feed import Feed
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.callbacks.history import History
from saccade.training.callbacks.progress import Progress
from saccade.training.run import Run


class BatchTrainer(Stepper):
    """A layer with `train_on_batch`, `test_on_batch` and `predict_on_batch`."""

    @accepts_old_words
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on one batch; the numbers are those of that batch.

        Returns:
            As `evaluate` does.
        """
        objective = self._compiled("train_on_batch", trains=True)
        if class_weight is not None and sample_weight is not None:
            raise InvalidArgument(
                "train_on_batch", "class_weight and sample_weight can't be used together"
            )
        source: Source = self._one_batch(x, y, sample_weight)
        if class_weight is not None:
            source = WeightedSource(source, class_weight)
        listeners = self._callbacks(None, 0, 1, 1)
        feed = Feed(source, None, self._look)
        run = Run(self, self.optimizer, objective, feed, None, listeners, epochs=1)
        with as_compiled(self):
            logs = loop.train_on_batch(run)
        return self._numbers(logs, return_dict)

    @accepts_old_words
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch; returns as `evaluate` does."""
        objective = self._compiled("test_on_batch")
        feed = Feed(self._one_batch(x, y, sample_weight), None, self._look)
        logs = loop.evaluate(self, objective, feed, self._callbacks(None, 0, 1, 1), "test_on_batch")
        return self._numbers(logs, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        feed = Feed(self._one_batch(x), None, self._look)
        return prediction_loop.predict(self, feed, self._callbacks(None, 0, 1, 1))

    # -- what the loops over all batches need, too -------------------------------------------

    def _several(self, x: Any = None, y: Any = None) -> ManyArrays:
        """Whether the model has several inputs, and several outputs.

        A model that does not know its graph takes a list of arrays for several inputs, as Keras
        does, unless the targets say that it is a list of samples.
        """
        given = None if self._objective is None else self._objective.given_loss
        targets = isinstance(given, (list, tuple, dict)) and len(given) > 1
        return ManyArrays(are_several(x, y), targets or are_several(y, x), unknown=True)

    def _look(self, x: Any) -> None:
        """Say what is doubtful about the first images that come in."""
        for note in range_notes(records_in(self), x):
            note_once(note, key=note.partition(", ")[2])  # once, though the next range may differ

    def _one_batch(self, x: Any, y: Any = None, sample_weight: Any = None) -> ArraySource:
        several = self._several(x, y)
        return ArraySource(x, y, sample_weight, batch_size=sys.maxsize, several=several)

    def _numbers(self, logs: dict[str, Any], return_dict: bool) -> Any:
        if return_dict:
            return logs
        values = self._compiled("evaluate").values_in_order(logs)
        return values[0] if len(values) == 1 else values

    def _callbacks(
        self,
        callbacks: Any,
        verbose: int | str,
        epochs: int,
        steps: int | None,
        with_history: bool = False,
    ) -> CallbackGroup:
        if type(callbacks) is CallbackGroup:  # those of `fit`, which validates
            return callbacks
        if isinstance(callbacks, CallbackGroup):
            callbacks = callbacks.callbacks
        level = as_verbosity(verbose)
        listeners = [one for one in leaves(callbacks) if one is not None]
        if with_history and not any(isinstance(one, History) for one in listeners):
            listeners.insert(0, History())
        if level and not any(isinstance(one, Progress) for one in listeners):
            listeners.append(Progress(level))
        return CallbackGroup(listeners, self, {"verbose": level, "epochs": epochs, "steps": steps})
