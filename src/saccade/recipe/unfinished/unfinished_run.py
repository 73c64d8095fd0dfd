"""UnfinishedRun: the folder `.resume` of a run that has not come to its end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saccade.disk.drafts import remove_drafts_in
from saccade.disk.folder_lock import FolderLock
from saccade.disk.removal import remove_folder
from saccade.errors import FileFormatError
from saccade.recipe.unfinished.command_record import CommandRecord
from saccade.recipe.unfinished.written_models import WrittenModels

FOLDER, RECORD, LOCK, MODELS = ".resume", "command.json", "lock", "models.sha256"


class UnfinishedRun:
    """What is needed to go on with a run, in the run folder's `.resume`.

    `command.json` tells of which command it is, `lock` is held by the process that trains,
    `models.sha256` tells which models are the run's;
    features and the states of the phases lie beside them. It is removed when the run has ended.

    Args:
        run: the run folder; `.resume` need not be there yet.
    """

    def __init__(self, run: Path):
        self.run, self.path = run, run / FOLDER
        self.lock = FolderLock(
            self.path / LOCK,
            f'"{self.path.parent}"',
            "Wait for its end, or choose another output=.",
        )
        self.models = WrittenModels(self.path / MODELS)
        self._record: CommandRecord | None = None

    @property
    def is_there(self) -> bool:
        """Whether a run began here, and did not end."""
        return (self.path / RECORD).is_file()

    @property
    def record(self) -> CommandRecord:
        """What it was asked for.

        Raises:
            FileFormatError: it is damaged, or of a format that this saccade does not know.
        """
        if self._record is None:
            self._record = CommandRecord.read(self.path / RECORD)
        return self._record

    @property
    def is_worth_it(self) -> bool:
        """Whether there is work that would be done again without it."""
        done = (f"{self.phase('*').name}/*", self.features("*").name, self.ended("*").name)
        return any(any(self.path.glob(each)) for each in done)

    def take(self) -> None:
        """Make the folder where it is missing, and see to it that nobody else trains into it.

        Raises:
            StateError: somebody does.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.lock.take()
        remove_drafts_in(self.run)  # of a run that was killed while it wrote; nobody else writes

    def begin(self, content: dict[str, Any]) -> None:
        """Forget what an earlier run left, and note what this one is asked for."""
        for each in self.path.iterdir():
            if each.name != LOCK:
                is_folder = each.is_dir() and not each.is_symlink()
                shutil.rmtree(each) if is_folder else each.unlink()
        self._record = CommandRecord(self.path / RECORD, content)
        self._record.write()

    def phase(self, name: str) -> Path:
        """The folder for the state of a phase."""
        return self.path / f"state-{name}"

    def features(self, name: str) -> Path:
        """The file for computed features."""
        return self.path / f"features-{name}.rows"

    def ended(self, name: str) -> Path:
        """The file for what a phase that has ended hands to the next one."""
        return self.path / f"ended-{name}.state"

    def forget_phase(self, name: str) -> None:
        """Remove the state of a phase that has ended, and the features that it was trained on."""
        remove_folder(self.phase(name))
        for file in self.path.glob(self.features("*").name):
            file.unlink(missing_ok=True)

    def remove(self) -> None:
        """There is nothing to go on with any more."""
        if self.path.is_dir():
            remove_drafts_in(self.run)
            # The record first: without it what is left of the folder means nothing.
            (self.path / RECORD).unlink(missing_ok=True)
        if os.name == "nt":  # where nobody removes a file that is open
            self.lock.release()
        remove_folder(self.path)
        self.lock.release()


def find_unfinished(runs: Path, name: str, choices: Mapping[str, Any]) -> UnfinishedRun | None:
    """The newest unfinished run of a command among the folders NAME-1, NAME-2, ...

    Args:
        choices: the command's, as `CommandRecord` has them.
    """
    numbers: list[tuple[int, Path]] = []
    for path in runs.iterdir() if runs.is_dir() else ():
        begin, _, number = path.name.rpartition("-")
        if begin == name and number.isdecimal():
            numbers.append((int(number), path))
    for _, path in sorted(numbers, reverse=True):
        found = UnfinishedRun(path)
        try:
            if found.is_there and not found.record.differences(choices):
                return found
        except (FileFormatError, OSError):
            continue  # nobody asked for that one
    return None


def holds_nothing_else(folder: Path) -> bool:
    """Whether a folder is empty but for the traces of a run that ended before it began."""
    names = os.listdir(folder)
    return not names or (names == [FOLDER] and not (folder / FOLDER / RECORD).exists())
