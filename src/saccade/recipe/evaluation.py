"""The work of `saccade evaluate`: read, judge, print."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from saccade.cli.live import reading
from saccade.cli.tables import make_console, print_scores, print_skipped
from saccade.data import FolderIndex, fingerprint
from saccade.errors import DataError
from saccade.notes import note_once
from saccade.predictor import Predictor
from saccade.predictor.predictor import find_model
from saccade.recipe.photos import index_classes, renumber
from saccade.recipe.pixels import PixelSource, read_pixels
from saccade.recipe.run_folder import METRICS
from saccade.recipe.scores import judge

BATCH_SIZE = 64


def evaluate_photos(run: Path, folder: Path, as_json: bool) -> None:
    """Print a model's scores on a folder of classes.

    Raises:
        DataError: folders that are no classes of the model, or no image that can be decoded.
    """
    predictor = Predictor.load(run)
    index = index_classes(os.fspath(folder))
    labels = renumber(index, predictor.classes, f'"{run}"')
    console = make_console(error=as_json)
    files = [index.full_path(i) for i in range(len(index))]
    with reading(console, len(files)) as tick:
        pixels = read_pixels(files, predictor.preprocessing, tick)
    good = pixels.good.nonzero()[0]
    if not len(good):
        first = next(iter(pixels.faults.values()))
        raise DataError(f'"{folder}"', "must hold images that can be decoded", f"none; {first}")
    usable = replace(index, paths=tuple(index.paths[i] for i in good), labels=index.labels[good])
    _note_own_photos(run, usable)
    source = PixelSource(pixels, good, labels[good], BATCH_SIZE)
    scores = judge(predictor.model, source, predictor.classes, predictor.preprocessing.mirrored)
    if as_json:
        skipped = [
            {"file": os.path.relpath(files[row], folder), "reason": str(fault)}
            for row, fault in pixels.faults.items()
        ]
        record: dict[str, Any] = scores.to_dict() | {"skipped": skipped}
        print(json.dumps(record, indent=1))  # noqa: T201
        return
    print_skipped(console, pixels, folder)
    print_scores(console, scores, os.fspath(folder))


def _note_own_photos(run: Path, index: FolderIndex) -> None:
    """A word where the folder is the one that the model was trained on."""
    try:
        metrics = json.loads((find_model(run).parent / METRICS).read_text(encoding="utf-8"))
        trained_on, accuracy = metrics["data.fingerprint"], metrics.get("test.accuracy")
    except (OSError, ValueError, KeyError, TypeError):
        return  # a .keras file alone, or a run of another making: nothing to compare with
    if trained_on == fingerprint(index):
        honest = "" if accuracy is None else f" The honest number is the run's own, {accuracy:.4f}."
        note_once(
            f'"{index.directory}" is what the model was trained on, so it knows most of these '
            f"photos.{honest}"
        )
