"""RunBackup: the state of a phase of a run, in its own folder, until the run has ended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from saccade.training.callbacks.backup_and_restore import BackupAndRestore

EVERY_S = 60.0  # in a long epoch: as much work is lost at most
SHARE = 0.01  # of the time, that training may wait for copies of its state
COPIES = 2  # an epoch: before its validation, for an interrupt there, and at its end


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
        self._saved_s = time.monotonic()
        self._cost_s = 0.0

    @property
    def _is_worth_it(self) -> bool:
        """Whether the last copy was so long ago that the next one is within the share."""
        return time.monotonic() - self._saved_s >= COPIES / SHARE * self._cost_s

    def on_train_begin(self, logs: dict | None = None) -> None:
        super().on_train_begin(logs)
        self._saved_s, self._cost_s = time.monotonic(), self.waited_s

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if time.monotonic() - self._saved_s > EVERY_S and self._is_worth_it:
            self._save()
        super().on_train_batch_end(batch, logs)

    def before_validation(self, run: Any) -> None:
        if self._is_worth_it:
            super().before_validation(run)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self._is_worth_it or self._interrupts.came is not None:
            super().on_epoch_end(epoch, logs)

    def _save(self) -> None:
        before_s = self.waited_s
        super()._save()
        self._saved_s, self._cost_s = time.monotonic(), self.waited_s - before_s

    def _say_how_to_go_on(self, run: Any) -> None:
        pass

    def _for_callbacks(self, saved: list[list[Any]]) -> list[Any]:
        """Without a word on those of listeners: a run may begin in a terminal and go on in none."""
        by_name = dict(saved)
        return [by_name.get(name) for name in self._callback_names()]
