"""Telling: what `saccade train` says before and after it trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from saccade.cli.tables import in_words, print_scores, print_skipped
from saccade.data.folders.folder_errors import count_of, list_some
from saccade.drawing import draw_curves
from saccade.recipe.choices import Choices
from saccade.recipe.photos import Photos, few_images
from saccade.recipe.pixels import Pixels
from saccade.recipe.run_folder import Recorder, RunFolder
from saccade.recipe.scores import Scores


def tell_photos(
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


def tell_stop(console: Any, run: RunFolder, stop: BaseException) -> None:
    if run.has_model:
        draw_curves(run.path)
        what = "stopped by you" if isinstance(stop, KeyboardInterrupt) else "failed"
        console.print(f"\nTraining {what}. {run.path} holds the best model so far and its history.")
    else:
        run.discard_if_empty()


def tell_end(
    console: Any,
    run: RunFolder,
    recorder: Recorder,
    scores: dict[str, Scores],
    seconds: float,
    rate_falls: bool,
) -> None:
    epochs = count_of(len(recorder.rows), "epoch")
    console.print(f"Kept epoch {recorder.best_epoch + 1} of {epochs}, {seconds:.0f} s in all.")
    # Where the rate falls to nothing the last epoch is the best as a rule, and tells nothing.
    if "validation" in scores and recorder.is_last_best and not rate_falls:
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
