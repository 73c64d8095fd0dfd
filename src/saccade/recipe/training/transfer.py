"""Transfer: a published network's training in two phases, its last layer first, then most of it.

Source of the numbers: docs/accuracy.md.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saccade.data.folders.folder_errors import count_of
from saccade.losses import CategoricalCrossentropy
from saccade.models import load_model
from saccade.predictor.trained_precision import compute_in
from saccade.recipe.architectures import LAST_LAYER
from saccade.recipe.choices import Choices
from saccade.recipe.interrupts import interrupts_held
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photos import Photos
from saccade.recipe.photos.pixels import Pixels
from saccade.recipe.run_files import MODEL_FILE
from saccade.recipe.run_folder import RunFolder
from saccade.recipe.scores import Scores
from saccade.recipe.training.classifier import Classifier, take_over
from saccade.recipe.training.feature_scores import judge_features
from saccade.recipe.training.learning_rates import rise_and_fall
from saccade.recipe.training.phase_optimizers import head_optimizer, tuning_optimizer
from saccade.recipe.training.phases import Phases
from saccade.recipe.training.precision import TOLERANCE, choose_precision
from saccade.recipe.training.recorder import Recorder, set_weights
from saccade.recipe.training.run_backup import RunBackup
from saccade.recipe.training.time_budget import TimeBudget, TransferClock, Work
from saccade.recipe.training.timed_training import TimedTraining
from saccade.recipe.training.transfer_features import TransferFeatures
from saccade.recipe.training.transfer_photos import TransferPhotos
from saccade.recipe.unfinished.ended_phase import EndedPhase
from saccade.recipe.unfinished.room import check_room
from saccade.seeds import set_random_seed
from saccade.training.callbacks.early_stopping import EarlyStopping

SMOOTHING = 0.1
RATE = 1e-4
FIRST_PHOTOS = 8  # that the precision is tried on
LAST, FINE = "last-layer", "fine-tuning"  # the phases, in the names of files


class Transfer:
    """A training of a network with published weights.

    Args:
        listener: who is told what happens.
        run: where the best model goes.
        choices: settled.
        weights: the file that the backbone starts from.
        budget: the time that the run may take.
    """

    def __init__(
        self,
        listener: Listener,
        run: RunFolder,
        choices: Choices,
        photos: Photos,
        pixels: Pixels,
        parts: dict[str, np.ndarray],
        weights: Path,
        budget: TimeBudget,
    ):
        self.listener, self.run, self.choices = listener, run, choices
        self.photos, self.parts = TransferPhotos(choices, photos, pixels, parts), parts
        self.weights, self.budget = weights, budget
        work = Work(*(len(parts[part]) for part in ("train", "validation", "test")))
        # In a limited time the last layer alone is judged by features, which are computed first.
        self.by_features = budget.is_given and not choices.fine_tune
        self.clock = TransferClock(budget, work, 0 if self.by_features else choices.looks)
        self._head: Any = None
        self.features = TransferFeatures(
            listener, run.unfinished, choices, self.photos, parts, self.clock
        )
        self.loss = CategoricalCrossentropy(label_smoothing=SMOOTHING)

    def train(self) -> tuple[Any, Recorder, Phases]:
        """Train the last layer, then most layers; the model that validated best, as it is on disk.

        Raises:
            NotFinite: the loss became NaN. KeyboardInterrupt: the best model so far is on disk.
        """
        unfinished = self.run.unfinished
        set_random_seed(self.choices.seed)
        precision = unfinished.record.content.get("precision")
        if precision is None:
            precision = self._choose_precision()
            unfinished.record.write(precision=precision)
        set_random_seed(self.choices.seed)  # whatever was tried, the weights drawn are the same
        begun_s = time.monotonic()
        network = self._network(precision, self.weights)
        self.clock.made_s = time.monotonic() - begun_s
        network.describe(self.photos.preprocessing.to_dict(), self.photos.names)
        phases = Phases(precision, self.photos.training_size, self.photos.class_weights.tolist())
        recorder = Recorder(self.run, network.model)
        ended = EndedPhase(unfinished.ended(LAST))
        if ended.is_there:
            ended.restore(network.head, recorder, phases)
        else:
            photos = len(self.parts["train"]) * self.choices.views + len(self.parts["validation"])
            rows_bytes = 4 * photos * network.backbone.output_shape[-1]
            check_room(unfinished.run, network.model, self.choices.fine_tune, rows_bytes)
            self._train_head(network, recorder, phases)
            if self.budget.is_given:
                unfinished.record.write(
                    spent_s=self.budget.spent_s, images_a_second=self.clock.rate
                )
            ended.write(network.head, recorder, phases)
            unfinished.forget_phase(LAST)
        if self.choices.fine_tune:
            known = unfinished.record.content.get("images_a_second")
            self.clock.rate = self.clock.rate or known
            self._fine_tune(network, recorder, phases)
        recorder.save_rest()
        path = self.run.path / MODEL_FILE
        if not path.is_file():
            self.listener.warns(
                f"Note: {self.run.path} was removed while the run went on, and the best model with "
                "it: the last epoch's takes its place."
            )
            recorder.save_last()
        model = load_model(path, compile=False)
        if precision == "float32":
            return model, recorder, phases
        whole = self._network("float32", None).model  # any machine can run this one
        take_over(model, whole)
        recorder.write(whole, include_optimizer=True)
        compute_in(whole, precision)  # as it will be used
        return whole, recorder, phases

    def judge(self, part: str) -> Scores | None:
        """The scores of a held-out part where its features are known, else None."""
        known = self.features.held_out.get(part)
        if known is None or self._head is None:
            return None
        labels = self.photos.one_hot[self.parts[part]].argmax(axis=1)
        return judge_features(self._head, known, labels, self.photos.names)

    # -- the phases ------------------------------------------------------------------------

    def _train_head(self, network: Classifier, recorder: Recorder, phases: Phases) -> None:
        network.freeze()
        unfinished = self.run.unfinished
        features, targets, held = self.features.all(network.backbone, self.by_features)
        trained = len(features)
        # What the user chose is for fine-tuning; for this phase, where it is the only one.
        own = LAST_LAYER if self.choices.fine_tune else self.choices
        epochs, patience = own.epochs or 1, own.patience or 1
        optimizer = head_optimizer(self.choices, own.optimizer)
        network.head.compile(optimizer, self.loss, metrics=["accuracy"], jit_compile=False)
        stopper = _stopper(held, patience, restore=True)
        timed = TimedTraining(self.clock.head_s) if self.by_features else None
        self.listener.says(
            f"Training the last layer, {network.head.count_params():,} weights, at most "
            f"{count_of(epochs, 'epoch')}."
        )
        backup = RunBackup(unfinished.phase(LAST))
        # An epoch takes less time than writing the file, so that is done once, at the end.
        recorder.saves = False
        try:
            steps = epochs * -(-trained // self.choices.batch_size)
            with self.listener.epochs(steps, recorder.was_best) as live:
                network.head.fit(
                    features,
                    targets,
                    sample_weight=targets @ self.photos.class_weights,
                    batch_size=self.choices.batch_size,
                    epochs=epochs,
                    validation_data=held,
                    callbacks=[timed, stopper, recorder, live, backup],
                    verbose=0,
                )
        finally:
            with interrupts_held():
                if stopper is not None and stopper.best_weights is not None:
                    # Ctrl-C leaves the last epoch's.
                    set_weights(network.head, stopper.best_weights)
                if recorder.rows:
                    recorder.save()
                recorder.saves = True
        self._head = network.head
        phases.note("last layer", recorder.rows, optimizer)

    def _fine_tune(self, network: Classifier, recorder: Recorder, phases: Phases) -> None:
        network.unfreeze()
        rows, epochs = self.parts["train"], self.choices.epochs or 1
        rate = self.choices.learning_rate or RATE
        timed = None
        if self.budget.is_given:
            timed = TimedTraining(self.clock.tuning_s, rate)
            epochs = min(epochs, timed.most_epochs(self.clock.epoch_s(self.photos.shrunk)))
        steps = epochs * -(-len(rows) // self.choices.batch_size)
        optimizer = tuning_optimizer(
            self.choices.optimizer, rise_and_fall(rate, steps) if timed is None else rate
        )
        network.model.compile(optimizer, self.loss, metrics=["accuracy"], jit_compile=False)
        held = self.parts["validation"]
        validation = self.photos.source(held, 0) if len(held) else None
        patience = self.choices.patience or 1
        stopper = None if timed else _stopper(validation, patience, restore=False)  # disk has it
        height, width = phases.training_size
        free = sum(weight.numel() for weight in network.model.trainable_weights)
        self.listener.says(
            f"Fine-tuning {self.choices.defaults.name}, {free:,} of its "
            f"{network.model.count_params():,} weights, at {height} × {width} pixels in "
            f"{phases.precision}, at most {count_of(epochs, 'epoch')}."
        )
        before, backup = len(recorder.rows), RunBackup(self.run.unfinished.phase(FINE))
        pace = 0 if timed else len(rows)  # how long is left is known
        with self.listener.epochs(steps, recorder.was_best, pace) as live:
            network.model.fit(
                self.photos.source(rows, self.choices.seed, training=True),
                epochs=epochs,
                validation_data=validation,
                callbacks=[timed, stopper, recorder, live, backup],
                verbose=0,
                reuse_features=False,  # of other windows in every epoch
            )
        phases.note("fine-tuning", recorder.rows, optimizer, rate)
        if recorder.best_epoch < before:
            self.listener.says("That did not help on the validation photos: it is left out.")

    # -- its parts -------------------------------------------------------------------------

    def _network(self, precision: str, weights: Path | None) -> Classifier:
        architecture, size_hw = self.choices.architecture, self.photos.preprocessing.target_size
        return Classifier(architecture, size_hw, weights, len(self.photos.names), precision)

    def _choose_precision(self) -> str:
        """bfloat16 where it was asked for or is native, and the first photos say that it may."""
        first = self.parts["train"][:FIRST_PHOTOS]

        def features(precision: str) -> torch.Tensor:
            backbone = self._network(precision, self.weights).backbone
            return torch.from_numpy(np.float32(self.features.of(backbone, first)))

        precision, distance = choose_precision(self.choices.precision, features)
        if distance is not None:
            what = "is used" if precision == "bfloat16" else "is not used"
            self.listener.says(
                f"bfloat16 {what}: features of {len(first)} photos differ by {distance:.1%} from "
                f"float32 (at most {TOLERANCE:.0%} may)."
            )
        return precision


def _stopper(validation: Any, patience: int, restore: bool) -> EarlyStopping | None:
    if validation is None:
        return None
    return EarlyStopping("val_loss", patience=patience, restore_best_weights=restore)
