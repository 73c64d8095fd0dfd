"""RunBackup: the state of a phase of a run, in its own folder, until the run has ended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from saccade.training.callbacks.backup_and_restore import BackupAndRestore

EVERY_S = 60.0  # in a long epoch: as much work is lost at most
SHARE = 0.01  # of the time, that training may wait for copies of its state


class RunBackup(BackupAndRestore):
    """Keeps the state after every epoch, and every minute of a long one.

    Where epochs are so short that training would wait for more than 1 % of the time, it is kept
    after every few. What is kept goes with the run's folder `.resume`. The training says how to
    go on.

    Args:
        folder: of this phase alone.
    """

    def __init__(self, folder: Path):
        super().__init__(folder, delete_checkpoint=False)
        self._kept_s = time.monotonic()
        self._cost_s = 0.0

    def _is_affordable(self) -> bool:
        """Whether the last copy was so long ago that the next one is within the share."""
        return time.monotonic() - self._kept_s >= self._cost_s / SHARE

    def on_train_begin(self, logs: dict | None = None) -> None:
        super().on_train_begin(logs)
        self._kept_s, self._cost_s = time.monotonic(), self.waited_s

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if time.monotonic() - self._kept_s > EVERY_S and self._is_affordable():
            self._save()
        super().on_train_batch_end(batch, logs)

    def _save(self) -> None:
        before_s = self.waited_s
        super()._save()
        self._kept_s, self._cost_s = time.monotonic(), self.waited_s - before_s

    def _say_how_to_go_on(self, run: Any) -> None:
        pass
