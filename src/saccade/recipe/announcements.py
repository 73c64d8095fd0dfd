"""Announcements: what is said before and after a classifier is trained."""

from __future__ import annotations

import contextlib

import numpy as np

from saccade.data.folders.folder_errors import count_of, list_some
from saccade.drawing import draw_curves
from saccade.errors import NotFinite
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photos import Photos, few_images
from saccade.recipe.photos.pixels import Pixels
from saccade.recipe.run_folder import RunFolder
from saccade.recipe.scores import Scores
from saccade.recipe.training.recorder import Recorder
from saccade.training.resuming.interrupts import is_interrupt


def tell_photos(
    listener: Listener,
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
    why: str,
) -> None:
    """How many photos there are of what, how they are read, and what is odd about them."""
    index = photos.index
    counts = ", ".join(f"{len(places):,} {part}" for part, places in parts.items())
    classes = f"{len(index.class_names)} classes"
    listener.says(f"{choices.folder}: {len(index):,} images in {classes} ({counts})")
    height, width, channels = pixels.preprocessing.image_shape
    colors = "grey" if channels == 1 else "in colour"
    where = "" if pixels.stored is not None else ", read from disk batch by batch"
    reason = f" ({why})" if why else ""
    listener.says(f"Images are read as {height} × {width} pixels, {colors}{reason}{where}.")
    for note in photos.notes:
        listener.warns(f"Note: {note}")
    if few := few_images(index):
        listed = list_some([f"{name} ({count})" for name, count in few.items()])
        listener.warns(f"Note: few images, so their numbers say little: {listed}.")
    if pixels.faults:
        listener.skips(pixels.faults_below(choices.folder))


def tell_stop(listener: Listener, run: RunFolder, stop: BaseException, going_on: str) -> None:
    """What is left of a training that did not come to its end, and the command that goes on.

    Where there is nothing left, there is no run folder.
    """
    if isinstance(stop, NotFinite):
        run.unfinished.remove()  # it would come to the same end
    unfinished = run.unfinished.is_there and run.unfinished.is_worth_it
    what = "stopped by you" if is_interrupt(stop) else "failed"
    if run.has_model:
        with contextlib.suppress(OSError):  # a full disk
            draw_curves(run.path)
        listener.says("")
        listener.says(f"Training {what}. {run.path} holds the best model so far and its history.")
    elif unfinished:
        listener.says("")
        listener.says(f"Training {what}. {run.unfinished.run} holds what was computed so far.")
    if unfinished:
        listener.says("To go on with it:")
        listener.says(f"  {going_on}")
    run.leave()


def tell_end(
    listener: Listener,
    run: RunFolder,
    recorder: Recorder,
    scores: dict[str, Scores],
    seconds: float,
    rate_falls: bool,
) -> None:
    """Which epoch was kept, how good its model is, and where everything lies."""
    epochs = count_of(len(recorder.rows), "epoch")
    listener.says(f"Kept epoch {recorder.best_epoch + 1} of {epochs}, {seconds:.0f} s in all.")
    # Where the rate falls to nothing the last epoch is the best as a rule, and tells nothing.
    if "validation" in scores and recorder.is_last_best and not rate_falls:
        listener.warns("Note: it was still getting better: try more epochs=.")
    if scores:
        last = list(scores)[-1]
        if "validation" in scores and last != "validation":
            listener.says(scores["validation"].in_words("validation"))
        listener.scores(scores[last], last)
    else:
        listener.warns("No photo was held out, so nothing can be said about new ones.")
    files = ", ".join(sorted(each.name for each in run.path.iterdir() if each.name[0] != "."))
    listener.says("")
    listener.says(f"Wrote {run.path}: {files}")
