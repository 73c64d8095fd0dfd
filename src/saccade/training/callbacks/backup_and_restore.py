"""BackupAndRestore: a run that is killed goes on where it was, as if nothing had happened."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import torch

from saccade.errors import FileFormatError, InvalidArgument, StateError
from saccade.notes import note_once
from saccade.training.callbacks.batch_count import BatchCount, check_save_freq
from saccade.training.callbacks.callback import Callback
from saccade.training.callbacks.plain_state import as_plain, from_plain

STATE_FILE = "latest.state.pt"
METADATA_FILE = "training_metadata.json"


class BackupAndRestore(Callback):
    """Keeps the state of the run in a folder; the next `fit` with the same folder goes on from it.

    The state is everything: weights, optimizer, place in the data, random streams, sums of the
    metrics, and what other callbacks remember. A run that is killed and started again ends with
    the weights, to the bit, of one that never was. (Keras keeps weights and optimizer, and begins
    the epoch anew.) A callback is known again by its class and its place among those of its class.

    Args:
        backup_dir: the folder, of this run alone. It holds "latest.state.pt", and
            "training_metadata.json" for people: the epoch, from 0, and the batches done in it.
        save_freq: "epoch", or a number of batches.
        double_checkpoint: keep the state before the last one, too, and fall back to it if the
            last can't be read.
        delete_checkpoint: delete the files when training has ended.

    Raises:
        InvalidArgument: an empty folder name; another frequency.
        StateError: the model is not built, or not the one that was saved.
        FileFormatError: a file that is damaged.

    Source: `keras.callbacks.BackupAndRestore`.
    """

    hears_last = True  # or callbacks after it would be saved an epoch too early

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ):
        super().__init__()
        if not os.fspath(backup_dir):
            raise InvalidArgument("BackupAndRestore", "backup_dir must be a folder", "''")
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = check_save_freq("BackupAndRestore", save_freq)
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._count = BatchCount(save_freq)
        self._run: Any = None

    def set_run(self, run: Any) -> None:
        """The run whose state is kept."""
        self._run = run

    @property
    def _state_path(self) -> Path:
        return Path(self.backup_dir, STATE_FILE)

    def on_train_begin(self, logs: dict | None = None) -> None:
        if not self.model.weights:
            raise StateError(
                "BackupAndRestore",
                "the model must be built before fit()",
                None,
                "Give its first layer an input_shape, or call it on a batch.",
            )
        saved = self._read()
        if saved is not None:
            saved["callbacks"] = self._for_callbacks(saved.pop("named_callbacks"))
            self._run.resume = saved

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._count.is_due():
            self._save()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.save_freq == "epoch":
            self._save()

    def on_train_end(self, logs: dict | None = None) -> None:
        self._run = None  # it holds the data
        if self.delete_checkpoint:
            self._delete()

    def _save(self) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        state = self._run.state()
        state["named_callbacks"] = list(
            zip(self._callback_names(), state.pop("callbacks"), strict=True)
        )
        place = {"epoch": state["epoch"], "batch": state["step"]}
        # A new file takes the old one's name when it is whole: a kill leaves one of the two.
        whole = self._state_path.with_suffix(".new")
        torch.save(as_plain(state), whole)
        if self.double_checkpoint and self._state_path.exists():
            os.replace(self._state_path, f"{self._state_path}.bkp")
        os.replace(whole, self._state_path)
        Path(self.backup_dir, METADATA_FILE).write_text(json.dumps(place), encoding="utf-8")

    def _read(self) -> dict[str, Any] | None:
        paths = [self._state_path, Path(f"{self._state_path}.bkp")]
        paths = [path for path in paths if path.exists()]
        for path in paths:
            try:
                return from_plain(torch.load(path, map_location="cpu", weights_only=True))
            except Exception as error:  # whatever a damaged file makes torch raise
                if path is paths[-1]:
                    raise FileFormatError(
                        "BackupAndRestore",
                        f"{path} must be a whole state",
                        f"{type(error).__name__}: {str(error).splitlines()[0]}",
                        "Delete the folder to begin anew.",
                    ) from error
                note_once(f"BackupAndRestore: {path} is damaged; the state before it is taken.")
        return None

    def _delete(self) -> None:
        """Delete what was written here, and the folder if nothing else is in it."""
        folder = Path(self.backup_dir)
        for name in (STATE_FILE, f"{STATE_FILE}.bkp", METADATA_FILE):
            (folder / name).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _callback_names(self) -> list[str]:
        seen: Counter[str] = Counter()
        names = []
        for callback in self._run.callbacks.callbacks:
            name = type(callback).__qualname__
            names.append(f"{name} {seen[name]}")
            seen[name] += 1
        return names

    def _for_callbacks(self, saved: list[tuple[str, Any]]) -> list[Any]:
        """The state of each callback of this run, None for one that was not there."""
        by_name = dict(saved)
        return [by_name.get(name) for name in self._callback_names()]

    def state(self) -> Any:
        return self._count.state()

    def restore(self, state: Any) -> None:
        self._count.restore(state)
