"""ModelCheckpoint: write the model to a file every now and then, or when it became better."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np

from saccade.disk.whole_file import check_place
from saccade.errors import InvalidArgument
from saccade.files.formats import checkpoint_suffixes
from saccade.files.replacement import remove_drafts
from saccade.files.script_names import writes_by_content
from saccade.notes import note_old_word, note_once
from saccade.old_arguments import also_takes, ignores_old_words
from saccade.shown_text import shown
from saccade.training.callbacks.batch_count import BatchCount, check_save_freq
from saccade.training.callbacks.monitor import Monitor
from saccade.training.callbacks.unwritten import Unwritten
from saccade.training.old_log_names import Logs


def _with_period(init: Any) -> Any:
    """For the `__init__` below: lets `period` be given by name, and leaves the signature."""

    @functools.wraps(init)
    def with_period(self: Any, *args: Any, **kwargs: Any) -> None:
        period = int(kwargs.pop("period", 1))
        if period < 1:
            raise InvalidArgument("ModelCheckpoint", "period must be at least 1", period)
        if period > 1:
            note_old_word(
                "ModelCheckpoint(period=) is Keras 2's: epochs from one saving to the next."
            )
        init(self, *args, **kwargs)
        self.period = period

    return also_takes(with_period, {"period"})


class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after every epoch or every so many batches.

    Args:
        filepath: where to. May hold `{epoch}` (from 1), `{batch}` (from 1, with an integer
            `save_freq`) and the name of any log, with a format: "{epoch:02d}-{val_loss:.2f}.keras".
            Ends in ".keras", or in ".weights.h5" with `save_weights_only`; ".h5" and ".hdf5" are
            the older formats. Folders are made.
        monitor: the name of a log.
        verbose: 1 prints what is saved.
        save_best_only: save only where `monitor` became better than ever before.
        save_weights_only: `model.save_weights` and not `model.save`.
        mode: "min", "max" or "auto", which goes by the metric.
        save_freq: "epoch", or a number of batches, counted on across epochs.
        initial_value_threshold: what the first value must beat, with `save_best_only`.

    Raises:
        InvalidArgument: the ending, the frequency, a name in braces that is no log.

    Source: `keras.callbacks.ModelCheckpoint`.
    """

    period = 1  # Keras 2's: epochs from one saving to the next

    @_with_period
    @ignores_old_words(
        without_effect={},
        refused={
            "load_weights_on_restart": "Call model.load_weights(path) before fit.",
            "options": "Leave it out: files are written to local folders.",
        },
    )
    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq = check_save_freq("ModelCheckpoint", save_freq)
        self._count = BatchCount(save_freq)
        self._epoch = 0
        self._unwritten = Unwritten("ModelCheckpoint")
        _check_ending(self.filepath, save_weights_only)

    def on_train_begin(self, logs: dict | None = None) -> None:
        super().on_train_begin(logs)
        self._unwritten.begin()
        # Folders are made as they are needed; the place is looked at before anything is trained.
        if "{" not in self.filepath:
            check_place("ModelCheckpoint", self.filepath, _size_bytes(self.model))
        elif folder := os.path.dirname(self.filepath.partition("{")[0]):
            check_place("ModelCheckpoint", os.path.join(folder, "x"), _size_bytes(self.model))

    def on_train_end(self, logs: dict | None = None) -> None:
        self._unwritten.tell()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._count.is_due():
            self._save_if_due(self._epoch, logs or {}, batch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.save_freq == "epoch" and (epoch + 1) % self.period == 0:
            self._save_if_due(epoch, logs or {})

    def _save_if_due(self, epoch: int, logs: dict, batch: int | None = None) -> None:
        path = self._path(epoch, logs, batch)
        best = self.best
        if not self._is_due(epoch, logs, path):
            return
        with self._unwritten.attempt(path):
            self._save(path)
            self._say(epoch, f"finished saving model to {path}")
            return
        self.best = best  # none that is on the disk: the next that beats this is saved

    def _save(self, path: str) -> None:
        if folder := os.path.dirname(path):
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
            return
        try:
            self.model.save(path, overwrite=True)
        except Exception as error:
            if not hasattr(error, "kept"):
                raise
            # A file cannot hold the model. Training goes on, for the weights are safe.
            note_once(f"ModelCheckpoint: {error}", key="checkpoint without a config")

    def _path(self, epoch: int, logs: dict, batch: int | None) -> str:
        places = Logs({**logs, "epoch": epoch + 1})
        if batch is not None:
            places.setdefault("batch", batch + 1)
        try:
            return Formatter().vformat(self.filepath, (), places)
        except (KeyError, IndexError) as error:
            raise InvalidArgument(
                "ModelCheckpoint",
                f"{{{error.args[0]}}} in the filepath must be one of {', '.join(sorted(places))}",
                repr(self.filepath),
            ) from error

    def _is_due(self, epoch: int, logs: dict, path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        self.find_direction()
        value = self.read(logs)
        if value is None:  # as in Keras: better one file too many than none
            return True
        if np.ndim(value):
            note_once(
                f'ModelCheckpoint: "{self.monitor}" must be one number to tell the best by; '
                "every model is saved.",
                key="checkpoint without one number",
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self.improves(value, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(
            epoch, f"{self.monitor} improved from {best} to {value:.5f}, saving model to {path}"
        )
        self.best = value
        return True

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: {shown(text)}")  # noqa: T201

    def state(self) -> Any:
        return {"best": self.best, "epoch": self._epoch, "count": self._count.state()}

    def restore(self, state: Any) -> None:
        self.best, self._epoch = state["best"], state["epoch"]
        self._count.restore(state["count"])
        remove_drafts(Path(self.filepath))  # the run before may have been killed while it wrote


def _size_bytes(model: Any) -> int:
    """Of the weights as far as they are made; a file has no less."""
    return sum(weight.numel() * weight.element_size() for weight in model.weights)


def _check_ending(path: str, weights_only: bool) -> None:
    legal = checkpoint_suffixes("write_weights" if weights_only else "write_model")
    if path.endswith(tuple(legal)) or writes_by_content(path):
        return
    which = " with save_weights_only=True" if weights_only else ""
    raise InvalidArgument(
        "ModelCheckpoint", f"the filepath must end in {' or '.join(legal)}{which}", repr(path)
    )
