"""State folder: where a run keeps its state, for itself alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from saccade.disk.folder_lock import FolderLock
from saccade.errors import NotWritten
from saccade.files.replacement import remove_drafts, write_json
from saccade.files.state_file import PackedState, write_packed
from saccade.notes import note_once
from saccade.training.resuming.last_state import read_last

STATE_FILE = "latest.state.safetensors"
METADATA_FILE, LOCK_FILE = "training_metadata.json", "training.lock"
_OLD_FILE = "latest.state.pt"
_WHERE = "BackupAndRestore"


class StateFolder:
    """The files of a run's state, and the lock on them.

    Args:
        path: of the folder, made when it is first needed.
        keeps_last: whether the state before the last one is kept, too.
    """

    def __init__(self, path: str, keeps_last: bool):
        self.path = Path(path)
        self._state_path = self.path / STATE_FILE
        self._last_path = self.path / f"{STATE_FILE}.bkp"
        self._metadata_path = self.path / METADATA_FILE
        self._keeps_last = keeps_last
        self._lock: FolderLock | None = None

    def lock(self) -> None:
        """Let no other training write here.

        Raises:
            StateError: one does.
        """
        try:
            os.makedirs(self.path, exist_ok=True)
            lock = FolderLock(
                self.path / LOCK_FILE,
                f'BackupAndRestore("{self.path}")',
                "Wait for its end, or name another backup_dir.",
            )
            lock.take()
        except OSError:  # it is told when training begins
            return
        self._lock = lock

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.release(remove=True)
            self._lock = None

    def begin(self, place: dict[str, Any]) -> None:
        """Before the first state is written.

        Args:
            place: the epoch, and the batches done in it.

        Raises:
            NotWritten: nothing could be kept here.
        """
        remove_drafts(self._state_path)
        remove_drafts(self._metadata_path)
        try:
            os.makedirs(self.path, exist_ok=True)
        except OSError as error:
            raise NotWritten(
                _WHERE,
                f'the folder "{self.path}" must be one that can be written to',
                error.strerror,
                "Name another backup_dir.",
            ) from error
        write_json(_WHERE, self._metadata_path, place)

    def write(self, packed: PackedState, place: dict[str, Any]) -> None:
        """A state, taken at this place."""
        os.makedirs(self.path, exist_ok=True)
        last = self._last_path if self._keeps_last else None
        write_packed(self._state_path, packed, place, last=last)
        write_json(_WHERE, self._metadata_path, place)

    def read(self) -> dict[str, Any] | None:
        """The newest state that is whole; None where there is none."""
        return read_last(self._state_path, self._last_path, self.path / _OLD_FILE)

    def delete(self) -> None:
        """Delete what was written here, and the folder if nothing else is in it."""
        try:
            for path in (self._state_path, self._last_path, self._metadata_path):
                path.unlink(missing_ok=True)
            (self.path / LOCK_FILE).unlink(missing_ok=True)
            if self.path.is_dir() and not any(self.path.iterdir()):
                self.path.rmdir()
        except OSError as error:  # training has ended well: that is what counts
            note_once(f'BackupAndRestore: "{self.path}" could not be deleted ({error.strerror}).')
