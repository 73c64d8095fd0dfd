"""RunBackup: the state of a phase of a run, in its own folder, until the run has ended."""

from __future__ import annotations

from pathlib import Path

from saccade.training.callbacks.backup_and_restore import BackupAndRestore


class RunBackup(BackupAndRestore):
    """Keeps the state after every epoch; what is kept goes with the run's folder `.resume`.

    Args:
        folder: of this phase alone.
    """

    def __init__(self, folder: Path):
        super().__init__(folder, delete_checkpoint=False)
