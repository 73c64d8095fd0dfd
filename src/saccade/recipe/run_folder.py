"""RunFolder: where a training leaves its model, history and numbers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saccade.disk.drafts import remove_dead_drafts
from saccade.disk.removal import remove_folder
from saccade.disk.whole_file import flush_folder, write_whole
from saccade.errors import DataError, SaccadeError
from saccade.notes import note_once
from saccade.plain_json import json_text
from saccade.recipe.choices import Choices
from saccade.recipe.run_files import CLASSES, DRAFTS, FILES, HISTORY, METRICS, MODEL_FILE, RUNS
from saccade.recipe.unfinished.output_check import REPLACE_IT
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun, holds_nothing_else


class RunFolder:
    """A run's files: model.keras, classes.json, history.csv, metrics.json and two pictures.

    Attributes:
        path: where they are.
        unfinished: what is needed to go on with the run, should it be stopped.
        replaces: the folder of an earlier run, whose files give way once there is a model; until
            then the new run's lie in a folder inside it.
    """

    def __init__(self, path: Path, unfinished: UnfinishedRun, replaces: Path | None = None):
        self.path, self.unfinished, self.replaces = path, unfinished, replaces
        self.class_names: list[str] = []

    @classmethod
    def create(cls, choices: Choices, content: dict[str, Any]) -> RunFolder:
        """A folder for a new run: `output`, or the first free runs/NAME-1, runs/NAME-2, ...

        An earlier run's files in `output` stay until `settle`, and whatever else lies there does.

        Args:
            content: of the record of the command.

        Raises:
            StateError: another training writes there. DataError: it can't be written to.
        """
        output = choices.output
        try:
            unfinished = UnfinishedRun(_new_folder(choices.folder) if output is None else output)
            unfinished.take()
            try:
                if output is not None and not choices.overwrite:
                    _require_empty(output)
                replaces = any((unfinished.run / name).exists() for name in FILES)
                remove_folder(unfinished.run / DRAFTS)
                unfinished.begin(content | {"replaces": replaces})
                return cls._opened(unfinished)
            except BaseException:
                unfinished.lock.release()
                raise
        except OSError as fault:
            if isinstance(fault, SaccadeError):
                raise
            raise DataError(
                f'"{output or RUNS}"',
                "must be a folder that can be written to",
                fault.strerror or fault,
                "Choose another output=.",
            ) from fault

    @classmethod
    def reopen(cls, unfinished: UnfinishedRun) -> RunFolder:
        """The folder of a run that goes on; its lock is taken."""
        for name in FILES:
            remove_dead_drafts(unfinished.run / name)
        if "settling" in unfinished.record.content:  # it was killed in the middle of that
            cls(unfinished.run / DRAFTS, unfinished, replaces=unfinished.run)._move()
        return cls._opened(unfinished)

    @classmethod
    def _opened(cls, unfinished: UnfinishedRun) -> RunFolder:
        drafts = unfinished.run / DRAFTS
        if not unfinished.record.content["replaces"]:
            return cls(unfinished.run, unfinished)
        drafts.mkdir(exist_ok=True)
        return cls(drafts, unfinished, replaces=unfinished.run)

    @property
    def has_model(self) -> bool:
        return (self.path / MODEL_FILE).is_file()

    def write_classes(self, class_names: Sequence[str]) -> None:
        """Write classes.json: the names in the order of the model's outputs."""
        self.class_names = list(class_names)
        self._write(CLASSES, json_text(self.class_names, indent=1))

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write metrics.json, one line a key; the same numbers give the same bytes."""
        lines = (f"  {json_text(key)}: {json_text(value)}" for key, value in metrics.items())
        self._write(METRICS, "{\n" + ",\n".join(lines) + "\n}")

    def make_again(self) -> None:
        """Where somebody removed the folder while the run goes on: make it anew, and say so."""
        if self.path.is_dir() and self.unfinished.is_there:
            return
        note_once(f'train: "{self.path}" is gone, and is made anew.')
        self.path.mkdir(parents=True, exist_ok=True)
        self.unfinished.lock.release()
        self.unfinished.take()
        self.unfinished.record.write()
        self.write_classes(self.class_names)

    def settle(self) -> None:
        """Let the new run take the place of the earlier one; called when it has a model."""
        if self.replaces is not None:
            names = [name for name in FILES if (self.path / name).exists()]
            self.unfinished.record.write(settling=names)
            self._move()

    def _move(self) -> None:
        """Move what was noted to be moved; a kill leaves a rest, which `reopen` moves."""
        record, run = self.unfinished.record, self.unfinished.run
        names = record.content["settling"]
        for name in names:
            if (self.path / name).exists():
                os.replace(self.path / name, run / name)
        for name in FILES:
            if name not in names:
                (run / name).unlink(missing_ok=True)
        flush_folder(run)
        remove_folder(self.path)
        del record.content["settling"]
        record.write(replaces=False)
        self.path, self.replaces = run, None

    def end(self) -> None:
        """The run has come to its end: forget how it would go on."""
        self.unfinished.remove()

    def leave(self) -> None:
        """Let others into the folder; where there is nothing worth keeping, there is no folder."""
        if self.has_model or self.unfinished.is_worth_it:
            self.unfinished.lock.release()
            return
        if self.replaces is not None:
            remove_folder(self.path)
        elif self.path.is_dir():  # else somebody put a file in its place, which is theirs
            for name in (HISTORY, CLASSES):
                (self.path / name).unlink(missing_ok=True)
        self.unfinished.remove()
        if self.replaces is None and self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()

    def _write(self, name: str, text: str) -> None:
        self.make_again()
        write_whole(f'"{self.path / name}"', self.path / name, text + "\n")


def _new_folder(photos: Path) -> Path:
    RUNS.mkdir(exist_ok=True)
    name, number = run_name(photos), 1
    while True:  # mkdir decides, so two runs started together cannot share a folder
        try:
            path = RUNS / f"{name}-{number}"
            path.mkdir()
            return path
        except FileExistsError:
            number += 1


def run_name(photos: Path) -> str:
    """The name of the runs of a folder of photos, before their numbers."""
    return photos.resolve().name or "photos"


def _require_empty(output: Path) -> None:
    """Once more: photos take a while to read, and somebody may have written there meanwhile."""
    if not holds_nothing_else(output):
        raise DataError(
            f'"{output}"',
            "must be a new or empty folder",
            "one that holds files by now",
            REPLACE_IT,
        )
