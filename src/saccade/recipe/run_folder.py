"""RunFolder: where a training leaves its model, history and numbers."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saccade.disk.whole_file import flush_folder, write_whole
from saccade.errors import DataError, NotWritten
from saccade.plain_json import json_text
from saccade.predictor.predictor import MODEL_FILE
from saccade.recipe.interrupts import interrupts_held
from saccade.training.callbacks.callback import Callback
from saccade.training.callbacks.unwritten import Unwritten

HISTORY, METRICS, CLASSES = "history.csv", "metrics.json", "classes.json"
PICTURES = ("curves.png", "confusion.png")
FILES = (MODEL_FILE, HISTORY, METRICS, CLASSES, *PICTURES)
UNFINISHED = ".unfinished"
COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy")


class RunFolder:
    """A run's files: model.keras, classes.json, history.csv, metrics.json and two pictures.

    Attributes:
        path: where they are.
        replaces: the folder of an earlier run, whose files give way once there is a model; until
            then the new run's lie in a folder inside it.
    """

    def __init__(self, path: Path, replaces: Path | None = None):
        self.path, self.replaces = path, replaces

    @classmethod
    def create(cls, output: Path | None, folder: Path) -> RunFolder:
        """A folder for a new run: `output`, or the first free runs/NAME-1, runs/NAME-2, ...

        An earlier run's files in `output` stay until `settle`, and whatever else lies there does.
        """
        try:
            if output is not None:
                output.mkdir(parents=True, exist_ok=True)
                if not any((output / name).exists() for name in FILES):
                    return cls(output)
                drafts = output / UNFINISHED
                drafts.mkdir(exist_ok=True)
                return cls(drafts, replaces=output)
            runs = Path("runs")
            runs.mkdir(exist_ok=True)
            name = folder.resolve().name or "photos"
            number = 1
            while True:  # mkdir decides, so two runs started together cannot share a folder
                try:
                    path = runs / f"{name}-{number}"
                    path.mkdir()
                    return cls(path)
                except FileExistsError:
                    number += 1
        except OSError as fault:
            raise DataError(
                f'"{output or "runs"}"',
                "must be a folder that can be written to",
                fault.strerror or fault,
                "Choose another output=.",
            ) from fault

    @property
    def has_model(self) -> bool:
        return (self.path / MODEL_FILE).is_file()

    def write_classes(self, class_names: Sequence[str]) -> None:
        """Write classes.json: the names in the order of the model's outputs."""
        self._write(CLASSES, json_text(list(class_names), indent=1))

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write metrics.json, one line a key; the same numbers give the same bytes."""
        lines = (f"  {json_text(key)}: {json_text(value)}" for key, value in metrics.items())
        self._write(METRICS, "{\n" + ",\n".join(lines) + "\n}")

    def write_history(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Write history.csv, a line for each epoch; nobody sees half a line."""
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerow(["epoch", *rows[0]])
        writer.writerows([number, *row.values()] for number, row in enumerate(rows, 1))
        path = self.path / HISTORY
        # Every few milliseconds, where epochs are short; the next one would write it again.
        write_whole(f'"{path}"', path, lines.getvalue(), flush=False)

    def settle(self) -> None:
        """Let the new run take the place of the earlier one; called when it has a model."""
        if self.replaces is None:
            return
        for name in FILES:
            if (self.path / name).exists():
                os.replace(self.path / name, self.replaces / name)
            else:
                (self.replaces / name).unlink(missing_ok=True)
        flush_folder(self.replaces)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path, self.replaces = self.replaces, None

    def discard_if_empty(self) -> None:
        """Remove the folder of a run that ended before it wrote a model."""
        if self.has_model:
            return
        if self.replaces is not None:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            for name in (HISTORY, CLASSES):
                (self.path / name).unlink(missing_ok=True)
            if not any(self.path.iterdir()):
                self.path.rmdir()

    def _write(self, name: str, text: str) -> None:
        write_whole(f'"{self.path / name}"', self.path / name, text + "\n")


class Recorder(Callback):
    """Writes history.csv as training goes, and the model whenever it is the best so far.

    So a run that is stopped, by hand or by a power cut, leaves a model and its history. A training
    in several phases is one history: a later phase must beat the earlier ones.

    Args:
        run: where to.
        model: what to save, without how it trains; None is the model that is
            trained, with how.

    Attributes:
        rows: the numbers of each epoch.
        best_epoch: the first with the smallest validation loss; the last one without validation.
        saves: whether the model is written as soon as it is the best; else somebody calls `save`.
    """

    def __init__(self, run: RunFolder, model: Any = None):
        super().__init__()
        self.run, self.saved = run, model
        self.rows: list[dict[str, float]] = []
        self.best_epoch = 0
        self.saves = True
        self._unwritten = Unwritten("training", "writings")
        self._unsaved: list[Any] | None = None

    @property
    def is_last_best(self) -> bool:
        """Whether the last epoch was the best one."""
        return self.best_epoch == len(self.rows) - 1

    def was_best(self) -> bool:
        """The same, to be asked later."""
        return self.is_last_best

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        self.rows.append({name: logs[name] for name in COLUMNS if name in logs})
        with self._unwritten.attempt():
            self.run.write_history(self.rows)
        if self._improves():
            self.best_epoch = len(self.rows) - 1
            if self.saves:
                self.save()

    def save(self) -> None:
        """Write the model as it is; a Ctrl-C waits until that is done.

        Where the disk does not take it, its weights stay in memory, and training goes on.
        """
        with interrupts_held():
            try:
                self._write()
            except OSError as fault:
                self._unwritten.add(fault)
                self._unsaved = (self.saved or self.model).get_weights()

    def save_what_was_not(self) -> None:
        """Once more, when training has ended, for a model that is in memory alone.

        Raises:
            NotWritten: the disk still takes nothing; the message says where the model lies now.
        """
        if self._unsaved is None:
            return
        model = self.saved or self.model
        model.set_weights(self._unsaved)
        with interrupts_held():
            try:
                self.run.path.mkdir(parents=True, exist_ok=True)
                self._write()
                self.run.write_history(self.rows)
            except OSError as fault:
                spare = Path(tempfile.mkdtemp(prefix="saccade-")) / MODEL_FILE
                model.save(spare, include_optimizer=False)
                raise NotWritten(
                    f'"{self.run.path}"',
                    f"the run could not be written ({fault})",
                    do=f'Its best model is in "{spare}".',
                ) from fault

    def _write(self) -> None:
        path = self.run.path / MODEL_FILE
        if self.saved is None:
            self.model.save(path)
        else:
            self.saved.save(path, include_optimizer=False)
        self.run.settle()
        self._unsaved = None

    def _improves(self) -> bool:
        last = self.rows[-1]
        if "val_loss" not in last or len(self.rows) == 1:
            return True
        return last["val_loss"] < self.rows[self.best_epoch]["val_loss"]
