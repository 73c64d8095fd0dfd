"""RunBackup: the state of a phase of a run, in its own folder, until the run has ended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from saccade.training.callbacks.backup_and_restore import BackupAndRestore

EVERY_S = 60.0  # of a long epoch: as much work is lost at most


class RunBackup(BackupAndRestore):
    """Keeps the state after every epoch, and every minute of a long one.

    What is kept goes with the run's folder `.resume`. The training says how to go on.

    Args:
        folder: of this phase alone.
    """

    def __init__(self, folder: Path):
        super().__init__(folder, delete_checkpoint=False)
        self._saved_s = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if time.monotonic() - self._saved_s > EVERY_S:
            self._save()
        super().on_train_batch_end(batch, logs)

    def _save(self) -> None:
        self._saved_s = time.monotonic()
        super()._save()

    def _say_how_to_go_on(self, run: Any) -> None:
        pass

    def _for_callbacks(self, saved: list[list[Any]]) -> list[Any]:
        """Without a word on those of listeners: a run may begin in a terminal and go on in none."""
        by_name = dict(saved)
        return [by_name.get(name) for name in self._callback_names()]
