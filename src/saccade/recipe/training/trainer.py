"""Trainer: a folder of photos becomes a classifier: read, split, train, judge, write."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saccade import optimizers
from saccade.applications import LeNet5
from saccade.data.folders.folder_errors import count_of
from saccade.data_formats import default_data_format
from saccade.drawing import draw_confusion, draw_curves
from saccade.errors import DataError
from saccade.recipe.announcements import tell_end, tell_photos, tell_stop
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Lines, Listener
from saccade.recipe.photos.photo_reading import choose_reading, read_headers, resnet_reading
from saccade.recipe.photos.photos import Photos, find_photos
from saccade.recipe.photos.pixels import NUDGES, Pixels, PixelSource, read_pixels
from saccade.recipe.run import Run
from saccade.recipe.run_folder import Recorder, RunFolder
from saccade.recipe.scores import Scores, judge
from saccade.recipe.training.learning_rates import shortest
from saccade.recipe.training.network_choice import check_weights, choose_network, weights_record
from saccade.recipe.training.run_metrics import describe_run
from saccade.recipe.training.transfer import Transfer
from saccade.seeds import set_random_seed
from saccade.training.callbacks.early_stopping import EarlyStopping

SMALL_BATCH_PIXELS = 2**18  # of the first layer's output; below it threads wait more than work


def train(
    folder: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    architecture: str = "auto",
    weights: str | os.PathLike[str] | None = None,
    size: str | int | tuple[int, int] = "auto",
    color: str = "auto",
    augment: bool = True,
    views: int = 1,
    fine_tune: bool = True,
    precision: str = "auto",
    test: float | None = None,
    validation: float | None = None,
    epochs: int | None = None,
    patience: int | None = None,
    batch_size: int = 32,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
    *,
    listener: Listener | None = None,
) -> Run:
    """Train a classifier on a folder of photos, and measure it on photos that it never saw.

    The photos are split at random into three parts: one to train on, one (validation) that says
    when to stop, and one (test) that is looked at once, at the end. The best epoch's model and all
    numbers end up in the run folder.

    Args:
        folder: one subfolder of photos for each class; or train/, val/ and test/ with these.
        output: the run folder; None is the first free of runs/FOLDER-1, runs/FOLDER-2, ...
        overwrite: replace an earlier run's files in `output`.
        architecture: "lenet", "resnet50", or "auto": ResNet50 for photographs, where its weights
            are there.
        weights: ResNet50's weights, a .h5, .keras or .safetensors file; None is Keras's file in
            its cache.
        size: pixels of a side, (height, width), "HEIGHTxWIDTH" or "auto".
        color: "grayscale", "rgb", or "auto": grey where every photo is.
        augment: train on changed copies, new in each epoch.
        views: versions of each photo that ResNet50's last layer learns from.
        fine_tune: train most of ResNet50 after its last layer; the better one is kept.
        precision: "float32", "bfloat16", or "auto": bfloat16 for ResNet50 where the machine has it.
        test: share of the photos for the final test, in [0, 1), where there is no test/; None is
            0.2 for LeNet and 0.1 for ResNet50.
        validation: share that decides when to stop, where there is no val/; None as for `test`.
        epochs: at most so many times through the photos; None is what suits the network.
        patience: stop after so many epochs without a better validation loss.
        batch_size: photos in a step.
        optimizer: "adam", "adamw", "rmsprop" or "sgd".
        learning_rate: how far a step goes.
        seed: decides the split, the weights and the order.
        listener: who is told what happens; None prints plain lines, and `Listener()` is silent.

    Returns:
        The run, which predicts and evaluates.

    Raises:
        SaccadeError: a folder or choice that cannot work, or a loss that became NaN.
        KeyboardInterrupt: stopped by the user; the run folder holds the best model so far.

    Example:
        >>> run = train("photos/", epochs=3)          # doctest: +SKIP
        >>> run.metrics["test.accuracy"]              # doctest: +SKIP
        0.8281
        >>> run.predict("new/1.jpg")[0].class_name    # doctest: +SKIP
        'apple'
    """
    given = {name: value for name, value in locals().items() if name != "listener"}
    return train_photos(Choices(**given), listener or Lines())


@default_data_format("channels_last")  # whatever a script has set for networks of its own
def train_photos(choices: Choices, listener: Listener) -> Run:
    """The same, with the choices already checked."""
    begun_s = time.monotonic()
    photos = find_photos(choices.folder)
    choices.shares(set(photos.given_parts))  # wrong ones are refused before anything is opened
    read = _read(listener, photos, choices)
    choices, photos, pixels = read.choices, read.photos, read.pixels
    parts = photos.split(choices.shares(set(photos.given_parts)), choices.seed)
    tell_photos(listener, choices, photos, pixels, parts, read.why)
    if read.note:
        listener.warns(f"Note: {read.note}")

    run = RunFolder.create(choices.output, choices.folder)
    run.write_classes(photos.index.class_names)
    try:
        with _suitable_threads(pixels, choices):
            if read.weights is None:
                model, recorder = _fit(listener, run, choices, photos, pixels, parts)
                rate, own = shortest(model.optimizer.learning_rate), {}
            else:
                came_from = weights_record(read.weights)  # `overwrite` may replace that very file
                transfer = Transfer(listener, run, choices, photos, pixels, parts, read.weights)
                model, recorder, phases = transfer.train()
                rate = phases.rows[-1]["learning_rate"]
                own = came_from | phases.to_dict() | {"views": choices.views}
            scores = _judge(model, choices, photos, pixels, parts)
            metrics = describe_run(choices, photos, pixels, parts, model, recorder, scores, rate)
    except BaseException as stop:
        tell_stop(listener, run, stop)
        raise
    run.write_metrics(metrics | own)
    draw_curves(run.path)
    if scores:
        draw_confusion(run.path)
    tell_end(
        listener,
        run,
        recorder,
        scores,
        time.monotonic() - begun_s,
        rate_falls=read.weights is not None and choices.fine_tune,
    )
    return Run.load(run.path)


@dataclass(frozen=True)
class _Read:
    """What is known once the photos were looked at; see `choose_network` and `Reading`."""

    choices: Choices
    photos: Photos
    pixels: Pixels
    weights: Path | None
    why: str
    note: str


def _read(listener: Listener, photos: Photos, choices: Choices) -> _Read:
    index = photos.index
    files = [index.full_path(i) for i in range(len(index))]
    headers = read_headers(files)
    choices, weights, note = choose_network(choices, headers)
    if choices.architecture == "resnet50":
        chosen = resnet_reading(headers, choices.size_hw, mirrored=choices.augment)
    else:
        chosen = choose_reading(headers, choices.size_hw, choices.color)
    if weights is not None:
        check_weights(weights)
    with listener.counting(len(files), "reading photos") as tick:
        pixels = read_pixels(files, chosen.preprocessing, tick)
    if len(pixels.faults) == len(files):
        first = next(iter(pixels.faults.values()))
        raise DataError(
            f'"{choices.folder}"', "must hold images that can be decoded", f"none; {first}"
        )
    if chosen.look_for_grey and pixels.all_grey:
        pixels = pixels.as_grey()
    return _Read(choices, photos.keep(pixels.good), pixels, weights, chosen.why, note)


def _fit(
    listener: Listener,
    run: RunFolder,
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
) -> tuple[Any, Recorder]:
    set_random_seed(choices.seed)
    model = LeNet5(pixels.preprocessing.image_shape, len(photos.index.class_names))
    optimizer = optimizers.get(choices.optimizer or choices.defaults.optimizer)
    if choices.learning_rate is not None:
        optimizer.learning_rate = choices.learning_rate
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.preprocessing = pixels.preprocessing.to_dict()
    model.class_names = list(photos.index.class_names)
    epochs = choices.epochs or choices.defaults.epochs
    patience = choices.patience or choices.defaults.patience
    size = f"{model.count_params():,} weights"
    listener.says(f"Training LeNet, {size}, at most {count_of(epochs, 'epoch')}.\n")

    train = _source(choices, photos, pixels, parts["train"], training=True)
    validation = stopper = None
    if len(parts["validation"]):
        validation = _source(choices, photos, pixels, parts["validation"])
        stopper = EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    recorder = Recorder(run)
    with listener.epochs(epochs * (train.batches or 0), recorder.was_best) as live:
        model.fit(
            train,
            epochs=epochs,
            validation_data=validation,
            callbacks=[each for each in (stopper, recorder, live) if each is not None],
            verbose=0,
        )
    recorder.save_what_was_not()
    return model, recorder


def _judge(
    model: Any, choices: Choices, photos: Photos, pixels: Pixels, parts: dict[str, np.ndarray]
) -> dict[str, Scores]:
    """The scores of the held-out parts that have photos: the test part's last, and once."""
    names, mirrored = photos.index.class_names, pixels.preprocessing.mirrored
    return {
        part: judge(model, _source(choices, photos, pixels, parts[part]), names, mirrored)
        for part in ("validation", "test")
        if len(parts[part])
    }


def _source(
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    places: np.ndarray,
    training: bool = False,
) -> PixelSource:
    return PixelSource(
        pixels,
        photos.rows[places],
        photos.index.labels[places],
        choices.batch_size,
        shuffle=training,
        seed=choices.seed,
        changes=NUDGES if training and choices.augment else None,
    )


@contextmanager
def _suitable_threads(pixels: Pixels, choices: Choices) -> Iterator[None]:
    """One thread for small images: the others would spin more than work, and slow a busy machine.

    The user's own OMP_NUM_THREADS is left alone.
    """
    height, width, _ = pixels.preprocessing.image_shape
    few = height * width * choices.batch_size < SMALL_BATCH_PIXELS
    before = torch.get_num_threads()
    try:
        if few and "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(before)
