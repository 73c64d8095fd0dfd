"""Run metrics: all that metrics.json says of a training."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.recipe.choices import Choices
from saccade.recipe.photos.photos import Photos, few_images
from saccade.recipe.photos.pixels import Pixels
from saccade.recipe.scores import Scores
from saccade.recipe.training.recorder import Recorder
from saccade.recipe.versions import versions


def describe_run(
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
    model: Any,
    recorder: Recorder,
    scores: dict[str, Scores],
    rate: float,
    begun: dict[str, Any],
) -> dict[str, Any]:
    """The numbers by name. No time and no date, so that two equal runs write equal files.

    Args:
        begun: the record of the command that the run began with, which may be another than the
            one that it goes on with.
    """
    spelt = begun["spelt"]
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
        for key in ("classes", "confusion", "confused"):
            if key in record:
                metrics[f"{part}.{key}"] = record[key]
    faults = pixels.faults_below(choices.folder)
    return metrics | {
        "skipped": [{"file": file, "reason": str(fault)} for file, fault in faults.items()],
        "few_images": few_images(photos.index),
        "architecture": choices.architecture,
        "parameters": model.count_params(),
        "preprocessing": pixels.preprocessing.to_dict(),
        "learning_rate": rate,
        "seed": choices.seed,
        "threads": torch.get_num_threads(),
        "device": model.device.type,
        "command": choices.command(
            learning_rate=rate, **choices.shares(set(photos.given_parts)), **spelt
        ),
        "data.folder": spelt["folder"],
        "data.fingerprint": begun["photos"],
        "versions": versions(),
    }
