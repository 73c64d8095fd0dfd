"""Evaluation: how good a trained model is on a folder of photos."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from saccade.data import FolderIndex, fingerprint
from saccade.errors import DataError
from saccade.notes import note_once
from saccade.plain_json import read_record
from saccade.predictor import Predictor
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photos import index_classes, renumber
from saccade.recipe.photos.pixels import PixelSource, read_pixels
from saccade.recipe.run_files import METRICS
from saccade.recipe.scores import Scores, judge

BATCH_SIZE = 64


def evaluate_model(predictor: Predictor, file: Path, folder: Path, listener: Listener) -> Scores:
    """A model's scores on a folder of classes.

    Args:
        predictor: the model with its preprocessing and class names.
        file: where it was loaded from; its folder's metrics.json says what it was trained on.
        folder: one subfolder of photos for each class.
        listener: who is told of the reading, and which files are left out.

    Raises:
        DataError: folders that are no classes of the model, or no image that can be decoded.
    """
    index = index_classes(os.fspath(folder))
    labels = renumber(index, predictor.classes, f'"{file}"')
    files = [index.full_path(i) for i in range(len(index))]
    with listener.counting(len(files), "reading photos") as tick:
        pixels = read_pixels(files, predictor.preprocessing, tick)
    good = pixels.good.nonzero()[0]
    if not len(good):
        first = next(iter(pixels.faults.values()))
        raise DataError(f'"{folder}"', "must hold images that can be decoded", f"none; {first}")
    usable = replace(index, paths=tuple(index.paths[i] for i in good), labels=index.labels[good])
    _note_own_photos(file, usable)
    source = PixelSource(pixels, good, labels[good], BATCH_SIZE)
    scores = judge(predictor.model, source, predictor.classes, predictor.preprocessing.mirrored)
    faults = pixels.faults_below(folder)
    if faults:
        listener.skips(faults)
    return replace(scores, skipped=tuple((name, str(fault)) for name, fault in faults.items()))


def _note_own_photos(file: Path, index: FolderIndex) -> None:
    """Say so where the folder is the one that the model was trained on."""
    # Empty for a .keras file alone, or a run of another making: nothing to compare with.
    metrics = read_record(file.parent / METRICS)
    trained_on, accuracy = metrics.get("data.fingerprint"), metrics.get("test.accuracy")
    if trained_on is not None and trained_on == fingerprint(index):
        known = isinstance(accuracy, float)
        honest = f" The honest number is the run's own, {accuracy:.4f}." if known else ""
        note_once(
            f'"{index.directory}" is what the model was trained on, so it knows most of these '
            f"photos.{honest}"
        )
