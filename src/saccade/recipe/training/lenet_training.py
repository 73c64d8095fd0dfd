"""LeNet training: from pixels to the best epoch's model, in one phase."""

from __future__ import annotations

from typing import Any

import numpy as np

from saccade import optimizers
from saccade.applications import LeNet5
from saccade.data.folders.folder_errors import count_of
from saccade.names import counted_anew
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photos import Photos
from saccade.recipe.photos.pixels import NUDGES, Pixels, PixelSource
from saccade.recipe.run_folder import RunFolder
from saccade.recipe.training.recorder import Recorder
from saccade.recipe.training.run_backup import RunBackup
from saccade.recipe.training.time_budget import END_S, TimeBudget
from saccade.recipe.training.timed_training import TimedTraining
from saccade.recipe.unfinished.room import check_room
from saccade.seeds import set_random_seed
from saccade.training.callbacks.early_stopping import EarlyStopping

PHASE = "training"


def train_lenet(
    listener: Listener,
    run: RunFolder,
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
    budget: TimeBudget,
) -> tuple[Any, Recorder]:
    """The model of the best epoch, and what was recorded.

    Raises:
        NotFinite: the loss became NaN. NotWritten: the disk has no room for the run.
        KeyboardInterrupt: the best model so far is on disk.
    """
    set_random_seed(choices.seed)
    with counted_anew():
        model = LeNet5(pixels.preprocessing.image_shape, len(photos.index.class_names))
        optimizer = optimizers.get(choices.optimizer or choices.defaults.optimizer)
    if choices.learning_rate is not None:
        optimizer.learning_rate = choices.learning_rate
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.preprocessing = pixels.preprocessing.to_dict()
    model.class_names = list(photos.index.class_names)
    epochs = choices.epochs or choices.defaults.epochs
    patience = choices.patience or choices.defaults.patience
    check_room(run.unfinished.run, model, include_optimizer=True)
    size = f"{model.count_params():,} weights"
    listener.says(f"Training LeNet, {size}, at most {count_of(epochs, 'epoch')}.")
    listener.says("")

    train = plain_source(choices, photos, pixels, parts["train"], training=True)
    validation = stopper = None
    if len(parts["validation"]):
        validation = plain_source(choices, photos, pixels, parts["validation"])
        stopper = EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    timed = TimedTraining(budget.left_s - END_S) if budget.is_given else None
    recorder, backup = Recorder(run), RunBackup(run.unfinished.phase(PHASE))
    with listener.epochs(epochs * (train.batches or 0), recorder.was_best) as live:
        try:
            model.fit(
                train,
                epochs=epochs,
                validation_data=validation,
                callbacks=[timed, stopper, recorder, live, backup],
                verbose=0,
            )
        finally:
            recorder.save_rest()
    return model, recorder


def plain_source(
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    places: np.ndarray,
    training: bool = False,
) -> PixelSource:
    """The photos at places of the index, with the numbers of their classes."""
    return PixelSource(
        pixels,
        photos.rows[places],
        photos.index.labels[places],
        choices.batch_size,
        shuffle=training,
        seed=choices.seed,
        changes=NUDGES if training and choices.augment else None,
    )
