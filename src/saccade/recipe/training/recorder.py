"""Recorder: writes a run's history as training goes, and its best model so far."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from saccade.disk.growing_file import append_whole
from saccade.disk.whole_file import write_whole
from saccade.errors import NotWritten, StateError
from saccade.notes import note_once
from saccade.recipe.interrupts import interrupts_held
from saccade.recipe.run_files import HISTORY, MODEL_FILE
from saccade.recipe.run_folder import RunFolder
from saccade.training.callbacks.callback import Callback

COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy")


class Recorder(Callback):
    """Writes history.csv as training goes, and the model whenever it is the best so far.

    So a run that is stopped, by hand or by a power cut, leaves a model and its history. A training
    in several phases is one history: a later phase must beat the earlier ones.

    What the disk does not take is tried again later, and training goes on; see `save_rest`.

    Args:
        run: where to.
        model: what to save, without how it trains; None is the model that is
            trained, with how.

    Attributes:
        rows: the numbers of each epoch.
        best_epoch: the first with the smallest validation loss; the last one without validation.
        saves: whether the model is written as soon as it is the best; else somebody calls `save`.
    """

    def __init__(self, run: RunFolder, model: Any = None):
        super().__init__()
        self.run, self.saved = run, model
        self.rows: list[dict[str, float]] = []
        self.best_epoch = 0
        self.saves = True
        self._history_is_whole = False
        self._unsaved: list[torch.Tensor] | None = None  # the best weights, until a disk has them

    @property
    def is_last_best(self) -> bool:
        """Whether the last epoch was the best one."""
        return self.best_epoch == len(self.rows) - 1

    def was_best(self) -> bool:
        """The same, to be asked later."""
        return self.is_last_best

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        self.rows.append({name: logs[name] for name in COLUMNS if name in logs})
        self._write_last_row()
        if self._improves():
            self.best_epoch = len(self.rows) - 1
            if self.saves:
                self.save()

    def save(self) -> None:
        """Write the model as it is; a Ctrl-C waits until that is done.

        Where the disk does not take it, a note says so, and its weights are kept in memory.
        """
        with interrupts_held():
            try:
                self._write_model()
            except OSError as fault:
                self._unsaved = [weight.detach().clone() for weight in self._kept_model.weights]
                note_once(
                    f"train: the best model so far could not be written ({fault}). Training goes "
                    "on, and writes it later.",
                    key="train: the best model could not be written",
                )
            else:
                self._unsaved = None

    def save_rest(self) -> None:
        """Write what the disk did not take while training went on; in the worst case elsewhere.

        Raises:
            NotWritten: the run folder does not take it now either. The message says where the
                best model lies.
        """
        if self._unsaved is None and (self._history_is_whole or not self.rows):
            return
        unsaved = self._unsaved or [weight.detach() for weight in self._kept_model.weights]
        with interrupts_held(), _weights_of(self._kept_model, unsaved):
            try:
                if self._unsaved is not None:
                    self._write_model()
                    self._unsaved = None
                self._write_history()
            except OSError as fault:
                there = "Its model is there." if self._unsaved is None else self._elsewhere()
                raise NotWritten(
                    f'"{self.run.path}"', f"the run could not be written ({fault})", do=there
                ) from fault

    def save_last(self) -> None:
        """Take the last epoch's model for the best, which is lost."""
        self.best_epoch = len(self.rows) - 1
        self.save()
        self.save_rest()

    def _elsewhere(self) -> str:
        """Write the model to the first of a few places that takes it; the place, in words."""
        for folder in (None, Path.home(), Path.cwd()):
            try:
                path = Path(tempfile.mkdtemp(prefix="saccade-run-", dir=folder)) / MODEL_FILE
                self._kept_model.save(path, include_optimizer=False)
            except OSError:
                continue
            return f'Its best model is in "{path}".'
        return "No other disk took it either."

    @property
    def _kept_model(self) -> Any:
        return self.model if self.saved is None else self.saved

    def _write_model(self) -> None:
        self.run.make_again()
        self.write(self._kept_model, include_optimizer=self.saved is None)
        self.run.settle()

    def write(self, model: Any, include_optimizer: bool) -> None:
        """Write the run's model, which is known again when the run goes on."""
        self.run.unfinished.models.write(model, self.run.path / MODEL_FILE, include_optimizer)

    def _improves(self) -> bool:
        last = self.rows[-1]
        if "val_loss" not in last or len(self.rows) == 1:
            return True
        return last["val_loss"] < self.rows[self.best_epoch]["val_loss"]

    # -- history.csv -----------------------------------------------------------------------

    def _write_last_row(self) -> None:
        number, row = len(self.rows), self.rows[-1]
        try:
            path = self.run.path / HISTORY
            if number > 1 and self._history_is_whole and path.exists():
                # Without waiting for the disk: the state of the run has all rows as well.
                append_whole(f'"{path}"', path, _lines([[number, *row.values()]]), flush=False)
            else:
                self._write_history()
        except OSError as fault:
            self._history_is_whole = False
            note_once(
                f"train: {HISTORY} could not be written ({fault}). Training goes on, and writes it "
                "later.",
                key="train: the history could not be written",
            )

    def _write_history(self) -> None:
        """All of it anew, in one step."""
        self.run.make_again()
        rows = ([number, *row.values()] for number, row in enumerate(self.rows, start=1))
        path = self.run.path / HISTORY
        write_whole(f'"{path}"', path, _lines([["epoch", *self.rows[0]], *rows]))
        self._history_is_whole = True

    # -- a run that goes on ----------------------------------------------------------------

    def state(self) -> Any:
        rows = [dict(row) for row in self.rows]
        return {
            "rows": rows,
            "best_epoch": self.best_epoch,
            "unsaved": self._unsaved,
            "written": self.run.unfinished.models.count(),
        }

    def restore(self, state: Any) -> None:
        path = self.run.path / MODEL_FILE
        if self.saves and state["rows"] and state["unsaved"] is None and not path.is_file():
            raise StateError(
                f'"{self.run.path}"',
                f"the run folder must hold {MODEL_FILE}, the best model before the stop",
                "none",
                "Put it back, or begin anew with overwrite=True.",
            )
        if path.is_file():
            self.run.unfinished.models.check(path, state.get("written", 0))
        self.rows = [dict(row) for row in state["rows"]]
        self.best_epoch, self._unsaved = state["best_epoch"], state["unsaved"]
        self._history_is_whole = False  # it may tell of epochs that come again


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@contextmanager
def _weights_of(model: Any, others: list[torch.Tensor]) -> Iterator[None]:
    """A model with other weights, as long as this is open."""
    own = [weight.detach().clone() for weight in model.weights]
    try:
        set_weights(model, others)
        yield
    finally:
        set_weights(model, own)


def set_weights(model: Any, values: list[torch.Tensor]) -> None:
    """Give a model's weights other values, as they are, without a way through NumPy."""
    with torch.no_grad():
        for weight, value in zip(model.weights, values, strict=True):
            weight.copy_(value)
