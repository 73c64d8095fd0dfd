"""Trainer: a layer that can be trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade import optimizers
from saccade.data.generator.flow_notes import validation_notes
from saccade.data.sources.array_source import ArraySource
from saccade.data.sources.source_choice import as_source
from saccade.data.sources.tensors import holds_arrays
from saccade.data.sources.weighted_source import WeightedSource
from saccade.errors import InvalidArgument
from saccade.models.batch_trainer import BatchTrainer
from saccade.models.compiled_flags import as_compiled, keep_flags
from saccade.models.old_methods import OldMethods
from saccade.models.old_words import accepts_old_words
from saccade.notes import note_once
from saccade.optimizers import LossScaleOptimizer
from saccade.timers import EVALUATE, PREDICT
from saccade.training import loop, prediction_loop
from saccade.training.arguments import (
    as_epochs,
    as_frequency,
    as_steps,
    held_out,
    note_uneven_epochs,
    split_off,
)
from saccade.training.batches.feed import Feed
from saccade.training.callbacks.history import History
from saccade.training.compiled.trial import CompileTrial
from saccade.training.custom_step import own_validation
from saccade.training.faults.memory_limits import memory_told
from saccade.training.features.feature_reuse import FeatureReuse
from saccade.training.objective import Objective
from saccade.training.run import Run


class Trainer(OldMethods, BatchTrainer):
    """A layer with `compile`, `fit`, `evaluate` and `predict`: what every Model is."""

    # -- compile ---------------------------------------------------------------------------

    @accepts_old_words
    def compile(  # type: ignore[override]
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int | str = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose how to train; every misspelt name is an error here.

        Args:
            optimizer: a name ("adam") or an object; None for a model that is only evaluated.
            loss: a name, an object, or a function of (y_true, y_pred); for several outputs one for
                all, or a list in the order of the outputs, or a dict by their names.
            loss_weights: what the loss of each output is multiplied by, a list or dict.
            metrics: a list of words, objects and functions; "acc" is reported as "acc". For
                several outputs a list or dict of such lists.
            weighted_metrics: the same, counted with sample and class weights, which plain metrics
                ignore.
            jit_compile: whether torch.compile makes the step faster. True always (where there is a
                compiler); "auto" in runs that are long enough, after one trial in which it proved
                faster; False never.
            run_eagerly: True switches `jit_compile` off; every step runs as it is written.
            auto_scale_loss: whether a model under "mixed_float16" gets a LossScaleOptimizer.
        """
        if steps_per_execution not in (1, "auto"):
            note_once(
                "compile(steps_per_execution=) changes no number, and is left aside: steps run one "
                "by one, as in Keras on torch."
            )
        if jit_compile not in (True, False, "auto"):
            raise InvalidArgument(
                "compile", 'jit_compile must be True, False or "auto"', repr(jit_compile)
            )
        # Both may raise: only then is anything of the model changed.
        optimizer = optimizers.get(optimizer)
        scales = isinstance(optimizer, LossScaleOptimizer)
        half = self.dtype_policy.name == "mixed_float16"
        if auto_scale_loss and half and optimizer is not None and not scales:
            optimizer = LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        names = self._names_of_outputs()
        ours, theirs, weighted = self._with_symbols(loss, metrics, weighted_metrics)
        objective = Objective(ours, theirs, weighted, loss_weights, names)
        objective.given_loss, objective.given_metrics = loss, metrics
        objective.given_weighted_metrics = weighted_metrics
        self.optimizer, self._objective = optimizer, objective
        self.loss = loss
        self.jit_compile, self.run_eagerly = jit_compile, bool(run_eagerly)
        self.compiled = True
        keep_flags(self)

    def _names_of_outputs(self) -> list[str] | None:
        """The names by which `compile` may call the outputs, when they are known."""
        return None

    def _with_symbols(self, *given: Any) -> tuple[Any, ...]:
        """Losses and metrics, those that use symbols of the model's graph made to see values."""
        return given

    # -- fit, evaluate, predict ------------------------------------------------------------

    @accepts_old_words
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        *,
        reuse_features: bool = True,
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: arrays or tensors with the samples along the first axis, images
                (samples, height, width, channels); or an iterator of batches (x, y).
            y: targets for arrays.
            batch_size: samples to a step, for arrays; None is 32, or what makes one pass of
                `steps_per_epoch`.
            epochs: number of the last epoch, from 1.
            verbose: 0 nothing, 1 a bar, 2 a line an epoch.
            callbacks: what to call; see `saccade.callbacks`.
            validation_split: share of the arrays, the last part, to validate on.
            validation_data: (x, y), (x, y, sample_weight), or an iterator.
            shuffle: a new order of the arrays in every epoch.
            class_weight: weight of each class number in the loss; those left out weigh 1. An array
                holds those of class 0, 1, ...
            sample_weight: weight of each sample in the loss.
            initial_epoch: where to start, to go on with an earlier training.
            steps_per_epoch: batches to an epoch, if not one pass. More or fewer than a pass has
                goes round the data: an epoch starts where the last one ended.
            validation_steps: batches to validate on, always the first ones.
            validation_batch_size: as `batch_size`, for validation arrays.
            validation_freq: validate every so many epochs, or after the epochs listed.
            reuse_features: compute what a frozen first part of the model makes of an image once,
                and train what comes after it on that. It happens where every epoch has the same
                images (arrays, and saccade's iterators without random changes), and changes no
                bit of the result; False runs the frozen part in every epoch.

        Returns:
            A History: `history.history["loss"]` has a number an epoch.

        Raises:
            StateError: not compiled. DataError, ShapeError: data that cannot be used.
            NotFinite: the loss became NaN or infinite; the weights are those before that step.
            NotEnoughMemory: a batch does not fit.
        """
        objective = self._compiled("fit", trains=True)
        epochs = as_epochs("epochs", epochs)
        several = self._several(x, y)
        if not holds_arrays(x, several.inputs) and batch_size is not None:
            note_once("fit: batch_size is left to the iterator, which brings batches of its own.")
        if validation_split:
            x, y, sample_weight, validation_data = split_off(
                x, y, sample_weight, validation_split, validation_data, several
            )
        steps = as_steps("steps_per_epoch", steps_per_epoch)
        source = as_source(
            "fit", x, y, sample_weight, batch_size, shuffle, steps=steps, several=several
        )
        if isinstance(source, ArraySource):
            note_uneven_epochs(steps, source.batches, epochs)
        if class_weight is not None:
            if sample_weight is not None:
                raise InvalidArgument(
                    "fit", "class_weight and sample_weight can't be used together"
                )
            source = WeightedSource(source, class_weight)
        feed = Feed(source, steps, self._look)
        validation = None
        size = batch_size if validation_batch_size is None else validation_batch_size
        if validation_data is not None:
            steps = as_steps("validation_steps", validation_steps)
            validation = Feed(held_out(validation_data, size, steps, several), steps, self._look)
            for note in validation_notes(x, validation_data):
                note_once(note)
        listeners = self._callbacks(callbacks, verbose, epochs, feed.turn, with_history=True)
        listeners.show(validation_data)
        history = next(one for one in listeners.callbacks if isinstance(one, History))
        with as_compiled(self):
            run = Run(
                model=self,
                optimizer=self.optimizer,
                objective=objective,
                feed=feed,
                validation=validation,
                callbacks=listeners,
                epochs=epochs,
                epoch=as_epochs("initial_epoch", initial_epoch),
                validation_freq=as_frequency(validation_freq),
                compiling=None if self.run_eagerly else CompileTrial(self.jit_compile),
                reuse=self._reuse(reuse_features, source.image_shape),
                own_validation=own_validation(
                    self, validation_data, size, validation_steps, several.inputs
                ),
            )
            self.history = history
            with memory_told("fit", self, source):
                loop.train(run)
        return history

    def _reuse(self, wanted: bool, image_shape: Any = None) -> FeatureReuse | None:
        """How a run uses the frozen prefix; None for a model without one.

        Args:
            image_shape: of one sample, for a model that is not built yet.
        """
        return None

    @accepts_old_words
    @EVALUATE.timed
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics over data, with the model at rest.

        Returns:
            [loss, metrics...] in the order of `compile`; the loss alone where there is no metric;
            a dict with `return_dict`.
        """
        objective = self._compiled("evaluate")
        steps = as_steps("steps", steps)
        source = as_source(
            "evaluate", x, y, sample_weight, batch_size, steps=steps, several=self._several(x, y)
        )
        feed = Feed(source, steps, self._look)
        reuse = self._reuse(True)
        forward = None if reuse is None else reuse.use_known(feed)
        forward = forward or self.forward_at_rest(feed.images, for_loss=True)
        listeners = self._callbacks(callbacks, verbose, 1, feed.turn)
        with memory_told("evaluate", self, source):
            logs = loop.evaluate(self, objective, feed, listeners, forward=forward)
        return self._numbers(logs, return_dict)

    @accepts_old_words
    @PREDICT.timed
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> np.ndarray:
        """The model's outputs, in the order of the data.

        Args:
            x: arrays, or an iterator of batches (targets are ignored).

        Returns:
            A NumPy array (samples, ...).
        """
        steps = as_steps("steps", steps)
        several = self._several(x)
        source = as_source("predict", x, batch_size=batch_size, steps=steps, several=several)
        feed = Feed(source, steps, self._look)
        forward = self.forward_at_rest(feed.images)
        listeners = self._callbacks(callbacks, verbose, 1, feed.turn)
        with memory_told("predict", self, source):
            return prediction_loop.predict(self, feed, listeners, forward)

    def forward_at_rest(self, images: int, for_loss: bool = False) -> Any:
        """What runs about so many images the fastest without training: the model, or its layers
        folded.

        Args:
            for_loss: whether a loss is computed from the outputs, which may need more of the model
                than they are.
        """
        return self
