"""The checkpoint manager: `tf.train.CheckpointManager`, and the last checkpoint of a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from saccade.errors import NotSupported
from saccade.files import script_names
from saccade.tensorflow_alias.parts.running.checkpoints import Checkpoint


class CheckpointManager:
    """Keeps the last checkpoints in a folder and deletes older ones.

    Args:
        checkpoint: what is written.
        directory: the folder.
        max_to_keep: how many stay; None for all.
        checkpoint_name: how their names begin.
        step_counter, checkpoint_interval: write only after so many steps of the counter.
        init_fn: called by `restore_or_initialize` where there is no checkpoint.

    Source: `tf.train.CheckpointManager`.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: str | os.PathLike[str],
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Any = None,
    ):
        if keep_checkpoint_every_n_hours:
            raise NotSupported(
                "CheckpointManager", "keep_checkpoint_every_n_hours is not supported",
                keep_checkpoint_every_n_hours, "Leave it out; max_to_keep=None keeps all.",
            )  # fmt: skip
        self.checkpoint, self.directory = checkpoint, os.fspath(directory)
        self.checkpoint_interval, self._step_counter = checkpoint_interval, step_counter
        self._last_step: int | None = None
        self._max_to_keep, self._prefix = max_to_keep, checkpoint_name
        self._init_fn = init_fn

    @property
    def checkpoints(self) -> list[str]:
        """The paths of those that are kept, the last one last."""
        folder = Path(self.directory)
        return [os.path.join(self.directory, one) for one in script_names.all_checkpoints(folder)]

    @property
    def latest_checkpoint(self) -> str | None:
        return latest_checkpoint(self.directory)

    def save(
        self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None
    ) -> str | None:
        """Write one more, named by the number or the count; returns its path."""
        if check_interval and self._step_counter is not None and self.checkpoint_interval:
            step = int(self._step_counter)
            if self._last_step is not None and step < self._last_step + self.checkpoint_interval:
                return None
            self._last_step = step
        prefix = os.path.join(self.directory, self._prefix)
        if checkpoint_number is None:
            path = self.checkpoint.save(prefix)
        else:
            self.checkpoint.save_counter.assign_add(1)
            path = self.checkpoint.write(f"{prefix}-{int(checkpoint_number)}")
            script_names.name_last(Path(path))
        kept = script_names.all_checkpoints(Path(self.directory))
        if self._max_to_keep:
            for name in kept[: -self._max_to_keep]:
                (Path(self.directory) / f"{name}{script_names.INDEX}").unlink(missing_ok=True)
            script_names.write_state(Path(self.directory), kept[-self._max_to_keep :])
        return path

    def restore_or_initialize(self) -> str | None:
        """Take the last checkpoint's values; returns its path, None where there is none."""
        if (last := self.latest_checkpoint) is not None:
            self.checkpoint.restore(last)
        elif self._init_fn is not None:
            self._init_fn()
        return last


def latest_checkpoint(
    checkpoint_dir: str | os.PathLike[str], latest_filename: str | None = None
) -> str | None:
    """The path of the last checkpoint of a folder, None where there is none.

    Those of `model.save_weights` and `ModelCheckpoint` without an ending are found as well.
    """
    for name in reversed(script_names.all_checkpoints(Path(checkpoint_dir))):
        path = os.path.join(checkpoint_dir, name)
        if os.path.exists(f"{path}{script_names.INDEX}"):
            return path
    return None
