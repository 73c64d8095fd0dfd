"""The work of `saccade train`: read, split, train, judge, write."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from saccade import optimizers
from saccade.applications import LeNet5
from saccade.cli.choices import Choices
from saccade.cli.live import Live, reading
from saccade.cli.photos import Photos, few_images, find_photos
from saccade.cli.pixels import NUDGES, Pixels, PixelSource, read_pixels
from saccade.cli.reading import choose_reading, read_headers
from saccade.cli.run_folder import Recorder, RunFolder
from saccade.cli.scores import Scores, judge
from saccade.cli.tables import in_words, make_console, print_scores, print_skipped
from saccade.cli.versions import versions
from saccade.data import fingerprint
from saccade.data.folder_errors import count_of, list_some
from saccade.errors import DataError
from saccade.report import draw_confusion, draw_curves
from saccade.seeds import set_random_seed
from saccade.training.early_stopping import EarlyStopping

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
    shares = choices.shares(set(photos.given_parts))
    photos, pixels, why = _read(console, photos, choices)
    parts = photos.split(shares, choices.seed)
    _tell_photos(console, choices, photos, pixels, parts, why)

    run = RunFolder.create(choices.output, choices.folder)
    run.write_classes(photos.index.class_names)
    try:
        with _suitable_threads(pixels, choices):
            model, recorder = _fit(console, run, choices, photos, pixels, parts)
            scores = _judge(model, choices, photos, pixels, parts)
            metrics = _metrics(choices, photos, pixels, parts, model, recorder, scores)
    except BaseException as stop:
        _tell_stop(console, run, stop)
        raise
    run.write_metrics(metrics)
    draw_curves(run.path)
    if scores:
        draw_confusion(run.path)
    _tell_end(console, run, recorder, scores, time.monotonic() - begun_s)
    return run


def _read(console: Any, photos: Photos, choices: Choices) -> tuple[Photos, Pixels, str]:
    """The photos that can be decoded, their pixels, and why this size."""
    index = photos.index
    files = [index.full_path(i) for i in range(len(index))]
    chosen = choose_reading(read_headers(files), choices.size_hw, choices.color)
    with reading(console, len(files)) as tick:
        pixels = read_pixels(files, chosen.preprocessing, tick)
    if len(pixels.faults) == len(files):
        first = next(iter(pixels.faults.values()))
        raise DataError(
            f'"{choices.folder}"', "must hold images that can be decoded", f"none; {first}"
        )
    if chosen.look_for_grey and pixels.all_grey:
        pixels = pixels.as_grey()
    return photos.keep(pixels.good), pixels, chosen.why


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
    optimizer = optimizers.get(choices.optimizer)
    if choices.learning_rate is not None:
        optimizer.learning_rate = choices.learning_rate
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.preprocessing = pixels.preprocessing.to_dict()
    model.class_names = list(photos.index.class_names)
    size = f"{model.count_params():,} weights"
    console.print(f"Training LeNet, {size}, at most {count_of(choices.epochs, 'epoch')}.\n")

    train = _source(choices, photos, pixels, parts["train"], training=True)
    validation = stopper = None
    if len(parts["validation"]):
        validation = _source(choices, photos, pixels, parts["validation"])
        stopper = EarlyStopping("val_loss", patience=choices.patience, restore_best_weights=True)
    recorder, live = Recorder(run, stopper), Live(console, stopper)
    callbacks = [each for each in (stopper, recorder, live) if each is not None]
    with live.shown(choices.epochs * (train.batches or 0)):
        model.fit(
            train,
            epochs=choices.epochs,
            validation_data=validation,
            callbacks=callbacks,
            verbose=0,
        )
    return model, recorder


def _judge(
    model: Any, choices: Choices, photos: Photos, pixels: Pixels, parts: dict[str, np.ndarray]
) -> dict[str, Scores]:
    """The scores of the held-out parts that have photos: the test part's last, and once."""
    names = photos.index.class_names
    return {
        part: judge(model, _source(choices, photos, pixels, parts[part]), names)
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
        "learning_rate": float(model.optimizer.learning_rate),
        "seed": choices.seed,
        "threads": torch.get_num_threads(),
        "device": model.device.type,
        "command": choices.command(),
        "data.folder": os.fspath(choices.folder),
        "data.fingerprint": fingerprint(photos.index),
        "versions": versions(),
    }


# -- what is said --------------------------------------------------------------------------


def _tell_photos(
    console: Any,
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
    why: str,
) -> None:
    index = photos.index
    counts = ", ".join(f"{len(places):,} {part}" for part, places in parts.items())
    classes = f"{len(index.class_names)} classes"
    console.print(f"{choices.folder}: {len(index):,} images in {classes} ({counts})")
    height, width, channels = pixels.preprocessing.image_shape
    colors = "grey" if channels == 1 else "in colour"
    where = "" if pixels.stored is not None else ", read from disk batch by batch"
    reason = f" ({why})" if why else ""
    console.print(f"Images are read as {height} × {width} pixels, {colors}{reason}{where}.")
    for note in photos.notes:
        console.print(f"Note: {note}", style="yellow")
    if few := few_images(index):
        listed = list_some([f"{name} ({count})" for name, count in few.items()])
        console.print(f"Note: few images, so their numbers say little: {listed}.", style="yellow")
    print_skipped(console, pixels, choices.folder)


def _tell_stop(console: Any, run: RunFolder, stop: BaseException) -> None:
    if run.has_model:
        draw_curves(run.path)
        what = "stopped by you" if isinstance(stop, KeyboardInterrupt) else "failed"
        console.print(f"\nTraining {what}. {run.path} holds the best model so far and its history.")
    else:
        run.discard_if_empty()


def _tell_end(
    console: Any, run: RunFolder, recorder: Recorder, scores: dict[str, Scores], seconds: float
) -> None:
    epochs = count_of(len(recorder.rows), "epoch")
    console.print(f"Kept epoch {recorder.best_epoch + 1} of {epochs}, {seconds:.0f} s in all.")
    if "validation" in scores and recorder.is_last_best:
        console.print("Note: it was still getting better: try more --epochs.", style="yellow")
    if scores:
        last = list(scores)[-1]
        if "validation" in scores and last != "validation":
            console.print(in_words(scores["validation"], "validation"))
        print_scores(console, scores[last], last)
    else:
        console.print(
            "No photo was held out, so nothing can be said about new ones.", style="yellow"
        )
    files = ", ".join(sorted(each.name for each in run.path.iterdir()))
    console.print(f"\nWrote {run.path}: {files}")
