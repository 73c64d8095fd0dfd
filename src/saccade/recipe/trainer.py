"""The work of `saccade train`: read, split, train, judge, write."""

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
from saccade.cli.live import Live, reading
from saccade.cli.messages import tell_end, tell_photos, tell_stop
from saccade.cli.tables import make_console
from saccade.data import fingerprint
from saccade.data.folders.folder_errors import count_of
from saccade.drawing import draw_confusion, draw_curves
from saccade.errors import DataError
from saccade.recipe.choices import Choices
from saccade.recipe.learning_rates import shortest
from saccade.recipe.network_choice import check_weights, choose_network, weights_record
from saccade.recipe.photo_reading import choose_reading, read_headers, resnet_reading
from saccade.recipe.photos import Photos, few_images, find_photos
from saccade.recipe.pixels import NUDGES, Pixels, PixelSource, read_pixels
from saccade.recipe.run_folder import Recorder, RunFolder
from saccade.recipe.scores import Scores, judge
from saccade.recipe.transfer import Transfer
from saccade.recipe.versions import versions
from saccade.seeds import set_random_seed
from saccade.training.callbacks.early_stopping import EarlyStopping

SMALL_BATCH_PIXELS = 2**18  # of the first layer's output; below it threads wait more than work


def train_photos(choices: Choices) -> RunFolder:
    """Train as chosen, and leave model, history, numbers and pictures in a run folder.

    Raises:
        SaccadeError: a folder or choice that cannot work, or a loss that became NaN.
        KeyboardInterrupt: stopped by the user; the run folder holds the best model so far.
    """
    begun_s = time.monotonic()
    console = make_console()
    photos = find_photos(choices.folder)
    choices.shares(set(photos.given_parts))  # wrong ones are refused before anything is opened
    read = _read(console, photos, choices)
    choices, photos, pixels = read.choices, read.photos, read.pixels
    parts = photos.split(choices.shares(set(photos.given_parts)), choices.seed)
    tell_photos(console, choices, photos, pixels, parts, read.why)
    if read.note:
        console.print(f"Note: {read.note}", style="yellow")

    run = RunFolder.create(choices.output, choices.folder)
    run.write_classes(photos.index.class_names)
    try:
        with _suitable_threads(pixels, choices):
            if read.weights is None:
                model, recorder = _fit(console, run, choices, photos, pixels, parts)
                rate, own = shortest(model.optimizer.learning_rate), {}
            else:
                came_from = weights_record(read.weights)  # --overwrite may replace that very file
                transfer = Transfer(console, run, choices, photos, pixels, parts, read.weights)
                model, recorder, phases = transfer.train()
                rate = phases.rows[-1]["learning_rate"]
                own = came_from | phases.to_dict() | {"views": choices.views}
            scores = _judge(model, choices, photos, pixels, parts)
            metrics = _metrics(choices, photos, pixels, parts, model, recorder, scores, rate)
    except BaseException as stop:
        tell_stop(console, run, stop)
        raise
    run.write_metrics(metrics | own)
    draw_curves(run.path)
    if scores:
        draw_confusion(run.path)
    tell_end(
        console,
        run,
        recorder,
        scores,
        time.monotonic() - begun_s,
        rate_falls=read.weights is not None and choices.fine_tune,
    )
    return run


@dataclass(frozen=True)
class _Read:
    """What is known once the photos were looked at; see `choose_network` and `Reading`."""

    choices: Choices
    photos: Photos
    pixels: Pixels
    weights: Path | None
    why: str
    note: str


def _read(console: Any, photos: Photos, choices: Choices) -> _Read:
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
    with reading(console, len(files)) as tick:
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
    console: Any,
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
    console.print(f"Training LeNet, {size}, at most {count_of(epochs, 'epoch')}.\n")

    train = _source(choices, photos, pixels, parts["train"], training=True)
    validation = stopper = None
    if len(parts["validation"]):
        validation = _source(choices, photos, pixels, parts["validation"])
        stopper = EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    recorder = Recorder(run)
    live = Live(console, recorder)
    callbacks = [each for each in (stopper, recorder, live) if each is not None]
    with live.shown(epochs * (train.batches or 0)):
        model.fit(
            train,
            epochs=epochs,
            validation_data=validation,
            callbacks=callbacks,
            verbose=0,
        )
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


def _metrics(
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
    model: Any,
    recorder: Recorder,
    scores: dict[str, Scores],
    rate: float,
) -> dict[str, Any]:
    """All that metrics.json says. No time and no date, so that two equal runs write equal files."""
    metrics: dict[str, Any] = {}
    for part, each in scores.items():
        metrics |= {f"{part}.accuracy": each.accuracy, f"{part}.loss": each.loss}
    metrics |= {f"{part}.images": len(places) for part, places in parts.items()}
    metrics |= {
        "best_epoch": recorder.best_epoch + 1,
        "epochs": len(recorder.rows),
        "classes": list(photos.index.class_names),
    }
    for part, each in scores.items():
        record = each.to_dict()
        metrics |= {f"{part}.classes": record["classes"], f"{part}.confusion": record["confusion"]}
    faults = {
        os.path.relpath(pixels.files[row], choices.folder): str(fault)
        for row, fault in pixels.faults.items()
    }
    return metrics | {
        "skipped": [{"file": file, "reason": reason} for file, reason in faults.items()],
        "few_images": few_images(photos.index),
        "architecture": choices.architecture,
        "parameters": model.count_params(),
        "preprocessing": pixels.preprocessing.to_dict(),
        "learning_rate": rate,
        "seed": choices.seed,
        "threads": torch.get_num_threads(),
        "device": model.device.type,
        "command": choices.command(learning_rate=rate, **choices.shares(set(photos.given_parts))),
        "data.folder": os.fspath(choices.folder),
        "data.fingerprint": fingerprint(photos.index),
        "versions": versions(),
    }
